import { bytesToNumberLE, numberToBytesLE } from "@noble/curves/utils.js";
import { buildBn128 } from "ffjavascript";
import { beforeAll, describe, expect, it } from "vitest";
import { ELEMENT, type Kernel } from "../../src/kernel/kernel.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { INTEGER } from "../../src/base/wasm.ts";
import { getElements, mod, numbers, power, putElements, reversed, root, testKernel } from "./support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

describe("transform", () => {
  it.each([1, 2, 3, 4, 7])("of 2^%i random values and of extremes is the sum that defines it", async (log) => {
    const n = 2 ** log;
    const w = await root(log);
    const next = numbers(BigInt(log));
    const inputs = [
      Array.from({ length: n }, () => next() % FIELD),
      Array.from({ length: n }, () => FIELD - 1n),
      Array.from({ length: n }, (_, i) => (i === 0 ? 1n : 0n)),
    ];
    for (const values of inputs) {
      const data = putElements(
        kernel,
        values.map((_, j) => values[reversed(j, log)]!),
      );
      const roots = kernel.alloc((n / 2) * ELEMENT);
      kernel.call["ntt_powers"]!(roots, putElements(kernel, [w]), n / 2);
      kernel.call["ntt_ntt"]!(data, log, roots);
      expect(getElements(kernel, data, n)).toEqual(
        values.map((_, k) => values.reduce((sum, value, j) => mod(sum + value * power(w, BigInt(j * k))), 0n)),
      );
    }
  });

  it.each(Array.from({ length: 17 }, (_, i) => i + 1))("of 2^%i values is ffjavascript's", async (log) => {
    const n = 2 ** log;
    const { Fr } = await buildBn128(true);
    const next = numbers(BigInt(100 + log));
    const random = Array.from({ length: Math.min(n, 1009) }, () => next() % FIELD);
    const roots = kernel.alloc((n / 2) * ELEMENT);
    kernel.call["ntt_powers"]!(roots, putElements(kernel, [await root(log)]), n / 2);
    for (const few of [random, [FIELD - 1n]]) {
      const values = Array.from({ length: n }, (_, i) => few[i % few.length]!);
      const data = putElements(
        kernel,
        values.map((_, j) => values[reversed(j, log)]!),
      );
      kernel.call["ntt_ntt"]!(data, log, roots);
      const bytes = new Uint8Array(n * INTEGER);
      values.forEach((value, i) => bytes.set(numberToBytesLE(value, 32), i * INTEGER));
      const expected = await Fr.fft(bytes);
      const wrong = getElements(kernel, data, n).flatMap((value, i) =>
        value === bytesToNumberLE(expected.subarray(i * INTEGER, (i + 1) * INTEGER)) ? [] : [i],
      );
      expect(wrong).toEqual([]);
    }
  });
});
