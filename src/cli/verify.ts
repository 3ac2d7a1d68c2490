/**
 * plimsoll verify: both verifiers, on nothing but the proof and a verification key.
 *
 * @module
 */
import { ArtifactError, InputError, ProofError } from "../base/errors.ts";
import { readJson, readText } from "../base/files.ts";
import { TIERS } from "../protocol/constants.ts";
import { loadVerificationKey } from "../prover/artifacts.ts";
import { isClaimName, unpackClaim } from "../protocol/claim.ts";
import { nobleVerifier } from "../groth16/nobleVerifier.ts";
import { parseProof, type AnyProof, type KeyKind } from "../groth16/proof.ts";
import { snarkjsVerifier } from "../prover/snarkjsVerifier.ts";
import { parseVerificationKey } from "../groth16/verificationKey.ts";
import { verify } from "../groth16/verify.ts";
import type { VerificationKey } from "../groth16/groth16.ts";
import { TableTree } from "../risk/tree.ts";
import { show, type Globals } from "./command.ts";
import { loadTable } from "./home.ts";

interface Flags extends Globals {
  readonly key?: string;
  readonly table?: string;
}

export async function verifyProof(flags: Flags, file: string): Promise<void> {
  const proof = parseProof(await readText(file));
  const { verificationKey, keyKind } = await keyFor(proof, flags.key);
  if (keyKind !== undefined && proof.key.kind !== keyKind) throw new ProofError("key.kind", `must be ${keyKind}, as of the key at hand, got ${proof.key.kind}`);
  const snarkjs = snarkjsVerifier();
  await verify(proof, verificationKey, [nobleVerifier, snarkjs]).finally(() => snarkjs.close());
  if (flags.table !== undefined) await checkTableOf(proof, flags, flags.table);
  const { circuit, tier } = proof;
  const signals = isClaimName(circuit) ? { ...proof.signals, claim: unpackClaim(circuit, (proof.signals as { readonly claim: bigint }).claim) } : proof.signals;
  const result = { verified: true, circuit, tier, key: { hash: proof.key.hash, kind: keyKind ?? "given" }, verifiers: [nobleVerifier.name, snarkjs.name], signals };
  show(flags, result, () => [
    `verified: ${circuit}, tier ${tier}, by ${result.verifiers.join(" and ")}`,
    keyWords(keyKind),
    ...Object.entries(signals).map(([name, value]) => `  ${name.padEnd(17)} ${words(value)}`),
    `Compare ${COMPARE[circuit]} with what you know: a proof says no more than that they belong together.`,
  ].join("\n"));
}

const COMPARE = {
  receive: "commitments, notes root and context", spend: "commitments, table root, coverage and context",
  solvency: "accounts root, table root, alias, committee and context", exit: "exits root and context",
} as const;

async function keyFor({ circuit, tier }: AnyProof, file: string | undefined): Promise<{ verificationKey: VerificationKey; keyKind: KeyKind | undefined }> {
  if (file === undefined) return loadVerificationKey(circuit, tier);
  const json = await readJson(file).catch((cause: unknown) => {
    if (cause instanceof InputError) throw new ArtifactError(cause.path, cause.rule, { cause });
    throw cause;
  });
  return { verificationKey: parseVerificationKey(json, file), keyKind: undefined };
}

function keyWords(kind: KeyKind | undefined): string {
  if (kind === "development") return "key: DEVELOPMENT. Whoever made it could forge this proof: good for trying out, worth nothing as evidence.";
  if (kind === "ceremony") return "key: from a ceremony; nobody can forge if one contributor was honest";
  return "key: the one you gave; whether it may be trusted is for you to know";
}

async function checkTableOf(proof: AnyProof, globals: Globals, file: string): Promise<void> {
  if (proof.circuit !== "solvency" && proof.circuit !== "spend") throw new InputError("table", `is nothing that a ${proof.circuit} proof is on`);
  const { root } = await TableTree.build((await loadTable(globals, file)).table, TIERS[proof.tier]);
  if (proof.signals.tableRoot !== root) throw new ProofError("publicSignals.tableRoot", `must be that of the table at hand, ${root}, got ${proof.signals.tableRoot}`);
}

const words = (value: unknown): string =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([name, part]) => `${name} ${String(part)}`).join(", ")
    : String(value).replaceAll(",", ", ");
