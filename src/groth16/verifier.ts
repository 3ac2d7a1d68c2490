/**
 * What checks a proof: ours is noble's, snarkjs is another.
 *
 * @module
 */
import type { ProvenStatement } from "./groth16.ts";

export interface Verifier {
  readonly name: string;
  /** Returns if the statement has this proof; throws a ProofError if not. Any other error is a defect. */
  verify(statement: ProvenStatement): Promise<void>;
  /** Ends what the verifier keeps running; it may be used again afterwards. */
  close(): Promise<void>;
}
