/**
 * From daily closes to a scan range: how far a price may move between lapse and sale.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { BASIS_POINTS } from "../protocol/constants.ts";
import { dayEnd, type Underlying } from "./market.ts";
import { ln } from "./normal.ts";
import type { Parameters } from "./parameters.ts";

const DAY = 86_400;

/** r_t = ln(c_t / c_(t−1)). */
export const logReturns = (closes: readonly number[]): number[] =>
  closes.slice(1).map((close, i) => ln(close / closes[i]!));

/** v ← λ v + (1 − λ) r², from the mean square of the first 30 returns (RiskMetrics, 1996, 5.2; the mean taken as 0). */
export function ewmaVariance(returns: readonly number[], lambda: number): number {
  const first = returns.slice(0, 30);
  let variance = first.reduce((sum, r) => sum + r * r, 0) / first.length;
  for (const r of returns) variance = lambda * variance + (1 - lambda) * r * r;
  return variance;
}

/** Greatest mean square of any `window` returns in a row: the history's own stressed period. */
function stressedVariance(returns: readonly number[], window: number): number {
  const length = Math.min(window, returns.length);
  let worst = 0;
  for (let end = length; end <= returns.length; end++) {
    let sum = 0;
    for (let i = end - length; i < end; i++) sum += returns[i]! * returns[i]!;
    worst = Math.max(worst, sum / length);
  }
  return worst;
}

/** (1 − w) · weighted + w · stressed, the stressed part never below the weighted one; per day. */
function dailyVariance(returns: readonly number[], parameters: Parameters): number {
  const weighted = ewmaVariance(returns, parameters.lambda);
  const stressed = Math.max(weighted, stressedVariance(returns, parameters.stressWindow));
  const weight = parameters.stressWeightBps / BASIS_POINTS;
  return (1 - weight) * weighted + weight * stressed;
}

/**
 * Scan range in basis points, rounded up: max(floor, z σ √T), rising by at most `maxIncreaseBps` of `previous`.
 * Throws an InputError under `path` if the history is short or ended long before `asOf`; a stable asset without one gets
 * its floor.
 */
export function scanRange(
  underlying: Underlying,
  asOf: number,
  parameters: Parameters,
  previous: number | undefined,
  path: string,
): number {
  const { name, stable, closes } = underlying;
  const floor = stable
    ? parameters.stableScanFloorBps
    : (parameters.scanFloorBps[name] ?? parameters.otherScanFloorBps);
  if (stable && closes.values.length === 0) return floor;
  if (closes.values.length < parameters.minHistory) {
    throw new InputError(
      `${path}.closes.values`,
      `must have at least ${parameters.minHistory} closes`,
      closes.values.length,
    );
  }
  if (asOf - dayEnd(closes.last) > parameters.maxHistoryAge) {
    throw new InputError(
      `${path}.closes.last`,
      `must be a day that ended at most ${parameters.maxHistoryAge} s before asOf`,
      closes.last,
    );
  }
  const variance = dailyVariance(logReturns(closes.values), parameters);
  const measured = Math.ceil(BASIS_POINTS * parameters.z * Math.sqrt((variance * parameters.horizon) / DAY));
  const most =
    previous === undefined
      ? Infinity
      : Math.ceil((previous * (BASIS_POINTS + parameters.maxIncreaseBps)) / BASIS_POINTS);
  return Math.max(floor, Math.min(measured, most));
}
