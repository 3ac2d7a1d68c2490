/**
 * Arbitrary risk to measure: correlation matrices, rows and exposures of many shapes and magnitudes.
 *
 * @module
 */
import fc, { type Arbitrary } from "fast-check";
import type { Exposure, GroupRisk, Position } from "../../src/margin/rule.ts";
import { NO_ISSUER_CAP, NO_LOT_CAP, SCENARIO_THIRDS } from "../../src/protocol/constants.ts";
import type { Row } from "../../src/risk/row.ts";
import { anySize, chance, list, normal, signed, unit } from "./property.ts";

/** Correlations from `rank` factors, singular if rank < groups; entries are truncated towards 0, off the diagonal at most 9,999. */
export const risks = (groups: number, omegas: readonly number[]): Arbitrary<GroupRisk> =>
  fc
    .tuple(fc.constantFrom(1, 2, groups + 2), list(list(normal, groups + 2), groups), fc.constantFrom(...omegas))
    .map(([rank, factors, omega]) => {
      const loadings = factors.map((line) => {
        const used = line.slice(0, rank);
        const length = Math.hypot(...used);
        return used.map((value, i) => (length > 0 ? value / length : i === 0 ? 1 : 0));
      });
      return {
        groups: loadings.map((_, g) => `G${g}`),
        correlations: loadings.map((a, g) =>
          loadings.map((b, h) =>
            g === h ? 10_000 : Math.trunc(9_999 * a.reduce((sum, value, i) => sum + value * b[i]!, 0)),
          ),
        ),
        omega,
      };
    });

const SHAPES = ["noise", "linear", "option", "straddle", "long option", "mixed", "sparse", "nothing"] as const;
export type Shape = (typeof SHAPES)[number];
export const shapes: readonly Shape[] = SHAPES;
const anyShape = fc.constantFrom(...SHAPES);

/** What a group's losses are made of, before they have a size. */
const seeds = fc.record({
  lean: normal,
  strike: normal,
  tilt: normal,
  noise: list(normal, SCENARIO_THIRDS.length),
  hit: list(chance(5), SCENARIO_THIRDS.length),
});

function lossesOf(
  shape: Shape,
  size: number,
  { lean, strike, tilt, noise, hit }: { lean: number; strike: number; tilt: number; noise: number[]; hit: boolean[] },
): bigint[] {
  return SCENARIO_THIRDS.map((k, s) => {
    const volatility = s >= 14 ? 0 : s % 2 === 0 ? size / 10 : -size / 10;
    const linear = (lean * size * k) / 3;
    const option = size * Math.max(0, k / 3 - strike) + volatility;
    const values: Record<Shape, number> = {
      noise: size * noise[s]!,
      linear,
      option,
      nothing: 0,
      straddle: (size * Math.abs(k)) / 3 + volatility,
      "long option": -Math.abs(option),
      mixed: linear + tilt * option,
      sparse: hit[s]! ? lean * size : 0,
    };
    return BigInt(Math.round(values[shape]));
  });
}

/** Sixteen losses of one group, as large as `size`. */
export const losses = (shape: Shape, size: number): Arbitrary<bigint[]> =>
  seeds.map((seed) => lossesOf(shape, size, seed));

/** An exposure of so many groups; magnitudes from one µUSD to 10^23, unlike between its groups. */
export const exposures = (groups: number): Arbitrary<Exposure> =>
  fc.tuple(unit, list(fc.tuple(anyShape, chance(3), unit, seeds), groups)).map(([magnitude, parts]) => {
    const size = 10 ** (23 * magnitude);
    return {
      equity: 0n,
      charges: 0n,
      losses: parts.map(([shape, lesser, by, seed]) => lossesOf(shape, lesser ? size * 10 ** (-6 * by) : size, seed)),
    };
  });

/** A row without caps. */
export function plainRow(instrument: number, changes: Partial<Row> = {}): Row {
  return {
    instrument,
    kind: "position",
    group: 0,
    dead: false,
    mark: 0n,
    chargeLong: 0n,
    chargeShort: 0n,
    cap: NO_LOT_CAP,
    issuerCap: NO_ISSUER_CAP,
    pnl: SCENARIO_THIRDS.map(() => 0n),
    ...changes,
  };
}

/** `count` rows, uncapped, two to an issuer, of any shape. */
export const rows = (count: number, groups: number): Arbitrary<Row[]> =>
  list(
    fc.record({
      group: fc.integer({ min: 0, max: groups - 1 }),
      mark: anySize(30),
      chargeLong: anySize(20),
      chargeShort: anySize(20),
      shape: anyShape,
      magnitude: unit,
      seed: seeds,
    }),
    count,
  ).map((parts) =>
    parts.map(({ shape, magnitude, seed, ...numbers }, i) =>
      plainRow((1 + (i >> 1)) * 2 ** 16 + i, { ...numbers, pnl: lossesOf(shape, 10 ** (9 * magnitude), seed) }),
    ),
  );

/** Sizes of so many holdings either side of zero, a third of them 0. */
export const sizes = (count: number): Arbitrary<bigint[]> =>
  list(fc.oneof({ weight: 2, arbitrary: signed(20) }, { weight: 1, arbitrary: fc.constant(0n) }), count);

/** The rows held, those of size 0 left out. */
export const held = (listed: readonly Row[], of: readonly bigint[]): Position[] =>
  listed.flatMap((row, i) => (of[i] === 0n ? [] : [{ row, size: of[i]! }]));
