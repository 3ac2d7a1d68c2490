/**
 * plimsoll margin: measure a portfolio, and what a trade would do to it.
 *
 * @module
 */
import type { Command } from "commander";
import { COVERAGE_BITS, COVERAGE_INITIAL } from "../../protocol/constants.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

export function marginCommands(program: Command): void {
  examples(
    program.command("margin").description("measure a portfolio's margin; exit code 1 if it isn't covered")
      .requiredOption("--portfolio <file>", "holdings by name and in units")
      .option("--table <file>", "risk table (default: the home's)")
      .option("--html <file>", "write the report as a page with charts, too")
      .option("--what-if <trades...>", "trades to try, such as venue-a:BTC-PERP=-5; separated by spaces or commas")
      .option("--coverage <bps>", "basis points of the requirement that decide the exit code", wholeNumber(1, 2 ** COVERAGE_BITS - 1), COVERAGE_INITIAL),
    "plimsoll margin --portfolio data/portfolio.json", "plimsoll margin --portfolio data/portfolio.json --html margin.html",
    'plimsoll margin --portfolio data/portfolio.json --what-if "venue-a:BTC-PERP=-5"', "plimsoll margin --portfolio data/portfolio.json --json --coverage 8000",
  ).action(lazily(() => import("../margin.ts"), "margin"));
}
