/**
 * Field arithmetic at the edges of its representation: limbs written straight into memory, at and between their bounds,
 * which values that come in through a product never reach.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { ELEMENT, type Kernel } from "../../src/kernel/kernel.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { BASE_FIELD } from "../../src/groth16/groth16.ts";
import type { Pointer } from "../../src/base/wasm.ts";
import { numbers, testKernel } from "./support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

const LIMB = (1 << 29) - 1;
const R = 1n << 261n;
/** A stored value lies in (−2p, 2p), one inside an NTT in (−64p, 64p), a result always in the former. */
const STORED = 2;
const IN_NTT = 62;
/** p / 2^232: how many times p a top limb makes. */
const topOf = (p: bigint): number => Number(p >> 232n);

/** Elements of `parts` components of a field over p. */
function elements(p: bigint, parts: 1 | 2, seed: bigint) {
  const random = numbers(seed);
  const next = (below: number): number => Number(random() % BigInt(below));
  const slots = Array.from({ length: 5 }, () => kernel.alloc(ELEMENT * parts + 16));
  const view = (at: Pointer, part: number): DataView => {
    const bytes = kernel.bytes(at + ELEMENT * part, ELEMENT);
    return new DataView(bytes.buffer, bytes.byteOffset, ELEMENT);
  };
  /** Spend limbs all ones, all ones or zero, or random; the top one at either end, 0, or between. */
  const fill = (slot: number, range = STORED): Pointer => {
    const top = range * topOf(p) - 1;
    for (let part = 0; part < parts; part++) {
      const at = view(slots[slot]!, part);
      const kind = next(3);
      for (let i = 0; i < 8; i++)
        at.setInt32(4 * i, kind === 0 ? LIMB : kind === 1 ? LIMB * next(2) : next(LIMB + 1), true);
      at.setInt32(32, [top - 1, -top, 0, next(2 * top) - top][next(4)]!, true);
    }
    return slots[slot]!;
  };
  /** The whole numbers that an element stands for, in Montgomery form. */
  const read = (at: Pointer): bigint[] =>
    Array.from({ length: parts }, (_, part) => {
      let value = 0n;
      for (let i = 8; i >= 0; i--) value = (value << 29n) + BigInt(view(at, part).getInt32(4 * i, true));
      return value;
    });
  const expectStored = (at: Pointer, times: number): void => {
    for (const [part, value] of read(at).entries()) {
      expect(value > -BigInt(times) * p && value < BigInt(times) * p).toBe(true);
      for (let i = 0; i < 8; i++) expect(view(at, part).getInt32(4 * i, true) >>> 29).toBe(0);
    }
  };
  return { out: slots[4]!, fill, read, expectStored };
}

type Vector = readonly bigint[];
const plus = (a: Vector, b: Vector): Vector => a.map((x, i) => x + b[i]!);
const less = (a: Vector, b: Vector): Vector => a.map((x, i) => x - b[i]!);
const scaled = (k: bigint, a: Vector): Vector => a.map((x) => k * x);
const times = (a: Vector, b: Vector): Vector =>
  a.length === 1 ? [a[0]! * b[0]!] : [a[0]! * b[0]! - a[1]! * b[1]!, a[0]! * b[1]! + a[1]! * b[0]!];

/** Formulas: their parameters, and R times their results. */
const FORMULAS: Readonly<
  Record<string, readonly [parameters: string, of: (a: Vector, b: Vector, c: Vector, d: Vector) => Vector]>
> = {
  mul: ["ab", times],
  sqr: ["a", (a) => times(a, a)],
  add: ["ab", (a, b) => scaled(R, plus(a, b))],
  sub: ["ab", (a, b) => scaled(R, less(a, b))],
  neg: ["a", (a) => scaled(-R, a)],
  mulDiff: ["abc", (a, b, c) => times(a, less(b, c))],
  thirdX: ["abc", (a, b, c) => less(times(a, a), scaled(R, plus(b, c)))],
  mulSum: ["abc", (a, b, c) => times(a, plus(b, c))],
  mulDiffMinus: ["abcd", (a, b, c, d) => less(times(a, less(b, c)), scaled(R, d))],
  mulDiffPlus: ["abcd", (a, b, c, d) => plus(times(a, less(b, c)), scaled(R, d))],
  mulAdd: ["abc", (a, b, c) => plus(times(a, b), scaled(R, c))],
  mulSumDiff: ["ab", (a, b) => times(plus(a, b), less(a, b))],
};
const PRIME_ONLY = ["mulAdd", "mulSumDiff"];

describe.each([
  ["fq", BASE_FIELD, 1],
  ["fr", FIELD, 1],
  ["fq2", BASE_FIELD, 2],
] as const)("%s at its bounds", (field, p, parts) => {
  const reduced = (v: Vector): bigint[] => v.map((x) => ((x % p) + p) % p);
  const names = Object.keys(FORMULAS).filter((name) => parts === 1 || !PRIME_ONLY.includes(name));

  it.each(names)("%s is exact and stays in range", (name) => {
    const { out, fill, read, expectStored } = elements(p, parts, 5n);
    const [parameters, of] = FORMULAS[name]!;
    for (let round = 0; round < 4000; round++) {
      const operands = [fill(0), fill(1), fill(2), fill(3)] as const;
      kernel.call[`${field}_${name}`]!(out, ...operands.slice(0, parameters.length));
      const [a, b, c, d] = [read(operands[0]), read(operands[1]), read(operands[2]), read(operands[3])];
      expect(reduced(scaled(R, read(out)))).toEqual(reduced(of(a, b, c, d)));
      expectStored(out, STORED);
    }
  });
});

it("a butterfly is exact to the end of the longest transform", () => {
  const { fill, read, expectStored } = elements(FIELD, 1, 6n);
  const mod = (x: bigint): bigint => ((x % FIELD) + FIELD) % FIELD;
  for (let round = 0; round < 5000; round++) {
    const [u, v, w] = [fill(0, IN_NTT - 1), fill(1, IN_NTT - 1), fill(2)];
    const [[a], [b], [c]] = [read(u), read(v), read(w)];
    kernel.call["fr_butterfly"]!(u, v, w);
    expect([mod(R * read(u)[0]!), mod(R * read(v)[0]!)]).toEqual([mod(R * a! + b! * c!), mod(R * a! - b! * c!)]);
    [u, v].forEach((at) => expectStored(at, 64));
    kernel.call["fr_canonical"]!(w, u);
    expect(read(w)[0]).toBe(mod(read(u)[0]!));
  }
});
