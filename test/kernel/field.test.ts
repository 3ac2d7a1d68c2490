import { numberToBytesLE } from "@noble/curves/utils.js";
import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { ELEMENT, type Kernel } from "../../src/kernel/kernel.ts";
import { INTEGER } from "../../src/base/wasm.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { BASE_FIELD } from "../../src/groth16/groth16.ts";
import { edges, numbers, testKernel } from "./support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

/** Puts elements in, calls a function that writes to its first argument, and reads that back. */
function field(name: "fq" | "fr" | "fq2") {
  const parts = name === "fq2" ? 2 : 1;
  const [r, plain] = [kernel.alloc(ELEMENT * parts), kernel.alloc(INTEGER * parts)];
  const slots = Array.from({ length: 4 }, () => kernel.alloc(ELEMENT * parts));
  const load = (slot: number, value: readonly bigint[]): number => {
    value.forEach((v, i) => kernel.bytes(plain + INTEGER * i, INTEGER).set(numberToBytesLE(v, 32)));
    kernel.call[`${name}_fromInteger`]!(slots[slot]!, plain);
    return slots[slot]!;
  };
  const read = (pointer: number): bigint[] => {
    kernel.call[`${name}_toInteger`]!(plain, pointer);
    return Array.from({ length: parts }, (_, i) => kernel.integer(plain + INTEGER * i));
  };
  const run = (fn: string, ...args: readonly (readonly bigint[])[]): bigint[] => {
    kernel.call[`${name}_${fn}`]!(r, ...args.map((arg, slot) => load(slot, arg)));
    return read(r);
  };
  return { load, read, run };
}

describe.each([
  ["fq", BASE_FIELD],
  ["fr", FIELD],
] as const)("%s", (name, p) => {
  const mod = (x: bigint): bigint => ((x % p) + p) % p;
  const check = (a: bigint, b: bigint, c: bigint, d: bigint, { run }: ReturnType<typeof field>): void => {
    expect(run("mul", [a], [b])).toEqual([mod(a * b)]);
    expect(run("sqr", [a])).toEqual([mod(a * a)]);
    expect(run("add", [a], [b])).toEqual([mod(a + b)]);
    expect(run("sub", [a], [b])).toEqual([mod(a - b)]);
    expect(run("neg", [a])).toEqual([mod(-a)]);
    expect(run("mulDiff", [a], [b], [c])).toEqual([mod(a * (b - c))]);
    expect(run("mulAdd", [a], [b], [c])).toEqual([mod(a * b + c)]);
    expect(run("thirdX", [a], [b], [c])).toEqual([mod(a * a - b - c)]);
    expect(run("mulSum", [a], [b], [c])).toEqual([mod(a * (b + c))]);
    expect(run("mulDiffMinus", [a], [b], [c], [d])).toEqual([mod(a * (b - c) - d)]);
    expect(run("mulDiffPlus", [a], [b], [c], [d])).toEqual([mod(a * (b - c) + d)]);
  };

  it("agrees with whole numbers at the edges", () => {
    const all = edges(p);
    const tools = field(name);
    all.forEach((a, i) =>
      all.forEach((b, j) => {
        if ((i + j) % 5 === 0) check(a, b, all[(i * 7 + j) % all.length]!, all[(i + 3 * j) % all.length]!, tools);
      }),
    );
  });

  it("agrees with whole numbers at random", () => {
    const next = numbers(42n);
    const tools = field(name);
    for (let i = 0; i < 3000; i++) check(next() % p, next() % p, next() % p, next() % p, tools);
  });

  it("stays exact along chains that never leave its redundant form", () => {
    const { load, read } = field(name);
    const { mul, sqr, add, sub, thirdX } = Object.fromEntries(
      ["mul", "sqr", "add", "sub", "thirdX"].map((fn) => [fn, kernel.call[`${name}_${fn}`]!]),
    ) as Record<string, (...args: number[]) => void>;
    const next = numbers(7n);
    let [x, y] = [next() % p, next() % p];
    const [px, py] = [load(0, [x]), load(1, [y])];
    expect([read(px), read(py)]).toEqual([[x], [y]]);
    for (let i = 0; i < 20_000; i++) {
      switch (Number(next() % 5n)) {
        case 0:
          mul!(px, px, py);
          x = mod(x * y);
          break;
        case 1:
          sqr!(py, py);
          y = mod(y * y);
          break;
        case 2:
          add!(px, px, py);
          x = mod(x + y);
          break;
        case 3:
          sub!(py, px, py);
          y = mod(x - y);
          break;
        case 4:
          thirdX!(px, py, px, py);
          x = mod(y * y - x - y);
          break;
      }
      if (i % 100 === 0) expect([read(px), read(py)]).toEqual([[x], [y]]);
    }
    expect([read(px), read(py)]).toEqual([[x], [y]]);
  });

  it("inverts, 0 to 0", () => {
    const { run } = field(name);
    const next = numbers(3n);
    for (const a of [...edges(p), ...Array.from({ length: 50 }, () => next() % p)]) {
      const [inverse] = run("inverse", [a]);
      expect(mod(inverse! * a)).toBe(a === 0n ? 0n : 1n);
    }
  });

  it("knows zero in each of its forms, and a quick look never misses equality", () => {
    const { load } = field(name);
    const { sub, isZero, maybeEqual, thirdX } = Object.fromEntries(
      ["sub", "isZero", "maybeEqual", "thirdX"].map((fn) => [fn, kernel.call[`${name}_${fn}`]!]),
    ) as Record<string, (...args: number[]) => number>;
    const next = numbers(9n);
    for (const a of [...edges(p), ...Array.from({ length: 200 }, () => next() % p)]) {
      // a² − b − c twice over, b and c swapped for others of the same sum: equal values, different representations.
      const b = next() % p;
      const [pa, pb, pz, pc] = [load(0, [a]), load(1, [b]), load(2, [0n]), load(3, [mod(b - a)])];
      sub!(pc, pb, pc);
      expect(maybeEqual!(pa, pc)).toBe(1);
      thirdX!(pb, pz, pa, pz);
      thirdX!(pc, pz, pz, pc);
      expect(maybeEqual!(pb, pc)).toBe(1);
      sub!(pb, pb, pc);
      expect(isZero!(pb)).toBe(1);
      expect(isZero!(pa)).toBe(a === 0n ? 1 : 0);
    }
  });
});

describe("fq2", () => {
  const { Fp2 } = bn254.fields;
  type Fp2 = Parameters<typeof Fp2.mul>[0];
  const list = ({ c0, c1 }: Fp2): bigint[] => [c0, c1];
  const check = (a: Fp2, b: Fp2, c: Fp2, d: Fp2, { run }: ReturnType<typeof field>): void => {
    expect(run("mul", list(a), list(b))).toEqual(list(Fp2.mul(a, b)));
    expect(run("sqr", list(a))).toEqual(list(Fp2.sqr(a)));
    expect(run("add", list(a), list(b))).toEqual(list(Fp2.add(a, b)));
    expect(run("sub", list(a), list(b))).toEqual(list(Fp2.sub(a, b)));
    expect(run("neg", list(a))).toEqual(list(Fp2.neg(a)));
    expect(run("mulDiff", list(a), list(b), list(c))).toEqual(list(Fp2.mul(a, Fp2.sub(b, c))));
    expect(run("thirdX", list(a), list(b), list(c))).toEqual(list(Fp2.sub(Fp2.sub(Fp2.sqr(a), b), c)));
    expect(run("mulSum", list(a), list(b), list(c))).toEqual(list(Fp2.mul(a, Fp2.add(b, c))));
    expect(run("mulDiffMinus", list(a), list(b), list(c), list(d))).toEqual(
      list(Fp2.sub(Fp2.mul(a, Fp2.sub(b, c)), d)),
    );
    expect(run("mulDiffPlus", list(a), list(b), list(c), list(d))).toEqual(list(Fp2.add(Fp2.mul(a, Fp2.sub(b, c)), d)));
    expect(run("inverse", list(a))).toEqual(list(Fp2.is0(a) ? a : Fp2.inv(a)));
  };

  it("agrees with noble at the edges and at random", () => {
    const next = numbers(11n);
    const tools = field("fq2");
    const all = edges(BASE_FIELD);
    const pick = (): bigint => (next() % 3n === 0n ? all[Number(next() % BigInt(all.length))]! : next() % BASE_FIELD);
    const element = (): Fp2 => Fp2.fromBigTuple([pick(), pick()]);
    for (let i = 0; i < 1500; i++) check(element(), element(), element(), element(), tools);
  });
});
