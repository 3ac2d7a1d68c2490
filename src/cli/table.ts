/**
 * plimsoll table: the epoch's risk table.
 *
 * @module
 */
import { formatUsd } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import type { ListedTable } from "../risk/listing.ts";
import { examples, type Program } from "./options.ts";
import { date } from "./words.ts";

/** What it takes to make and measure tables. */
async function making() {
  const [
    { readText, writeAtomic },
    { TIERS },
    { buildTable },
    { encodeTable },
    { MARKET_LENGTH, readMarket },
    { TableTree },
    { homeFiles, loadTable },
    { show },
  ] = await Promise.all([
    import("../base/files.ts"),
    import("../protocol/constants.ts"),
    import("../risk/table.ts"),
    import("../risk/tableFile.ts"),
    import("../risk/marketFile.ts"),
    import("../risk/tree.ts"),
    import("./home.ts"),
    import("./output.ts"),
  ]);
  return {
    writeAtomic,
    encodeTable,
    homeFiles,
    loadTable,
    show,
    marketTable: async (file: string): Promise<ListedTable> =>
      buildTable(readMarket(await readText(file, MARKET_LENGTH))),
    rootOf: async ({ table }: ListedTable): Promise<bigint> => (await TableTree.build(table, TIERS.M)).root,
  };
}

export function tableCommands(program: Program): void {
  const table = program.command("table").description("the risk table of an epoch");

  examples(
    table
      .command("build")
      .description("build the table of a market file")
      .requiredOption("--market <file>", "prices, histories, issuers and instruments")
      .option("--out <file>", "where to write (default: table.json in the home)"),
    "plimsoll table build --market data/market.json",
    "plimsoll table build --market data/market.json --out epoch-1.json",
  ).action(async (_, command) => {
    const used = await making();
    const flags = command.optsWithGlobals();
    const listed = await used.marketTable(flags.market);
    const root = await used.rootOf(listed);
    const file = flags.out ?? used.homeFiles(flags).table;
    await used.writeAtomic(file, used.encodeTable(listed));
    used.show(flags, { file, ...summary(listed, root) }, () => `${summaryText(listed, root)}\nwritten to ${file}`);
  });

  examples(
    table
      .command("show [file]")
      .description("show a table's epoch, root, scan ranges and instruments, or one instrument's row and charges")
      .option("--filter <text>", "only instruments with this in their name, kind or chain")
      .option("--instrument <name>", "this instrument alone"),
    "plimsoll table show",
    "plimsoll table show --filter perp",
    "plimsoll table show --instrument venue-a:BTC-PERP",
  ).action(async (file, _, command) => {
    const used = await making();
    const flags = command.optsWithGlobals();
    const listed = await used.loadTable(flags, file);
    if (flags.instrument !== undefined) {
      const place = listed.listings.findIndex(({ name }) => name === flags.instrument);
      if (place < 0)
        throw new InputError(
          "instrument",
          `must be listed in the risk table${didYouMean(
            flags.instrument,
            listed.listings.map(({ name }) => name),
          )}`,
          flags.instrument,
        );
      return used.show(flags, { row: listed.table.rows[place], listing: listed.listings[place] }, () =>
        instrumentText(listed, place),
      );
    }
    const root = await used.rootOf(listed);
    const instruments = instrumentsOf(listed, flags.filter);
    used.show(
      flags,
      { ...summary(listed, root), instruments, units: { mark: "µUSD per lot", "underlyings.price": "µUSD" } },
      () =>
        [
          ...(flags.filter === undefined ? [summaryText(listed, root), ""] : []),
          ...(instruments.length === 0
            ? ["no instrument has that in its name, kind or chain"]
            : [`${"instrument".padEnd(34)} ${"kind".padEnd(11)} ${"mark, USD per lot".padStart(18)}   lot`]),
          ...instruments.map(
            ({ name, kind, mark, lot, unit, dead }) =>
              `${name.padEnd(34)} ${kind.padEnd(11)} ${formatUsd(mark).padStart(18)}   ${lot} ${unit}${dead ? ", dead" : ""}`,
          ),
        ].join("\n"),
    );
  });

  examples(
    table
      .command("check [file]")
      .description("check a table file, and with --market that it is exactly this market's")
      .option("--market <file>", "rebuild from this market file and compare roots"),
    "plimsoll table check epoch-1.json --market data/market.json",
  ).action(async (file, _, command) => {
    const used = await making();
    const flags = command.optsWithGlobals();
    const listed = await used.loadTable(flags, file);
    const root = await used.rootOf(listed);
    if (
      flags.market !== undefined &&
      used.encodeTable(await used.marketTable(flags.market)) !== used.encodeTable(listed)
    ) {
      throw new InputError("table", `must be what ${flags.market} gives`, root);
    }
    used.show(
      flags,
      { ok: true, epoch: listed.table.epoch, root },
      () =>
        `epoch ${listed.table.epoch}, root ${root}: ${flags.market === undefined ? "well-formed" : "as the market file gives it"}`,
    );
  });
}

function summary({ table, underlyings }: ListedTable, root: bigint) {
  const { epoch, asOf, notAfter, groups, correlations, omega, rows } = table;
  return { epoch, asOf, notAfter, root, rows: rows.length, groups, correlations, omega, underlyings };
}

const summaryText = (
  { table: { epoch, asOf, notAfter, rows, groups }, underlyings }: ListedTable,
  root: bigint,
): string =>
  [
    `epoch      ${epoch}`,
    `prices of  ${date(asOf)}, good until ${date(notAfter)}`,
    `root       ${root}`,
    `rows       ${rows.length} in ${groups.length} risk groups: ${groups.join(", ")}`,
    ...underlyings.map(
      ({ name, price, scanBps }) =>
        `  ${name.padEnd(8)} ${formatUsd(price).padStart(14)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`,
    ),
  ].join("\n");

function instrumentsOf({ table: { rows }, listings }: ListedTable, filter: string | undefined) {
  const wanted = filter?.toLowerCase();
  return listings.flatMap(({ instrument, name, chain, unit, lot }, i) => {
    const { kind, mark, dead } = rows[i]!;
    const fits = wanted === undefined || [name, kind, chain].some((text) => text.toLowerCase().includes(wanted));
    return fits ? [{ name, instrument, kind, chain, mark, lot, unit, dead }] : [];
  });
}

function instrumentText({ table, listings }: ListedTable, place: number): string {
  const [row, listing] = [table.rows[place]!, listings[place]!];
  return [
    `${listing.name}, ${row.kind} at ${listing.issuer} (${listing.chain}), lots of ${listing.lot} ${listing.unit}`,
    `  mark ${formatUsd(row.mark)} USD per lot; charges long ${formatUsd(row.chargeLong)}, short ${formatUsd(row.chargeShort)}`,
    ...listing.charges.map(
      ({ part, long, short, because }) =>
        `  ${part.padEnd(12)} ${formatUsd(long).padStart(12)} ${formatUsd(short).padStart(12)}  ${because}`,
    ),
    `  one lot: delta ${listing.greeks.delta} USD per 1 %, gamma ${listing.greeks.gamma}, vega ${listing.greeks.vega}, theta ${listing.greeks.theta} per day`,
  ].join("\n");
}
