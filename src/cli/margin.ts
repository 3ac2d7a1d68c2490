/**
 * plimsoll margin: measure a portfolio or the registered account, and what a trade would do to it.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import type { ListedPosition } from "../margin/portfolio.ts";
import { BASIS_POINTS, COVERAGE_BITS, COVERAGE_INITIAL } from "../protocol/constants.ts";
import type { ListedTable } from "../risk/listing.ts";
import { positionsIn } from "../wallet/positions.ts";
import { EXIT } from "./exitCodes.ts";
import { TABLE, KEYSTORE, examples, wholeNumber, type Globals, type Program } from "./options.ts";
import { date, duration } from "./words.ts";

export function marginCommand(program: Program): void {
  examples(
    program
      .command("margin")
      .description("measure a portfolio's margin; exit code 1 if it isn't covered")
      .option("--portfolio <file>", "holdings by name and in units")
      .option("--account", "measure the registered account instead, on the newest table of its chains")
      .option(...KEYSTORE)
      .option(...TABLE)
      .option("--market <file>", "measure on the table of this market file")
      .option("--html <file>", "write the report as a page with charts, too")
      .option("--what-if <trades...>", "trades to try, such as venue-a:BTC-PERP=-5; separated by spaces or commas")
      .option(
        "--coverage <bps>",
        "basis points of the requirement that decide the exit code",
        wholeNumber(1, 2 ** COVERAGE_BITS - 1),
        COVERAGE_INITIAL,
      ),
    "plimsoll margin --portfolio data/portfolio.json --market data/market.json",
    "plimsoll margin --portfolio data/portfolio.json --html margin.html",
    'plimsoll margin --portfolio data/portfolio.json --what-if "venue-a:BTC-PERP=-5 venue-b:ETH-PERP=20"',
    "plimsoll margin --account",
    "plimsoll margin --portfolio data/portfolio.json --json --coverage 8000",
  ).action(async (_, command) => {
    const [{ parseTrades }, { marginReport }, { renderTerminal, renderWhatIf }, { whatIf }, { remark, show, style }] =
      await Promise.all([
        import("../margin/portfolio.ts"),
        import("../margin/report/marginReport.ts"),
        import("../margin/report/terminal.ts"),
        import("../margin/report/whatIf.ts"),
        import("./output.ts"),
      ]);
    const flags = command.optsWithGlobals();
    const { listed, positions } = await measured(flags);
    const trades = parseTrades(
      (flags.whatIf ?? []).flatMap((text) => text.split(/[\s,]+/)).filter((text) => text !== ""),
      listed,
    );
    const trade = trades.length === 0 ? undefined : whatIf(positions, trades, listed);
    const report = trade?.before ?? marginReport(positions, listed);
    const stale = staleness(listed);
    if (stale !== undefined) remark(flags, `warning: ${stale.words}`);
    if (flags.html !== undefined) {
      const [{ writeAtomic }, { renderHtml }] = await Promise.all([
        import("../base/files.ts"),
        import("../margin/report/html.ts"),
      ]);
      await writeAtomic(flags.html, renderHtml(report, trade));
      remark(flags, `report written to ${flags.html}`);
    }
    show(
      flags,
      { ...(trade ?? report), units: UNITS, stale },
      () => renderTerminal(report, style) + (trade === undefined ? "" : `\n${renderWhatIf(trade, style)}`),
    );
    const { equity, requirement } = trade?.after ?? report;
    if (equity * BigInt(BASIS_POINTS) < requirement * BigInt(flags.coverage)) process.exitCode = EXIT.refused;
  });
}

/** Of what --json says. */
const UNITS = {
  amounts: "µUSD (1,000,000 are 1 USD)",
  ratioBps: "basis points",
  downBps: "basis points",
  upBps: "basis points",
  greeks: "USD",
  "holdings.units": "the holding's unit",
};

interface Flags extends Globals {
  readonly portfolio?: string;
  readonly account?: true;
  readonly keystore?: string;
  readonly table?: string;
  readonly market?: string;
}

/** What is measured, and on which table. Throws an InputError that says what to give where there is none. */
async function measured(
  flags: Flags,
): Promise<{ readonly listed: ListedTable; readonly positions: readonly ListedPosition[] }> {
  if ((flags.portfolio === undefined) === (flags.account === undefined))
    throw new InputError("margin", "takes either --portfolio or --account");
  if (flags.account === true) return registered(flags);
  const [{ readText }, { PORTFOLIO_LENGTH, readPortfolio }] = await Promise.all([
    import("../base/files.ts"),
    import("../margin/portfolio.ts"),
  ]);
  const listed = await tableOf(flags);
  return { listed, positions: readPortfolio(await readText(flags.portfolio!, PORTFOLIO_LENGTH), listed).positions };
}

async function tableOf(flags: Flags): Promise<ListedTable> {
  const [{ stat }, { homeFiles, loadTable }] = await Promise.all([import("node:fs/promises"), import("./home.ts")]);
  if (flags.market !== undefined) {
    if (flags.table !== undefined) throw new InputError("margin", "takes either --table or --market");
    const [{ readText }, { buildTable }, { MARKET_LENGTH, readMarket }] = await Promise.all([
      import("../base/files.ts"),
      import("../risk/table.ts"),
      import("../risk/marketFile.ts"),
    ]);
    return buildTable(readMarket(await readText(flags.market, MARKET_LENGTH)));
  }
  const { table } = homeFiles(flags);
  if (
    flags.table === undefined &&
    !(await stat(table).then(
      () => true,
      () => false,
    ))
  ) {
    throw new InputError(
      "table",
      `is missing: give --market MARKET.json (data/market.json is a sample) or --table TABLE.json, or make the home's with plimsoll table build --market MARKET.json`,
    );
  }
  return loadTable(flags, flags.table);
}

/** The account on its chains' newest table, or on the one that is named. */
async function registered(
  flags: Flags,
): Promise<{ readonly listed: ListedTable; readonly positions: readonly ListedPosition[] }> {
  const [{ newestTable, nodeOf }, { withWallet }] = await Promise.all([
    import("../wallet/submissions.ts"),
    import("./onchain.ts"),
  ]);
  return withWallet(
    flags,
    async ({ config: { network }, nodes, wallet, tables }) => {
      const { account, tier } = await wallet.refresh();
      if (account === undefined) throw new InputError("account", "must be open; plimsoll receive opens it");
      const listed =
        flags.table === undefined && flags.market === undefined
          ? (await newestTable(nodeOf(nodes, network.home), tables, tier!)).listed
          : await tableOf(flags);
      const positions = positionsIn(account, listed);
      if (positions === undefined) throw new InputError("table", "must list all that the account holds");
      return { listed, positions };
    },
    { missing: true },
  );
}

/** How old a table is that is used past its time. */
function staleness({
  table: { asOf, notAfter },
}: ListedTable):
  | { readonly asOf: number; readonly notAfter: number; readonly secondsOver: number; readonly words: string }
  | undefined {
  const secondsOver = Math.floor(Date.now() / 1000) - notAfter;
  if (secondsOver <= 0) return undefined;
  return {
    asOf,
    notAfter,
    secondsOver,
    words: `the risk table's prices are of ${date(asOf)}, and it was good until ${date(notAfter)}, ${duration(secondsOver)} ago: what is true now may be otherwise`,
  };
}
