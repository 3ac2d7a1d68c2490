/**
 * What a trade would do: the report before and after.
 *
 * @module
 */
import { lotsToUnits } from "../../base/amounts.ts";
import { addPositions, type ListedPosition } from "../portfolio.ts";
import { SERIAL_BITS } from "../../protocol/constants.ts";
import type { ListedTable } from "../../risk/listing.ts";
import { marginReport, type MarginReport } from "./marginReport.ts";

export interface WhatIf {
  /** The trades with the cash that pays for them. */
  readonly trades: readonly { readonly name: string; readonly units: string; readonly unit: string }[];
  readonly before: MarginReport;
  readonly after: MarginReport;
}

/**
 * Adds trades at their marks. A traded position is paid in its venue's own cash, the first collateral of the same
 * issuer, rounded against the trader; collateral and credit are moved as they are. Throws an InputError for a size out
 * of range.
 *
 * @example
 * ```ts
 * import { parseTrades, whatIf } from "plimsoll/toolkit";
 *
 * const { before, after } = whatIf(positions, parseTrades(["venue-a:BTC-PERP=-5"], listed), listed);
 * console.log(after.requirement - before.requirement); // µUSD
 * ```
 */
export function whatIf(
  positions: readonly ListedPosition[],
  trades: readonly ListedPosition[],
  listed: ListedTable,
): WhatIf {
  const all = [...trades, ...trades.flatMap((trade) => payment(trade, listed))];
  return {
    trades: all.map(({ listing, size }) => ({
      name: listing.name,
      units: lotsToUnits(size, listing.lot),
      unit: listing.unit,
    })),
    before: marginReport(positions, listed),
    after: marginReport(addPositions(positions, all), listed),
  };
}

/** Cash against a position's value; none if the venue's cash isn't listed. */
function payment({ row, size }: ListedPosition, { table, listings }: ListedTable): ListedPosition[] {
  if (row.kind !== "position") return [];
  const issuer = row.instrument >> SERIAL_BITS;
  const place = table.rows.findIndex(
    (other) => other.kind === "collateral" && other.mark > 0n && other.instrument >> SERIAL_BITS === issuer,
  );
  const cash = table.rows[place];
  if (cash === undefined) return [];
  const value = size * row.mark;
  // −⌈value / mark⌉: division truncates, so only a purchase needs rounding up.
  const lots = value > 0n ? -((value + cash.mark - 1n) / cash.mark) : -value / cash.mark;
  return lots === 0n ? [] : [{ row: cash, listing: listings[place]!, size: lots }];
}
