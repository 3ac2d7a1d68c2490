/**
 * The part that solvency and spend share: holdings, their rows in the table, and a margin that covers them.
 *
 * @module
 */
import { KINDS, type Tier } from "../protocol/constants.ts";
import { padHoldings, type Holding } from "../account/holdings.ts";
import type { Margin, Position } from "../margin/rule.ts";
import { rowSignals } from "../risk/row.ts";
import type { TableTree, RowOpening } from "../risk/tree.ts";
import { marginOf } from "../margin/offsets.ts";
import type { CircuitInputs } from "./request.ts";

/** Holdings with their rows. Throws an InputError naming a holding that the table has no row for. */
export const positionsOf = (holdings: readonly Holding[], tree: TableTree): Position[] =>
  holdings.map(({ instrument, size }, i) => ({ row: tree.open(instrument, `holdings[${i}].instrument`).row, size }));

/** Margin of holdings with the wallet's choice of S. */
export const marginIn = (holdings: readonly Holding[], tree: TableTree): Margin =>
  marginOf(positionsOf(holdings, tree), tree.table, tree.tier.groups);

/** Inputs that open one row. */
export const rowInputs = ({ row, levels }: RowOpening) => ({
  kind: BigInt(KINDS.indexOf(row.kind)),
  group: BigInt(row.group),
  dead: row.dead ? 1n : 0n,
  numbers: rowSignals(row).slice(1),
  siblings: levels,
});

/** Inputs `instruments`, `sizes`, `row…`, `table…` and the choice of S, as Solvency and Spend name them. */
export function coveredInputs(
  holdings: readonly Holding[],
  margin: Margin,
  tree: TableTree,
  tier: Tier,
): CircuitInputs {
  const padded = padHoldings(holdings, tier.holdings);
  const rows = padded.map(({ instrument }) => rowInputs(tree.open(instrument)));
  return {
    instruments: padded.map(({ instrument }) => BigInt(instrument)),
    sizes: padded.map(({ size }) => size),
    rowKinds: rows.map(({ kind }) => kind),
    rowGroups: rows.map(({ group }) => group),
    rowDead: rows.map(({ dead }) => dead),
    rowNumbers: rows.map(({ numbers }) => numbers),
    rowSiblings: rows.map(({ siblings }) => siblings),
    tableWords: tree.words,
    tableNodes: tree.cap,
    linear: margin.linear,
    remainder: margin.remainder,
    diversified: margin.diversified,
    joint: margin.joint,
  };
}
