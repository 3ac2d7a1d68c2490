/**
 * The kernel under test, and values at the edges of its representation.
 *
 * @module
 */
import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { buildBn128 } from "ffjavascript";
import { compileKernel } from "../../kernel/emit/compile.ts";
import { ELEMENT, Kernel } from "../../src/kernel/kernel.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { INTEGER, type Pointer } from "../../src/base/wasm.ts";

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

/** In [0, r). */
export const mod = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;
/** base^exponent modulo r. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let b = base, e = exponent; e > 0n; e >>= 1n, b = mod(b * b)) if (e & 1n) result = mod(result * b);
  return result;
}

/** The root of order 2^k that keys are made with, from ffjavascript's tables. */
export async function root(k: number): Promise<bigint> {
  const { Fr } = await buildBn128(true);
  const montgomery = power(power(2n, 256n), FIELD - 2n);
  return mod(bytesToNumberLE(Fr.w[k]!) * montgomery);
}

/** Elements of Fr in the kernel's form, one after another. */
export function putElements(kernel: Kernel, values: readonly bigint[]): Pointer {
  const [at, plain] = [kernel.alloc(values.length * ELEMENT), kernel.alloc(INTEGER)];
  values.forEach((value, i) => {
    kernel.bytes(plain, INTEGER).set(numberToBytesLE(value, 32));
    kernel.call["fr_fromInteger"]!(at + i * ELEMENT, plain);
  });
  return at;
}

export function getElements(kernel: Kernel, at: Pointer, count: number): bigint[] {
  const plain = kernel.alloc(INTEGER);
  return Array.from({ length: count }, (_, i) => {
    kernel.call["fr_toInteger"]!(plain, at + i * ELEMENT);
    return kernel.integer(plain);
  });
}

/** j with its `log` bits in reverse. */
export const reversed = (j: number, log: number): number =>
  Number.parseInt([...j.toString(2).padStart(log, "0")].reverse().join(""), 2);
