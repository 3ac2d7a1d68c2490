/**
 * For browsers and auditors: read a proof and a key, and verify one under the other. Needs nothing of Node, snarkjs or
 * the rest of the toolkit: import it as `plimsoll/verify`.
 *
 * @module
 */
export { calldata, formatProof, parseProof, type AnyProof, type Proof } from "./groth16/proof.ts";
export type { VerificationKey } from "./groth16/groth16.ts";
export { nobleVerifier, verifyWithNoble } from "./groth16/nobleVerifier.ts";
export { parseVerificationKey, verificationKeyHash } from "./groth16/verificationKey.ts";
export { verify, verifyStatement } from "./groth16/verify.ts";
export type { Verifier } from "./groth16/verifier.ts";
