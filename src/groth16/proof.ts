/**
 * A proof as an object, as JSON and as calldata. In JSON every public signal goes by name and the claim is spelled out
 * in its parts, instead of the packed number and not beside it: a reader sees what is verified, and there is nothing
 * to disagree with. schemas/proof.schema.json describes the format for other languages.
 *
 * @module
 */
import * as v from "valibot";
import { InputError, ProofError } from "../base/errors.ts";
import {
  CIRCUITS,
  FIELD,
  INSTANCES,
  PROTOCOL_VERSION,
  TIERS,
  publicSignals,
  type CircuitName,
  type TierName,
} from "../protocol/constants.ts";
import {
  claimFields,
  isClaimName,
  packClaim,
  unpackClaim,
  type ClaimField,
  type ClaimName,
} from "../protocol/claim.ts";
import { BASE_FIELD, type Fp2, type G1, type Groth16Proof } from "./groth16.ts";
import { toJson } from "../base/json.ts";
import { decimal, exactly, firstIssue, listOf, oneOf } from "../base/schema.ts";
import { encodeSignals, type Signals } from "../protocol/signals.ts";

export const PROOF_FORMAT = "plimsoll-proof";
/** Characters; the largest proof takes about 5,000. */
const LARGEST_FILE = 64 * 1024;

/** Whether a ceremony made the proving key, or one machine that could forge proofs with what it knew. */
export const KEY_KINDS = ["development", "ceremony"] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

export interface Proof<C extends CircuitName = CircuitName> {
  readonly circuit: C;
  readonly tier: TierName;
  /** The key it was made with: `hash` is `verificationKeyHash`. */
  readonly key: { readonly kind: KeyKind; readonly hash: string };
  readonly signals: Signals[C];
  readonly points: Groth16Proof;
}

/** A proof of any circuit; `circuit` tells which signals it has. */
export type AnyProof = { [C in CircuitName]: Proof<C> }[CircuitName];

/** What a Solidity verifier takes. */
export interface Calldata {
  readonly a: G1;
  readonly b: readonly [Fp2, Fp2];
  readonly c: G1;
  readonly publicSignals: readonly bigint[];
}

/**
 * Arguments of a contract call. The one place where G2 coordinates change to Ethereum's order, c1 first (EIP-197).
 *
 * @throws ProofError when a signal is out of range
 *
 * @example
 * ```ts
 * import { Contract } from "ethers";
 * import { calldata } from "plimsoll/verify";
 *
 * const { publicSignals, ...points } = calldata(proof);
 * const abi = ["function verify((uint256[2] a, uint256[2][2] b, uint256[2] c), uint256[]) view returns (bool)"];
 * const verifies = await new Contract(address, abi, provider).getFunction("verify")(points, publicSignals);
 * ```
 */
export function calldata<C extends CircuitName>(proof: Proof<C>): Calldata {
  const {
    a,
    b: [[x0, x1], [y0, y1]],
    c,
  } = proof.points;
  return {
    a,
    b: [
      [x1, x0],
      [y1, y0],
    ],
    c,
    publicSignals: signalList(proof),
  };
}

/**
 * The public signals in the order of the circuit.
 *
 * @throws ProofError when one is out of range, or the claim has bits that belong to no part
 */
export function signalList<C extends CircuitName>(proof: Proof<C>): bigint[] {
  if (isClaimName(proof.circuit)) claimParts(proof.circuit, (proof.signals as { readonly claim: bigint }).claim);
  return encodeSignals(proof.circuit, proof.tier, proof.signals);
}

/**
 * JSON text of a proof, indented for people: every signal by name, every number a decimal string.
 *
 * @throws ProofError when a signal is out of range
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { formatProof } from "plimsoll/verify";
 *
 * await writeFile("proof.json", formatProof(proof));
 * ```
 */
export function formatProof<C extends CircuitName>(proof: Proof<C>): string {
  signalList(proof);
  const { circuit, tier, key, points } = proof;
  const named = Object.entries(proof.signals as Readonly<Record<string, unknown>>).map(([name, value]) => [
    name,
    name === "claim" && isClaimName(circuit) ? claimParts(circuit, value as bigint) : value,
  ]);
  const file = {
    format: PROOF_FORMAT,
    version: PROTOCOL_VERSION,
    circuit,
    tier,
    key,
    publicSignals: Object.fromEntries(named) as unknown,
    proof: points,
  };
  return `${toJson(file, 2)}\n`;
}

/**
 * Reads the JSON text of a proof. The text must say everything exactly once: no unknown field, no field twice, no
 * second spelling of a number. Whether it verifies is for `verify` to say.
 *
 * @throws ProofError naming the field
 *
 * @example
 * ```ts
 * import { parseProof } from "plimsoll/verify";
 *
 * const proof = parseProof(await (await fetch("/proof.json")).text());
 * if (proof.circuit === "solvency") console.log(proof.signals.alias);
 * ```
 */
export function parseProof(text: string): AnyProof {
  if (text.length > LARGEST_FILE)
    throw new ProofError("proof file", `must be at most ${LARGEST_FILE} characters, got ${text.length}`);
  let json: unknown;
  try {
    json = JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ProofError("proof file", "must be whole JSON", { cause });
  }
  const { circuit, tier } = parse(HEAD, json);
  if (!INSTANCES.some((instance) => instance.circuit === circuit && instance.tier === tier)) {
    throw new ProofError("tier", `${circuit} has no tier ${tier}`);
  }
  const { key, publicSignals: signals, proof: points } = parse(fileSchema(circuit, tier), json);
  // No valid string holds a space or an escape, so this comparison finds repeated fields and odd spellings.
  if (JSON.stringify(json) !== text.replace(/\s/g, ""))
    throw new ProofError("proof file", "must say every field once and plainly");
  return { circuit, tier, key, signals, points } as unknown as AnyProof;
}

const HEAD = v.object(
  {
    format: v.literal(PROOF_FORMAT, `must be "${PROOF_FORMAT}"`),
    version: v.literal(PROTOCOL_VERSION, (issue) => `must be ${PROTOCOL_VERSION}, got ${issue.received}`),
    circuit: oneOf(CIRCUITS),
    tier: oneOf(Object.keys(TIERS) as TierName[]),
  },
  (issue) => (issue.expected === "Object" ? "must be an object" : "must be present"),
);

const coordinate = decimal(BASE_FIELD, "the base field's order");
const pair = listOf(coordinate, 2);
const KEY = exactly("a key's name", {
  kind: oneOf(KEY_KINDS),
  hash: v.pipe(v.string("must be a string"), v.regex(/^[0-9a-f]{64}$/, "must be 64 lower-case hex digits")),
});

function fileSchema(circuit: CircuitName, tier: TierName) {
  const signal = decimal(FIELD, "the scalar field's order");
  const named = publicSignals(circuit, TIERS[tier]).map(
    ([name, length]): [string, v.GenericSchema<unknown, unknown>] => {
      if (name === "claim" && isClaimName(circuit)) return [name, claimSchema(circuit)];
      return [name, length === 1 ? signal : listOf(signal, length)];
    },
  );
  return exactly("a proof file", {
    format: v.string(),
    version: v.number(),
    circuit: v.string(),
    tier: v.string(),
    key: KEY,
    publicSignals: exactly(`${circuit}'s signals`, Object.fromEntries(named)),
    proof: exactly("a proof", { a: pair, b: listOf(pair, 2), c: pair }),
  });
}

function claimSchema(circuit: ClaimName) {
  const part = ({ kind }: ClaimField): v.GenericSchema<unknown, unknown> => {
    if (kind === "flag") return v.boolean("must be true or false");
    if (kind === "number") return v.pipe(v.number("must be a number"), v.integer("must be a whole number"));
    const rule = "must be a decimal string of lots";
    return v.pipe(
      v.string(rule),
      v.regex(/^(0|-?[1-9]\d{0,11})$/, rule),
      v.transform((digits) => BigInt(digits)),
    );
  };
  const parts = claimFields(circuit).map((field): [string, v.GenericSchema<unknown, unknown>] => [
    field.name,
    part(field),
  ]);
  return v.pipe(
    exactly(`${circuit}'s claim`, Object.fromEntries(parts)),
    v.transform((claim) => asProofError(() => packClaim(circuit, claim as never, "publicSignals.claim"))),
  );
}

const claimParts = (circuit: ClaimName, claim: bigint): object =>
  asProofError(() => unpackClaim(circuit, claim, "publicSignals.claim"));

/** A claim that breaks its ranges is bad input to those who build one, and a bad proof to those who read one. */
function asProofError<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof InputError) throw new ProofError(cause.path, cause.rule, { cause });
    throw cause;
  }
}

function parse<S extends v.GenericSchema<unknown, unknown>>(schema: S, json: unknown): v.InferOutput<S> {
  const parsed = v.safeParse(schema, json);
  if (parsed.success) return parsed.output;
  const { at, rule } = firstIssue(parsed.issues);
  throw new ProofError(at === "" ? "proof file" : at, rule);
}
