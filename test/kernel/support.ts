/**
 * The kernel under test, and values at the edges of its representation.
 *
 * @module
 */
import { compileKernel } from "../../kernel/emit/compile.ts";
import { Kernel } from "../../src/kernel/kernel.ts";

let compiling: Promise<WebAssembly.Module> | undefined;

/** A fresh instance of the kernel compiled from its sources. */
export async function testKernel(): Promise<Kernel> {
  compiling ??= compileKernel().then((code) => WebAssembly.compile(code as Uint8Array<ArrayBuffer>));
  return Kernel.create(await compiling);
}

/** Deterministic numbers below 2^256 from a seed (xorshift64*, Vigna 2016). */
export function numbers(seed: bigint): () => bigint {
  let state = seed;
  const word = (): bigint => {
    state ^= state >> 12n;
    state = BigInt.asUintN(64, state ^ (state << 25n));
    state ^= state >> 27n;
    return BigInt.asUintN(64, state * 0x2545f4914f6cdd1dn);
  };
  return () => (word() << 192n) | (word() << 128n) | (word() << 64n) | word();
}

/** 0, ±1, ±2, limb boundaries and their neighbours, all in [0, p). */
export function edges(p: bigint): bigint[] {
  const powers = Array.from({ length: 9 }, (_, i) => 1n << BigInt(29 * i));
  const near = [0n, 1n, 2n, p >> 1n, ...powers].flatMap((value) => [value, value + 1n, p - value, p - value - 1n]);
  return [...new Set([...near, 2n ** 253n - 1n, (1n << 232n) * 5n - 1n].map((value) => ((value % p) + p) % p))];
}
