/**
 * Verifies a proof with one verifier or with two that must agree.
 *
 * A valid proof can be turned into another valid proof of the same statement by anybody, (−A, −B, C) being the
 * simplest way: Groth16 is like that, and verifiers accept it. So nothing may tell proofs apart by their points; what
 * makes a proof single-use is in its public signals (nullifiers, context).
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import type { CircuitName } from "../protocol/constants.ts";
import { checkCanonical, type ProvenStatement, type VerificationKey } from "./groth16.ts";
import { nobleVerifier } from "./nobleVerifier.ts";
import { signalList, type Proof } from "./proof.ts";
import { verificationKeyHash } from "./verificationKey.ts";
import type { Verifier } from "./verifier.ts";

/**
 * Returns only if every verifier accepts `proof` under `key`.
 *
 * @param key the circuit's verification key from a source that the caller trusts, never from the proof's sender
 * @param verifiers asked one after another; noble's alone by default
 * @throws ProofError saying what is wrong, or that the verifiers disagree, which must never happen
 *
 * @example
 * ```ts
 * import { parseProof, parseVerificationKey, verify } from "plimsoll/verify";
 *
 * const key = parseVerificationKey(await (await fetch("/solvency.M/vkey.json")).json());
 * await verify(parseProof(await (await fetch("/proof.json")).text()), key);
 * ```
 */
export async function verify<C extends CircuitName>(
  proof: Proof<C>,
  key: VerificationKey,
  verifiers: readonly Verifier[] = [nobleVerifier],
): Promise<void> {
  const hash = verificationKeyHash(key);
  if (proof.key.hash !== hash)
    throw new ProofError("key.hash", `must be that of the key at hand, ${hash}, got ${proof.key.hash}`);
  await verifyStatement({ key, signals: signalList(proof), proof: proof.points }, verifiers);
}

/**
 * As {@link verify}, on bare signals and points. Throws a RangeError without a verifier.
 *
 * @example
 * ```ts
 * import { calldata, nobleVerifier, verifyStatement } from "plimsoll/verify";
 *
 * const signals = calldata(proof).publicSignals;
 * await verifyStatement({ key, signals, proof: proof.points }, [nobleVerifier]);
 * ```
 */
export async function verifyStatement(statement: ProvenStatement, verifiers: readonly Verifier[]): Promise<void> {
  if (verifiers.length === 0) throw new RangeError("verifying takes at least one verifier");
  checkCanonical(statement);
  const verdicts: { name: string; refusal: ProofError | undefined }[] = [];
  for (const verifier of verifiers) {
    verdicts.push({ name: verifier.name, refusal: await refusalOf(verifier, statement) });
  }
  const refused = verdicts.filter(({ refusal }) => refusal !== undefined);
  if (refused.length === 0) return;
  if (refused.length === verdicts.length) throw refused[0]!.refusal!;
  const names = (list: typeof verdicts): string => list.map(({ name }) => name).join(", ");
  const accepted = verdicts.filter(({ refusal }) => refusal === undefined);
  throw new ProofError("proof", `verifiers disagree: ${names(accepted)} accepts, ${names(refused)} refuses`, {
    cause: refused[0]!.refusal,
  });
}

async function refusalOf(verifier: Verifier, statement: ProvenStatement): Promise<ProofError | undefined> {
  try {
    await verifier.verify(statement);
    return undefined;
  } catch (error) {
    if (error instanceof ProofError) return error;
    throw error;
  }
}
