/**
 * plimsoll verify: both verifiers, on nothing but the proof and a verification key.
 *
 * @module
 */
import { ArtifactError, InputError, ProofError } from "../errors.ts";
import { readJson, readText } from "../files.ts";
import { TIERS } from "../protocol.ts";
import { loadVerificationKey } from "../prove/artifacts.ts";
import { isClaimName, unpackClaim } from "../prove/claim.ts";
import { nobleVerifier } from "../prove/nobleVerifier.ts";
import { parseProof, type AnyProof, type KeyKind } from "../prove/proof.ts";
import { snarkjsVerifier } from "../prove/snarkjsVerifier.ts";
import { parseVerificationKey } from "../prove/verificationKey.ts";
import { verify } from "../prove/verify.ts";
import type { VerificationKey } from "../prove/groth16.ts";
import { BookTree } from "../risk/tree.ts";
import { show, type Globals } from "./command.ts";
import { loadBook } from "./home.ts";

interface Flags extends Globals {
  readonly key?: string;
  readonly book?: string;
}

export async function verifyProof(flags: Flags, file: string): Promise<void> {
  const proof = parseProof(await readText(file));
  const { verificationKey, keyKind } = await keyFor(proof, flags.key);
  if (keyKind !== undefined && proof.key.kind !== keyKind) throw new ProofError("key.kind", `must be ${keyKind}, as of the key at hand, got ${proof.key.kind}`);
  const snarkjs = snarkjsVerifier();
  await verify(proof, verificationKey, [nobleVerifier, snarkjs]).finally(() => snarkjs.close());
  if (flags.book !== undefined) await checkBookOf(proof, flags, flags.book);
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
  fold: "commitments, notes root and context", lower: "commitments, book root, coverage and context",
  solvency: "accounts root, book root, alias, committee and context", exit: "exits root and context",
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

async function checkBookOf(proof: AnyProof, globals: Globals, file: string): Promise<void> {
  if (proof.circuit !== "solvency" && proof.circuit !== "lower") throw new InputError("book", `is nothing that a ${proof.circuit} proof is on`);
  const { root } = await BookTree.build((await loadBook(globals, file)).book, TIERS[proof.tier]);
  if (proof.signals.bookRoot !== root) throw new ProofError("publicSignals.bookRoot", `must be that of the book at hand, ${root}, got ${proof.signals.bookRoot}`);
}

const words = (value: unknown): string =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.entries(value).map(([name, part]) => `${name} ${String(part)}`).join(", ")
    : String(value).replaceAll(",", ", ");
