/**
 * Where bn254's WebAssembly code and constants come from: ffjavascript, on the main thread only. Its dependency
 * web-worker takes over any thread that imports it, so threads are sent the code instead.
 *
 * @module
 */
import { buildBn128 } from "../iden3/ffjavascript.ts";
import type { Bn254Code } from "./bn254.ts";

export interface Bn254Source extends Bn254Code {
  /** `rootsOfUnity[k]`: the root of order 2^k that snarkjs uses, in Montgomery form. */
  readonly rootsOfUnity: readonly Uint8Array[];
}

export async function loadBn254(): Promise<Bn254Source> {
  const { tm, Fr } = await buildBn128(true);
  return {
    module: await WebAssembly.compile(tm.code),
    generators: { g1: tm.pG1gen, g2: tm.pG2gen },
    rootsOfUnity: Fr.w,
  };
}
