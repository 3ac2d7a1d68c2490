/**
 * Random risk to measure: correlation matrices, rows and exposures of many shapes and magnitudes.
 *
 * @module
 */
import type { Exposure, GroupRisk, Position } from "../../src/margin/rule.ts";
import { NO_ISSUER_CAP, NO_LOT_CAP, SCENARIO_THIRDS } from "../../src/protocol/constants.ts";
import type { Row } from "../../src/risk/row.ts";
import type { Random } from "./random.ts";

/** Uniform in [0, 1). */
const unit = (random: Random): number => random.word() / 2 ** 32;
/** About normal: mean 0, variance 1, |.| ≤ 6. */
const normal = (random: Random): number => Array.from({ length: 12 }, () => unit(random)).reduce((a, b) => a + b, -6);

/** Correlations from `rank` factors, singular if rank < groups; entries are truncated towards 0, off the diagonal at most 9,999. */
export function randomRisk(random: Random, groups: number, omega: number): GroupRisk {
  const rank = random.pick([1, 2, groups + 2]);
  const loadings = Array.from({ length: groups }, () => {
    const line = Array.from({ length: rank }, () => normal(random));
    const length = Math.hypot(...line);
    return line.map((value) => value / length);
  });
  return {
    groups: loadings.map((_, g) => `G${g}`),
    correlations: loadings.map((a, g) =>
      loadings.map((b, h) => (g === h ? 10_000 : Math.trunc(9_999 * a.reduce((sum, value, i) => sum + value * b[i]!, 0))))),
    omega,
  };
}

const SHAPES = ["noise", "linear", "option", "straddle", "long option", "mixed", "sparse", "nothing"] as const;
export type Shape = (typeof SHAPES)[number];
export const shapes: readonly Shape[] = SHAPES;

/** Sixteen losses of one group, as large as `size`. */
export function randomLosses(random: Random, shape: Shape, size: number): bigint[] {
  const [lean, strike, tilt] = [normal(random) * size, normal(random), normal(random)];
  return SCENARIO_THIRDS.map((k, s) => {
    const volatility = s >= 14 ? 0 : s % 2 === 0 ? size / 10 : -size / 10;
    const linear = (lean * k) / 3;
    const option = size * Math.max(0, k / 3 - strike) + volatility;
    const values: Record<Shape, number> = {
      noise: size * normal(random), linear, option, nothing: 0,
      straddle: (size * Math.abs(k)) / 3 + volatility,
      "long option": -Math.abs(option),
      mixed: linear + tilt * option,
      sparse: random.chance(5) ? lean : 0,
    };
    return BigInt(Math.round(values[shape]));
  });
}

/** An exposure of 1 to 8 groups; magnitudes from one µUSD to 10^23, unlike between its groups. */
export function randomExposure(random: Random, groups: number): Exposure {
  const size = 10 ** (23 * unit(random));
  const losses = Array.from({ length: groups }, () =>
    randomLosses(random, random.pick(SHAPES), random.chance(3) ? size * 10 ** (-6 * unit(random)) : size));
  return { equity: 0n, charges: 0n, losses };
}

/** A row without caps. */
export function plainRow(instrument: number, changes: Partial<Row> = {}): Row {
  return {
    instrument, kind: "position", group: 0, dead: false, mark: 0n, chargeLong: 0n, chargeShort: 0n, cap: NO_LOT_CAP,
    issuerCap: NO_ISSUER_CAP, pnl: SCENARIO_THIRDS.map(() => 0n), ...changes,
  };
}

/** `count` rows, uncapped, two to an issuer, of any shape. */
export const randomRows = (random: Random, count: number, groups: number): Row[] =>
  Array.from({ length: count }, (_, i) => plainRow((1 + (i >> 1)) * 2 ** 16 + i, {
    group: random.below(groups),
    mark: random.anySize(30), chargeLong: random.anySize(20), chargeShort: random.anySize(20),
    pnl: randomLosses(random, random.pick(SHAPES), 10 ** (9 * unit(random))),
  }));

/** Some of the rows, each with a size either side of zero. */
export const randomPositions = (random: Random, rows: readonly Row[]): Position[] =>
  rows.flatMap((row) => {
    const size = random.anySize(20) * (random.chance(2) ? 1n : -1n);
    return size === 0n || random.chance(3) ? [] : [{ row, size }];
  });
