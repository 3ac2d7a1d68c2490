/**
 * How much an account bears, and the refusals that say so.
 *
 * @module
 */
import { sizeOf, sumHoldings, type Holding } from "../account/holdings.ts";
import { lotsToUnits } from "../base/amounts.ts";
import { InputError, MarginError } from "../base/errors.ts";
import { isCovered } from "../margin/rule.ts";
import { COVERAGE_INITIAL } from "../protocol/constants.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { TableTree } from "../risk/tree.ts";
import { marginIn } from "../statements/covered.ts";
import type { Move } from "../statements/spend.ts";

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

/**
 * Does the work of a move. Where the account can't bear it, throws what that throws, an InputError or a MarginError, with
 * what is too much and how much the account would bear in people's units.
 */
export function withLimit<T>(
  holdings: readonly Holding[],
  move: Move,
  { listings }: ListedTable,
  tree: TableTree,
  work: () => T,
): T {
  const { instrument } = move;
  const listing = listings.find((known) => known.instrument === instrument);
  const amount = (lots: bigint): string =>
    listing === undefined ? `${lots} lots` : `${lotsToUnits(lots, listing.lot)} ${listing.unit}`;
  const held = sizeOf(holdings, instrument);
  if (move.kind === "collateral" && move.lots > held)
    throw new InputError(
      listing?.name ?? `instrument ${instrument}`,
      `must be at most the ${amount(held)} held`,
      amount(move.lots),
    );
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MarginError) || !("lots" in move)) throw error;
    const most = mostThatCovered(holdings, instrument, move.lots, tree);
    throw new MarginError(
      error.coverage,
      error.equity,
      error.required,
      `${error.detail}; at most ${amount(most)} can ${move.kind === "credit" ? "be booked" : "leave"}`,
    );
  }
}
