/**
 * An account's holdings as a table's positions, for reports.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import type { ListedPosition } from "../margin/portfolio.ts";
import type { ListedTable } from "../risk/listing.ts";

/** Undefined where the table doesn't list all that the account holds. */
export function positionsIn(
  { holdings }: Pick<Account, "holdings">,
  { table, listings }: ListedTable,
): ListedPosition[] | undefined {
  const places = new Map(table.rows.map(({ instrument }, i) => [instrument, i]));
  const positions = holdings.flatMap(({ instrument, size }): ListedPosition[] => {
    const place = places.get(instrument);
    return place === undefined ? [] : [{ row: table.rows[place]!, listing: listings[place]!, size }];
  });
  return positions.length === holdings.length ? positions : undefined;
}
