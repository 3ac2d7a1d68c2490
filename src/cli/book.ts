/**
 * plimsoll book: the epoch's risk book.
 *
 * @module
 */
import { formatUsd } from "../decimal.ts";
import { InputError } from "../errors.ts";
import { readText, writeAtomic } from "../files.ts";
import { TIERS } from "../protocol.ts";
import { buildBook } from "../risk/book.ts";
import { encodeBook } from "../risk/bookFile.ts";
import type { ListedBook } from "../risk/listing.ts";
import { MARKET_LENGTH, readMarket } from "../risk/marketFile.ts";
import { BookTree } from "../risk/tree.ts";
import { show, type Globals } from "./command.ts";
import { homeFiles, loadBook } from "./home.ts";

interface Flags extends Globals {
  readonly out?: string;
  readonly instrument?: string;
  readonly market?: string;
}

export async function writeBook(flags: Flags): Promise<void> {
  const listed = buildBook(readMarket(await readText(flags.market!, MARKET_LENGTH)));
  const summary = await summarize(listed);
  const file = flags.out ?? homeFiles(flags).book;
  await writeAtomic(file, encodeBook(listed));
  show(flags, { file, ...summary }, () => `${lines(summary)}\nwritten to ${file}`);
}

export async function showBook(flags: Flags, file: string | undefined): Promise<void> {
  const listed = await loadBook(flags, file);
  if (flags.instrument !== undefined) return showInstrument(flags, listed, flags.instrument);
  const summary = await summarize(listed);
  show(flags, summary, () => lines(summary));
}

export async function checkBook(flags: Flags, file: string | undefined): Promise<void> {
  const listed = await loadBook(flags, file);
  const { root } = await BookTree.build(listed.book, TIERS.M);
  if (flags.market !== undefined) {
    const rebuilt = buildBook(readMarket(await readText(flags.market, MARKET_LENGTH)));
    if (encodeBook(rebuilt) !== encodeBook(listed)) throw new InputError("book", `must be what ${flags.market} gives`, root);
  }
  show(flags, { ok: true, epoch: listed.book.epoch, root }, () => `epoch ${listed.book.epoch}, root ${root}: ${flags.market === undefined ? "well-formed" : "as the market file gives it"}`);
}

async function summarize({ book, underlyings }: ListedBook) {
  const { root } = await BookTree.build(book, TIERS.M);
  const { epoch, asOf, notAfter, groups, correlations, omega, rows } = book;
  return { epoch, asOf, notAfter, root, rows: rows.length, groups, correlations, omega, underlyings };
}

const lines = ({ epoch, asOf, notAfter, root, rows, groups, underlyings }: Awaited<ReturnType<typeof summarize>>): string => [
  `epoch      ${epoch}`,
  `prices of  ${new Date(asOf * 1000).toISOString()}, good until ${new Date(notAfter * 1000).toISOString()}`,
  `root       ${root}`,
  `rows       ${rows} in ${groups.length} risk groups: ${groups.join(", ")}`,
  ...underlyings.map(({ name, price, scanBps }) => `  ${name.padEnd(8)} ${formatUsd(price).padStart(14)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`),
].join("\n");

function showInstrument(globals: Globals, { book, listings }: ListedBook, name: string): void {
  const place = listings.findIndex((listing) => listing.name === name);
  const [row, listing] = [book.rows[place], listings[place]];
  if (row === undefined || listing === undefined) throw new InputError("instrument", "must be listed in the risk book", name);
  show(globals, { row, listing }, () => [
    `${name}, ${row.kind} at ${listing.issuer} (${listing.chain}), lots of ${listing.lot} ${listing.unit}`,
    `  mark ${formatUsd(row.mark)} USD per lot; charges long ${formatUsd(row.chargeLong)}, short ${formatUsd(row.chargeShort)}`,
    ...listing.charges.map(({ part, long, short, because }) => `  ${part.padEnd(12)} ${formatUsd(long).padStart(12)} ${formatUsd(short).padStart(12)}  ${because}`),
    `  one lot: delta ${listing.greeks.delta} USD per 1 %, gamma ${listing.greeks.gamma}, vega ${listing.greeks.vega}, theta ${listing.greeks.theta} per day`,
  ].join("\n"));
}
