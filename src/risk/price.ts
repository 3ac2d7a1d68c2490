/**
 * One price out of several sources: the median, once stale and outlying sources are dropped.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { BASIS_POINTS } from "../protocol/constants.ts";
import type { Underlying } from "./market.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Price of one unit in 10^-12 USD. A source counts if it is at most `maxSourceAge` old and within `outlierBps` of the
 * median of those. Throws an InputError under `path` if fewer than `minSources` count.
 */
export function fairPrice(underlying: Underlying, asOf: number, parameters: Parameters, path: string): bigint {
  const fresh = underlying.sources.filter(({ time }) => asOf - time <= parameters.maxSourceAge);
  enough(fresh.length, `are at most ${parameters.maxSourceAge} s old`);
  const middle = median(fresh.map(({ price }) => price));
  const agreeing = fresh.filter(({ price }) => withinBps(price, middle, parameters.outlierBps));
  enough(agreeing.length, `agree within ${parameters.outlierBps} bp`);
  return median(agreeing.map(({ price }) => price));

  function enough(sources: number, which: string): void {
    if (sources < parameters.minSources) {
      throw new InputError(
        `${path}.sources`,
        `must have at least ${parameters.minSources} sources that ${which}`,
        sources,
      );
    }
  }
}

/** Whether |value − reference| ≤ reference · bps. */
export const withinBps = (value: bigint, reference: bigint, bps: number): boolean => {
  const distance = value < reference ? reference - value : value - reference;
  return distance * BigInt(BASIS_POINTS) <= reference * BigInt(bps);
};

/** Middle value; of an even number, the mean of the middle two, rounded down. `values` is not empty. */
function median(values: readonly bigint[]): bigint {
  const sorted = values.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2n;
}
