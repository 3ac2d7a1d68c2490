import { numberToBytesLE } from "@noble/curves/utils.js";
import { bn254 } from "@noble/curves/bn254.js";
import { beforeAll, describe, expect, it } from "vitest";
import { affineBytes, type GroupName, type Kernel } from "../../src/kernel/kernel.ts";
import { coordinates as readCoordinates, multiSum } from "../../src/prover/threads/sums.ts";
import { fillTables, shapeFor, stretchesFor } from "../../src/prover/threads/tables.ts";
import { INTEGER } from "../../src/base/wasm.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { numbers, testKernel } from "./support.ts";

let kernel: Kernel;
beforeAll(async () => void (kernel = await testKernel()));

const { Fp2 } = bn254.fields;
const r = FIELD;

/** What the tests need of noble's groups: points as multiples of the generator, and their coordinates as a flat list. */
const GROUPS = {
  g1: { times: (k: bigint) => bn254.G1.Point.BASE.multiplyUnsafe(k).toAffine(), flat: (v: unknown) => [v as bigint] },
  g2: {
    times: (k: bigint) => bn254.G2.Point.BASE.multiplyUnsafe(k).toAffine(),
    flat: (v: unknown) => {
      const { c0, c1 } = v as ReturnType<typeof Fp2.inv>;
      return [c0, c1];
    },
  },
} as const;

/** Coordinates of k·G, all 0 for infinity. */
function coordinates(group: GroupName, k: bigint): bigint[] {
  const { times, flat } = GROUPS[group];
  if (k % r === 0n) return Array.from({ length: group === "g1" ? 2 : 4 }, () => 0n);
  const { x, y } = times(((k % r) + r) % r);
  return [...flat(x), ...flat(y)];
}

const known = new Map<string, bigint[]>();
const point = (group: GroupName, k: bigint): bigint[] => {
  const name = `${group} ${k}`;
  if (!known.has(name)) known.set(name, coordinates(group, k));
  return known.get(name)!;
};

/** MSM of logs·G by scalars, in the kernel, with windows of `window` bits and tables of `stretches`, as coordinates. */
function msm(
  group: GroupName,
  logs: readonly bigint[],
  scalars: readonly bigint[],
  window: number,
  stretches = 1,
): bigint[] {
  return kernel.scoped(() => {
    const size = affineBytes(group);
    const [fieldName, parts] = group === "g1" ? (["fq", 2] as const) : (["fq", 4] as const);
    const points = kernel.alloc(size * logs.length * stretches);
    const plain = kernel.alloc(INTEGER);
    logs.forEach((k, i) =>
      point(group, k).forEach((value, j) => {
        kernel.bytes(plain, INTEGER).set(numberToBytesLE(value, 32));
        kernel.call[`${fieldName}_fromInteger`]!(points + i * size + j * (size / parts), plain);
      }),
    );
    const index = kernel.put(new Uint8Array(Uint32Array.from(logs, (_, i) => i).buffer));
    const values = kernel.alloc(INTEGER * scalars.length);
    scalars.forEach((value, i) => kernel.bytes(values + INTEGER * i, INTEGER).set(numberToBytesLE(value, 32)));
    const shape = { window, stretches };
    fillTables(kernel, group, points, logs.length, shape);
    return readCoordinates(kernel, group, multiSum(kernel, group, points, index, values, logs.length, shape));
  });
}

const dot = (logs: readonly bigint[], scalars: readonly bigint[]): bigint =>
  logs.reduce((sum, k, i) => (sum + k * scalars[i]!) % r, 0n);

describe.each(["g1", "g2"] as const)("msm in %s", (group) => {
  const check = (logs: readonly bigint[], scalars: readonly bigint[], c: number): void =>
    expect(msm(group, logs, scalars, c)).toEqual(point(group, dot(logs, scalars)));
  const windows = Array.from({ length: 15 }, (_, i) => i + 2);
  const next = numbers(group === "g1" ? 1n : 2n);
  const pool = Array.from({ length: 64 }, () => next() % r);
  const EDGES = [
    0n,
    1n,
    2n,
    r - 1n,
    r - 2n,
    r >> 1n,
    (r >> 1n) + 1n,
    2n ** 253n,
    2n ** 64n - 1n,
    2n ** 128n,
    15n,
    16n,
    17n,
    128n,
    129n,
  ];
  /** Half a window in every window, and one more or less: where digits change their sign, in either sign of the scalar. */
  const halves = (c: number): bigint[] => {
    const each = (digit: bigint): bigint =>
      Array.from({ length: Math.floor(252 / c) }, (_, w) => digit << BigInt(w * c)).reduce((sum, x) => sum + x, 0n);
    return [-1n, 0n, 1n]
      .map((more) => each((1n << BigInt(c - 1)) + more) % (r >> 1n))
      .flatMap((scalar) => [scalar, r - scalar]);
  };

  it("of no points and of one is right for every window and edge scalar", () => {
    for (const c of windows) {
      check([], [], c);
      for (const scalar of EDGES) check([pool[0]!], [scalar], c);
    }
  });

  it.each([1, 2, 3, 15, 16, 17, 33, 64])("of %i random points, random scalars", (n) => {
    for (const c of windows)
      check(
        pool.slice(0, n),
        pool.slice(0, n).map(() => next() % r),
        c,
      );
  });

  it("of edge scalars together", () => {
    for (const c of windows) check(pool.slice(0, EDGES.length), EDGES, c);
  });

  it("of digits at half a window", () => {
    for (const c of windows) {
      for (const scalar of halves(c)) check([pool[0]!], [scalar], c);
      check(pool.slice(0, 6), halves(c), c);
    }
  });

  it.each([2, 3, 5, 8, 15, 16, 17, 40])(
    "with tables of %i stretches, whether they divide the windows or not",
    (stretches) => {
      for (const c of [2, 5, 8, 13, 15, 16]) {
        for (const scalars of [
          EDGES,
          [...halves(c), ...EDGES.slice(6)],
          EDGES.map(() => next() % r),
          EDGES.map(() => 1n),
        ]) {
          expect(msm(group, pool.slice(0, EDGES.length), scalars, c, stretches)).toEqual(
            point(group, dot(pool.slice(0, EDGES.length), scalars)),
          );
        }
      }
    },
  );

  it.each([
    ["zero", 0n],
    ["one", 1n],
    ["minus one", r - 1n],
    ["equal", 123456789n << 100n],
  ])("of scalars that are all %s", (_, scalar) => {
    for (const c of windows)
      check(
        pool,
        pool.map(() => scalar),
        c,
      );
  });

  it("of one point repeated, and of points and their opposites", () => {
    for (const c of windows) {
      for (const n of [2, 3, 4, 5, 31, 64]) {
        check(
          pool.slice(0, n).map(() => 5n),
          pool.slice(0, n).map(() => 1n),
          c,
        );
        check(
          pool.slice(0, n).map(() => 5n),
          pool.slice(0, n).map(() => next() % r),
          c,
        );
        check(
          pool.slice(0, n).map((_, i) => (i % 2 === 0 ? 7n : r - 7n)),
          pool.slice(0, n).map(() => 9n),
          c,
        );
        check(
          pool.slice(0, n).map((_, i) => (i % 3 === 0 ? 7n : r - 7n)),
          pool.slice(0, n).map((_, i) => (i % 2 === 0 ? 1n : r - 1n)),
          c,
        );
      }
    }
  });

  it("of few points many times over, small scalars: every pair meets an equal or an opposite", () => {
    for (let round = 0; round < 30; round++) {
      const logs = Array.from({ length: 100 }, () => ((next() % 2n === 0n ? 3n : r - 3n) * (1n + (next() % 3n))) % r);
      check(
        logs,
        logs.map(() => (next() % 5n === 0n ? r - (next() % 4n) - 1n : next() % 4n)),
        windows[round % windows.length]!,
      );
    }
  });
});

describe("msm at the size of its batches", () => {
  it.each([4095, 4096, 4097, 8200])("of %i points with all-one and random scalars", (n) => {
    const next = numbers(BigInt(n));
    const logs = Array.from({ length: n }, (_, i) => BigInt((i % 97) + 1));
    for (const c of [9, 12]) {
      for (const scalars of [logs.map(() => 1n), logs.map(() => next() % r), logs.map(() => next() % 3n)]) {
        expect(msm("g1", logs, scalars, c)).toEqual(point("g1", dot(logs, scalars)));
      }
    }
  });
});

describe("tables", () => {
  it("are filled in blocks, whatever their number", () => {
    const logs = Array.from({ length: 4100 }, (_, i) => BigInt((i % 97) + 1));
    const next = numbers(77n);
    const scalars = logs.map(() => next() % r);
    expect(msm("g1", logs, scalars, 16, 8)).toEqual(point("g1", dot(logs, scalars)));
  });

  it("take the stretches that cost least within their room", () => {
    expect(stretchesFor(65_536, () => false)).toBe(1);
    expect(stretchesFor(65_536, () => true)).toBe(16);
    // 16 windows of 16 bits in two steps: up to fifteen stretches gain nothing over eight.
    expect(stretchesFor(65_536, (each) => each < 16)).toBe(8);
    expect(shapeFor(65_536, 8).window).toBe(16);
  });
});
