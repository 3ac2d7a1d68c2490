/**
 * snarkjs as a backend: the reference that every other one is compared with.
 *
 * @module
 */
import { artifactsFolder, loadProvingArtifacts } from "./artifacts.ts";
import { createProver, type Backend, type Prover } from "./prover.ts";
import { SnarkjsProcess, type SnarkjsOptions } from "./snarkjsProcess.ts";

/** Witness and proof by snarkjs in a process that stays warm until `close`. */
export function snarkjsBackend(options: SnarkjsOptions = {}): Backend & { readonly peakBytes: number } {
  const process = new SnarkjsProcess(options);
  return {
    name: "snarkjs",
    get peakBytes() {
      return process.peakBytes;
    },
    async run({ wasmPath, zkeyPath }, inputs, hooks) {
      const result = await process.run(
        { kind: "prove", wasmPath, zkeyPath, inputs, singleThread: options.singleThread ?? false },
        hooks,
      );
      return result!;
    },
    close: () => process.close(),
  };
}

/**
 * A prover with snarkjs alone over the artifacts in `folder`; `localProver` is the faster one, which falls back to it.
 *
 * @example
 * ```ts
 * import { proofRequest, snarkjsProver } from "plimsoll";
 *
 * const prover = snarkjsProver({ maxMemoryMiB: 1_024 });
 * const proof = await prover.prove(proofRequest(statement)).finally(() => prover.close());
 * ```
 */
export const snarkjsProver = (options: SnarkjsOptions = {}, folder = artifactsFolder()): Prover =>
  createProver(snarkjsBackend(options), (circuit, tier) => loadProvingArtifacts(circuit, tier, folder));
