/**
 * The second verifier: snarkjs, with the checks that it lacks.
 *
 * @module
 */
import { SnarkjsProcess } from "./snarkjsProcess.ts";
import type { Verifier } from "../groth16/verifier.ts";

/**
 * snarkjs in a process of its own, warm until `close`: about a second at first, 40 ms afterwards.
 *
 * @example
 * ```ts
 * import { nobleVerifier, snarkjsVerifier, verify } from "plimsoll";
 *
 * const second = snarkjsVerifier();
 * await verify(proof, key, [nobleVerifier, second]).finally(() => second.close());
 * ```
 */
export function snarkjsVerifier(): Verifier {
  const process = new SnarkjsProcess();
  return {
    name: "snarkjs",
    verify: async (statement) => void (await process.run({ kind: "verify", statement })),
    close: () => process.close(),
  };
}
