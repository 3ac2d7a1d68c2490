/**
 * How much an account bears.
 *
 * @module
 */
import { sumHoldings, type Holding } from "../account/holdings.ts";
import { isCovered } from "../margin/rule.ts";
import { COVERAGE_INITIAL } from "../protocol/constants.ts";
import type { TableTree } from "../risk/tree.ts";
import { marginIn } from "../statements/covered.ts";

/**
 * The most lots, below `asked`, that can be taken from a holding so that the rest is covered at initial margin; 0 when the
 * account isn't covered as it is. Equity minus requirement is concave in what is taken, so what is covered is an interval,
 * and its end is found by halving.
 */
export function mostThatCovered(
  holdings: readonly Holding[],
  instrument: number,
  asked: bigint,
  tree: TableTree,
): bigint {
  const bears = (lots: bigint): boolean =>
    isCovered(marginIn(sumHoldings([...holdings, { instrument, size: -lots }]), tree), COVERAGE_INITIAL);
  let [low, high] = [0n, asked];
  if (!bears(low)) return 0n;
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (bears(middle)) low = middle;
    else high = middle;
  }
  return low;
}
