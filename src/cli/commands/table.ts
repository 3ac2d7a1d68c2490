/**
 * plimsoll table: the epoch's risk table.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

const actions = () => import("../table.ts");

export function tableCommands(program: Command): void {
  const table = program.command("table").description("the risk table of an epoch");

  examples(
    table.command("build").description("build the table of a market file")
      .requiredOption("--market <file>", "prices, histories, issuers and instruments")
      .option("--out <file>", "where to write (default: table.json in the home)"),
    "plimsoll table build --market data/market.json", "plimsoll table build --market data/market.json --out epoch-1.json",
  ).action(lazily(actions, "writeTable"));

  examples(
    table.command("show [file]").description("show a table's epoch, root and scan ranges, or one instrument's row and charges")
      .option("--instrument <name>", "this instrument alone"),
    "plimsoll table show", "plimsoll table show --instrument venue-a:BTC-PERP",
  ).action(lazily(actions, "showTable"));

  examples(
    table.command("check [file]").description("check a table file, and with --market that it is exactly this market's")
      .option("--market <file>", "rebuild from this market file and compare roots"),
    "plimsoll table check epoch-1.json --market data/market.json",
  ).action(lazily(actions, "checkTable"));
}
