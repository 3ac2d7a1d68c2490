/**
 * The second verifier: snarkjs, with the checks that it lacks.
 *
 * @module
 */
import { SnarkjsProcess } from "./snarkjsProcess.ts";
import type { Verifier } from "../groth16/verifier.ts";

/** snarkjs in a process of its own, warm until `close`: about a second at first, 40 ms afterwards. */
export function snarkjsVerifier(): Verifier {
  const process = new SnarkjsProcess();
  return {
    name: "snarkjs",
    verify: async (statement) => void (await process.run({ kind: "verify", statement })),
    close: () => process.close(),
  };
}
