/**
 * plimsoll book: the epoch's risk book.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

const actions = () => import("../book.ts");

export function bookCommands(program: Command): void {
  const book = program.command("book").description("the risk book of an epoch");

  examples(
    book.command("build").description("build the book of a market file")
      .requiredOption("--market <file>", "prices, histories, issuers and instruments")
      .option("--out <file>", "where to write (default: book.json in the home)"),
    "plimsoll book build --market data/market.json", "plimsoll book build --market data/market.json --out epoch-1.json",
  ).action(lazily(actions, "writeBook"));

  examples(
    book.command("show [file]").description("show a book's epoch, root and scan ranges, or one instrument's row and charges")
      .option("--instrument <name>", "this instrument alone"),
    "plimsoll book show", "plimsoll book show --instrument venue-a:BTC-PERP",
  ).action(lazily(actions, "showBook"));

  examples(
    book.command("check [file]").description("check a book file, and with --market that it is exactly this market's")
      .option("--market <file>", "rebuild from this market file and compare roots"),
    "plimsoll book check epoch-1.json --market data/market.json",
  ).action(lazily(actions, "checkBook"));
}
