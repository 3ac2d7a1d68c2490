/**
 * A statement: what a circuit is to prove. Signals are what it shows, inputs what it keeps.
 *
 * @module
 */
import type { CircuitInput, CircuitInputs, ProofRequest } from "./request.ts";
import type { Signals } from "../protocol/signals.ts";
import type { CircuitName, TierName } from "../protocol/constants.ts";

export interface Statement<C extends CircuitName = CircuitName> {
  readonly circuit: C;
  readonly tier: TierName;
  readonly signals: Signals[C];
  /** Private inputs: keys and holdings are among them. */
  readonly inputs: CircuitInputs;
}

/**
 * A statement as the prover takes it: circuits have public signals as inputs too.
 *
 * @example
 * ```ts
 * import { proofRequest } from "plimsoll/toolkit";
 *
 * const proof = await prover.prove(proofRequest(statement));
 * ```
 */
export const proofRequest = <C extends CircuitName>({
  circuit,
  tier,
  signals,
  inputs,
}: Statement<C>): ProofRequest<C> => ({
  circuit,
  tier,
  inputs: { ...(signals as unknown as Readonly<Record<string, CircuitInput>>), ...inputs },
});
