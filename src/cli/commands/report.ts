/**
 * plimsoll report: computes each epoch's table from its market file, signs it, and serves tables.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { daemonOptions } from "./daemon.ts";
import { examples, lazily, repeated, wholeNumber } from "./declare.ts";

export function reportCommands(program: Command): void {
  const command = program.command("report")
    .description("daemon: compute each epoch's table from its published market file, check that it follows from the one before, and sign it")
    .option("--markets <folder>", "market files, each named <SHA-256 of its bytes>.json (default: markets in the home)")
    .option("--market-url <url>", "also take market files from a service with /markets, such as another reporter; may be given again", repeated, [])
    .option("--parameters <file>", "overrides of the risk parameters, JSON; all reporters must use the same")
    .addOption(new Option("--max-age <seconds>", "sign no market whose prices are older").argParser(wholeNumber(1, 86_400)).default(600))
    .addOption(new Option("--keep-tables <tables>", "that are served, newest first").argParser(wholeNumber(2, 100_000)).default(200));
  examples(daemonOptions(command, { interval: 5, listen: "127.0.0.1:8802" }), "plimsoll report --markets ./markets", "plimsoll report --market-url https://reporter.example --once").addHelpText("after", `
Serves:
  GET /epochs/newest, /epochs/<number>   what was signed, with ?chain=<chain> a signature for that chain's RiskTable
  GET /tables/<root>                      a table, to be checked against its root
  GET /markets, /markets/<name>          the market files of what was signed, so that anyone can compute the tables again
  GET /health

A market file goes into the folder under the SHA-256 of its bytes:
  cp market.json markets/$(sha256sum market.json | cut -c1-64).json

What was signed stands in <home>/report/reported.json. Keep it: without it the reporter may sign a second epoch of a number.`)
    .action(lazily(() => import("../report.ts"), "report"));
}
