/**
 * Provers by their backend's name: which of them computes proofs is the user's choice, all are verified alike.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { BACKENDS, DEFAULT_BACKEND, type BackendName } from "./backendName.ts";
import { artifactsFolder, loadProvingArtifacts } from "./artifacts.ts";
import type { PlimsollOptions } from "./plimsollOptions.ts";
import { plimsollBackend } from "./plimsollBackend.ts";
import { createProver, type Backend, type Prover, type ProverEvents } from "./prover.ts";
import { rapidsnarkBackend } from "./rapidsnarkBackend.ts";
import { snarkjsBackend } from "./snarkjsProver.ts";

export { BACKENDS, type BackendName };

export interface BackendOptions extends PlimsollOptions, ProverEvents {
  readonly backend?: BackendName | undefined;
}

function createBackend(name: BackendName, options: PlimsollOptions = {}): Backend {
  switch (name) {
    case "plimsoll":
      return plimsollBackend(options);
    case "snarkjs":
      return snarkjsBackend();
    case "rapidsnark":
      return rapidsnarkBackend();
    default:
      throw new InputError("backend", `must be one of ${BACKENDS.join(", ")}`, name);
  }
}

/**
 * A prover over the artifacts in `folder`; snarkjs stands in when another backend's proof does not verify. Threads,
 * processes and keys stay warm until `close`.
 *
 * @param folder $PLIMSOLL_ARTIFACTS by default, else where `npm run build` or `plimsoll artifacts` puts them
 * @throws InputError for a backend that there isn't; missing artifacts show with the first proof
 *
 * @example
 * ```ts
 * import { localProver, proofRequest } from "plimsoll";
 *
 * const prover = localProver({ threads: 4 });
 * const proof = await prover.prove(proofRequest(statement), { onProgress: (stage) => console.log(stage) });
 * await prover.close();
 * ```
 */
export function localProver(
  { backend = DEFAULT_BACKEND, ...options }: BackendOptions = {},
  folder = artifactsFolder(),
): Prover {
  const fallback = backend === "snarkjs" ? undefined : snarkjsBackend();
  return createProver(createBackend(backend, options), (circuit, tier) => loadProvingArtifacts(circuit, tier, folder), {
    fallback,
    onFallback: options.onFallback,
  });
}
