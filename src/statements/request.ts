/**
 * What a prover is asked for: a circuit instance and all its inputs.
 *
 * @module
 */
import type { CircuitName, TierName } from "../protocol/constants.ts";

/** An input signal: a field element or an array of them, nested as in the circuit. Secret, most of them. */
export type CircuitInput = bigint | readonly CircuitInput[];
export type CircuitInputs = Readonly<Record<string, CircuitInput>>;

export interface ProofRequest<C extends CircuitName = CircuitName> {
  readonly circuit: C;
  readonly tier: TierName;
  readonly inputs: CircuitInputs;
}
