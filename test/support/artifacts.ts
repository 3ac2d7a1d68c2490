/**
 * Compiled circuits for tests.
 *
 * @module
 */
import type { CircuitName, TierName } from "../../src/protocol.ts";

export interface Compiled {
  readonly r1cs: string;
  readonly sym: string;
  readonly wasm: string;
}

export async function compiled(circuit: CircuitName, tier: TierName): Promise<Compiled> {
  const dir = process.env["PLIMSOLL_TMP"] ?? "/tmp/c";
  return { r1cs: `${dir}/${circuit}.${tier}.r1cs`, sym: `${dir}/${circuit}.${tier}.sym`, wasm: `${dir}/${circuit}.${tier}_js/${circuit}.${tier}.wasm` };
}
