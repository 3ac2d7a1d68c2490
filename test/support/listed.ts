/**
 * Tables of tests with listings, as they are served and kept: each instrument is named after its id, its lot is one unit.
 *
 * @module
 */
import { writeFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { encodeTable } from "../../src/risk/tableFile.ts";
import type { ListedTable } from "../../src/risk/listing.ts";
import type { TableTree, RiskTable } from "../../src/risk/tree.ts";

/** A listing for every row, its charges in one part. */
export const listed = (table: RiskTable): ListedTable => ({
  table,
  underlyings: [],
  listings: table.rows.map(({ instrument, chargeLong, chargeShort }) => ({
    instrument,
    name: nameOf(instrument),
    issuer: "issuer",
    chain: "chain",
    underlying: "BTC",
    unit: "USD",
    lot: "1",
    greeks: { delta: 0, gamma: 0, vega: 0, theta: 0 },
    charges: [{ part: "all", long: chargeLong, short: chargeShort, because: "a test" }],
  })),
});

/** What {@link listed} calls an instrument. */
export const nameOf = (instrument: number): string => `I${instrument}`;

/** Puts a table where wallets keep those they fetched. */
export async function keepTable(folder: string, { table, root }: TableTree): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${root}.json`), encodeTable(listed(table)));
}
