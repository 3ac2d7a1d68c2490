/**
 * What travels between this process and the one that snarkjs runs in.
 *
 * @module
 */
import type { Groth16Proof, ProvenStatement } from "../groth16/groth16.ts";
import type { Stage } from "./prover.ts";
import type { CircuitInputs } from "../statements/request.ts";

export type SnarkjsTask =
  | {
      readonly kind: "prove";
      readonly wasmPath: string;
      readonly zkeyPath: string;
      readonly inputs: CircuitInputs;
      readonly singleThread: boolean;
    }
  | { readonly kind: "verify"; readonly statement: ProvenStatement };

export interface ProveResult {
  readonly signals: readonly bigint[];
  readonly proof: Groth16Proof;
}

export type SnarkjsReply =
  | { readonly kind: "progress"; readonly stage: Stage; readonly fraction: number }
  /** `peakBytes`: most memory that the process had resident so far. */
  | { readonly kind: "done"; readonly result: ProveResult | undefined; readonly peakBytes: number }
  /** The two parts of a ProofError. */
  | { readonly kind: "refused"; readonly path: string; readonly rule: string };

/** Environment variable with the memory ceiling in MiB, set by snarkjsProcess.ts for its child. */
export const MEMORY_VARIABLE = "PLIMSOLL_SNARKJS_MAX_MIB";
