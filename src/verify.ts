/**
 * For browsers and auditors: read a proof and a key, and verify one under the other. Needs nothing of Node, snarkjs or
 * the rest of the toolkit: import it as `plimsoll/verify`.
 *
 * @module
 */
export { calldata, formatProof, parseProof, type AnyProof, type Proof } from "./prove/proof.ts";
export type { VerificationKey } from "./prove/groth16.ts";
export { nobleVerifier, verifyWithNoble } from "./prove/nobleVerifier.ts";
export { parseVerificationKey, verificationKeyHash } from "./prove/verificationKey.ts";
export { verify, verifyStatement, type Verifier } from "./prove/verify.ts";
