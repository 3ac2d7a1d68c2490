/**
 * The toolkit, in the order data flows: protocol and errors, risk, margin, account, statements, proofs, ledger.
 *
 * @module
 */
export * from "./toolkit.ts";

export type { ProofRequest, ProveOptions, Prover, Stage } from "./prove/prover.ts";
export { BACKENDS, localProver, type BackendName, type BackendOptions } from "./prove/backends.ts";
export { snarkjsProver } from "./prove/snarkjsProver.ts";
export { snarkjsVerifier } from "./prove/snarkjsVerifier.ts";
export { loadVerificationKey } from "./prove/artifacts.ts";

export { Ledger } from "./ledger/ledger.ts";
