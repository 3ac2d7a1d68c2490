/**
 * plimsoll table: the epoch's risk table.
 *
 * @module
 */
import { formatUsd } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { readText, writeAtomic } from "../base/files.ts";
import { TIERS } from "../protocol/constants.ts";
import { buildTable } from "../risk/table.ts";
import { encodeTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import { MARKET_LENGTH, readMarket } from "../risk/marketFile.ts";
import { TableTree } from "../risk/tree.ts";
import { show, type Globals } from "./command.ts";
import { homeFiles, loadTable } from "./home.ts";

interface Flags extends Globals {
  readonly out?: string;
  readonly instrument?: string;
  readonly market?: string;
}

export async function writeTable(flags: Flags): Promise<void> {
  const listed = buildTable(readMarket(await readText(flags.market!, MARKET_LENGTH)));
  const summary = await summarize(listed);
  const file = flags.out ?? homeFiles(flags).table;
  await writeAtomic(file, encodeTable(listed));
  show(flags, { file, ...summary }, () => `${lines(summary)}\nwritten to ${file}`);
}

export async function showTable(flags: Flags, file: string | undefined): Promise<void> {
  const listed = await loadTable(flags, file);
  if (flags.instrument !== undefined) return showInstrument(flags, listed, flags.instrument);
  const summary = await summarize(listed);
  show(flags, summary, () => lines(summary));
}

export async function checkTable(flags: Flags, file: string | undefined): Promise<void> {
  const listed = await loadTable(flags, file);
  const { root } = await TableTree.build(listed.table, TIERS.M);
  if (flags.market !== undefined) {
    const rebuilt = buildTable(readMarket(await readText(flags.market, MARKET_LENGTH)));
    if (encodeTable(rebuilt) !== encodeTable(listed)) throw new InputError("table", `must be what ${flags.market} gives`, root);
  }
  show(flags, { ok: true, epoch: listed.table.epoch, root }, () => `epoch ${listed.table.epoch}, root ${root}: ${flags.market === undefined ? "well-formed" : "as the market file gives it"}`);
}

async function summarize({ table, underlyings }: ListedTable) {
  const { root } = await TableTree.build(table, TIERS.M);
  const { epoch, asOf, notAfter, groups, correlations, omega, rows } = table;
  return { epoch, asOf, notAfter, root, rows: rows.length, groups, correlations, omega, underlyings };
}

const lines = ({ epoch, asOf, notAfter, root, rows, groups, underlyings }: Awaited<ReturnType<typeof summarize>>): string => [
  `epoch      ${epoch}`,
  `prices of  ${new Date(asOf * 1000).toISOString()}, good until ${new Date(notAfter * 1000).toISOString()}`,
  `root       ${root}`,
  `rows       ${rows} in ${groups.length} risk groups: ${groups.join(", ")}`,
  ...underlyings.map(({ name, price, scanBps }) => `  ${name.padEnd(8)} ${formatUsd(price).padStart(14)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`),
].join("\n");

function showInstrument(globals: Globals, { table, listings }: ListedTable, name: string): void {
  const place = listings.findIndex((listing) => listing.name === name);
  const [row, listing] = [table.rows[place], listings[place]];
  if (row === undefined || listing === undefined) throw new InputError("instrument", "must be listed in the risk table", name);
  show(globals, { row, listing }, () => [
    `${name}, ${row.kind} at ${listing.issuer} (${listing.chain}), lots of ${listing.lot} ${listing.unit}`,
    `  mark ${formatUsd(row.mark)} USD per lot; charges long ${formatUsd(row.chargeLong)}, short ${formatUsd(row.chargeShort)}`,
    ...listing.charges.map(({ part, long, short, because }) => `  ${part.padEnd(12)} ${formatUsd(long).padStart(12)} ${formatUsd(short).padStart(12)}  ${because}`),
    `  one lot: delta ${listing.greeks.delta} USD per 1 %, gamma ${listing.greeks.gamma}, vega ${listing.greeks.vega}, theta ${listing.greeks.theta} per day`,
  ].join("\n"));
}
