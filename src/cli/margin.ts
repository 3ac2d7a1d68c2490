/**
 * plimsoll margin: measure a portfolio, and what a trade would do to it.
 *
 * @module
 */
import type { Command } from "commander";
import { EXIT, examples, remark, show, wholeNumber, type Globals } from "./command.ts";
import { readText, writeAtomic } from "../files.ts";
import { parseTrades, PORTFOLIO_LENGTH, readPortfolio } from "../portfolio.ts";
import { BASIS_POINTS, COVERAGE_BITS, COVERAGE_INITIAL } from "../protocol.ts";
import { renderHtml } from "../report/html.ts";
import { marginReport } from "../report/marginReport.ts";
import { renderTerminal, renderWhatIf } from "../report/terminal.ts";
import { whatIf } from "../report/whatIf.ts";
import { loadBook } from "./home.ts";

interface Flags extends Globals {
  readonly portfolio: string;
  readonly book?: string;
  readonly html?: string;
  readonly whatIf?: string[];
  readonly coverage: number;
}

export function marginCommands(program: Command): void {
  examples(
    program.command("margin").description("measure a portfolio's margin; exit code 1 if it doesn't float")
      .requiredOption("--portfolio <file>", "holdings by name and in units")
      .option("--book <file>", "risk book (default: the home's)")
      .option("--html <file>", "write the report as a page with charts, too")
      .option("--what-if <trades...>", "trades to try, such as venue-a:BTC-PERP=-5; separated by spaces or commas")
      .option("--coverage <bps>", "basis points of the requirement that decide the exit code", wholeNumber(1, 2 ** COVERAGE_BITS - 1), COVERAGE_INITIAL),
    "plimsoll margin --portfolio data/portfolio.json", "plimsoll margin --portfolio data/portfolio.json --html margin.html",
    'plimsoll margin --portfolio data/portfolio.json --what-if "venue-a:BTC-PERP=-5"', "plimsoll margin --portfolio data/portfolio.json --json --coverage 8000",
  ).action(async (_: unknown, command: Command) => {
    const flags = command.optsWithGlobals<Flags>();
    const listed = await loadBook(flags, flags.book);
    const { positions } = readPortfolio(await readText(flags.portfolio, PORTFOLIO_LENGTH), listed);
    const trades = parseTrades((flags.whatIf ?? []).flatMap((text) => text.split(",")), listed);
    const trade = trades.length === 0 ? undefined : whatIf(positions, trades, listed);
    const report = trade?.before ?? marginReport(positions, listed);
    if (flags.html !== undefined) {
      await writeAtomic(flags.html, renderHtml(report, trade));
      remark(flags, `report written to ${flags.html}`);
    }
    const colour = { colour: process.stdout.isTTY };
    show(flags, trade ?? report, () => renderTerminal(report, colour) + (trade === undefined ? "" : `\n${renderWhatIf(trade, colour)}`));
    const { equity, requirement } = trade?.after ?? report;
    if (equity * BigInt(BASIS_POINTS) < requirement * BigInt(flags.coverage)) process.exitCode = EXIT.refused;
  });
}
