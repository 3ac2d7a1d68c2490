/**
 * For browsers: prove in the page that holds the secrets, on web workers. Needs nothing of Node and no snarkjs: import it
 * as `plimsoll/prove`, and what makes the statements as `plimsoll/toolkit`.
 *
 * A page's content security policy must allow `'wasm-unsafe-eval'` and workers of its own origin. Cross-origin isolation
 * is not needed.
 *
 * @module
 */
export * from "./base/errors.ts";
export { browserProver, type BrowserProverOptions } from "./prover/browserProver.ts";
export type { Backend, ProveOptions, Prover, Stage } from "./prover/prover.ts";
export type { CircuitInputs, ProofRequest } from "./statements/request.ts";
export type { CompiledCircuit, WebArtifactOptions, WebArtifacts } from "./prover/webArtifacts.ts";
export * from "./verify.ts";
