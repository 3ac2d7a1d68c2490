/**
 * How far each price may move before an account stops being covered at maintenance.
 *
 * An approximation: the account's value follows its own scenario columns, straight between ⅓, ⅔, 1 and 3 scan ranges
 * (the mean of volatility up and down; the extremes times three), other prices standing still; an asset without a group
 * follows its delta. The requirement is held at today's. The caps on what issuers may owe apply at each step.
 *
 * @module
 */
import { countedLots } from "../rule.ts";
import type { ListedPosition } from "../portfolio.ts";
import {
  BASIS_POINTS,
  COVERAGE_MAINTENANCE,
  MICRO_USD,
  SCENARIO_THIRDS,
  SERIAL_BITS,
} from "../../protocol/constants.ts";
import type { ListedTable } from "../../risk/listing.ts";

/** Moves in basis points of the price, up positive; null where the account is covered at three scan ranges and beyond. */
export interface Distance {
  readonly underlying: string;
  /** Spot, µUSD, and scan range, basis points. */
  readonly price: bigint;
  readonly scanBps: number;
  readonly upBps: number | null;
  readonly downBps: number | null;
}

/** Scan ranges at which the columns say what a row is worth, and the columns: two are averaged. */
const KNOTS = [1, 2, 3].map((k) => ({ ranges: k / 3, k, factor: 1 })).concat({ ranges: 3, k: 9, factor: 3 });

/** Distances of all underlyings that move the account's value. `requirement` is R in µUSD. */
export function distances(
  positions: readonly ListedPosition[],
  requirement: bigint,
  { underlyings }: ListedTable,
): Distance[] {
  const needed = (Number(requirement) * COVERAGE_MAINTENANCE) / BASIS_POINTS;
  return underlyings.flatMap(({ name, price, scanBps }) => {
    const moved = positions.filter(({ listing }) => listing.underlying === name);
    if (moved.length === 0) return [];
    const reach = (direction: 1 | -1): number | null => {
      let from = { bps: 0, spare: worth(positions, () => 0) - needed };
      if (from.spare < 0) return 0;
      for (const knot of KNOTS) {
        // A price falls by 100 % at most.
        const bps = Math.min(knot.ranges * scanBps, direction < 0 ? BASIS_POINTS : Infinity);
        const share = bps / (knot.ranges * scanBps);
        const gain = (position: ListedPosition): number =>
          position.listing.underlying === name ? share * gainOf(position, direction, knot, scanBps) : 0;
        const spare = worth(positions, gain) - needed;
        if (spare < 0) return direction * Math.round(from.bps + ((bps - from.bps) * from.spare) / (from.spare - spare));
        from = { bps, spare };
      }
      return null;
    };
    return [{ underlying: name, price, scanBps, upBps: reach(1), downBps: reach(-1) }];
  });
}

/** E in µUSD after each lot's gain, float64: Σ over issuers min(Σ q·(mark + gain), cap). */
function worth(positions: readonly ListedPosition[], gain: (position: ListedPosition) => number): number {
  const issuers = new Map<number, { net: number; cap: number }>();
  for (const position of positions) {
    const issuer = position.row.instrument >> SERIAL_BITS;
    const net =
      (issuers.get(issuer)?.net ?? 0) + Number(countedLots(position)) * (Number(position.row.mark) + gain(position));
    issuers.set(issuer, { net, cap: Number(position.row.issuerCap) });
  }
  return [...issuers.values()].reduce((total, { net, cap }) => total + Math.min(net, cap), 0);
}

/** µUSD that one lot long gains. */
function gainOf(
  { row, listing }: ListedPosition,
  direction: 1 | -1,
  knot: (typeof KNOTS)[number],
  scanBps: number,
): number {
  if (row.pnl.every((pnl) => pnl === 0n)) {
    return (direction * knot.ranges * scanBps * listing.greeks.delta * MICRO_USD) / 100;
  }
  const last = SCENARIO_THIRDS.length - 1;
  if (knot.factor === 3) return 3 * Number(row.pnl[direction > 0 ? last - 1 : last]);
  const columns = row.pnl.filter((_, s) => s < last - 1 && SCENARIO_THIRDS[s] === -direction * knot.k);
  return columns.reduce((sum, pnl) => sum + Number(pnl), 0) / columns.length;
}
