/**
 * The toolkit, in the order data flows: protocol and errors, risk, margin, account, statements, proofs.
 *
 * @module
 */
export * from "./toolkit.ts";

export type { ProveOptions, Prover, Stage } from "./prover/prover.ts";
export type { ProofRequest } from "./statements/request.ts";
export { BACKENDS, localProver, type BackendName, type BackendOptions } from "./prover/backends.ts";
export { snarkjsProver } from "./prover/snarkjsProver.ts";
export { snarkjsVerifier } from "./prover/snarkjsVerifier.ts";
export { loadVerificationKey } from "./prover/artifacts.ts";
