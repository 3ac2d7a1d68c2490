/**
 * plimsoll report: computes each epoch's book from its market file, signs it, and serves books.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { join } from "node:path";
import { readJson } from "../files.ts";
import { MarketFolder } from "../relay/marketFolder.ts";
import { Reporter } from "../relay/reporter.ts";
import { DEFAULT_PARAMETERS, parseParameters } from "../risk/parameters.ts";
import { examples, wholeNumber } from "./command.ts";
import { signingKey } from "./config.ts";
import { daemonOptions, runDaemon, type DaemonFlags } from "./daemons.ts";

interface Flags extends DaemonFlags {
  readonly markets?: string;
  readonly marketUrl: readonly string[];
  readonly parameters?: string;
  readonly maxAge: number;
  readonly keepBooks: number;
}

export function reportCommands(program: Command): void {
  const command = program.command("report")
    .description("daemon: compute each epoch's book from its published market file, check that it follows from the one before, and sign it")
    .option("--markets <folder>", "market files, each named <SHA-256 of its bytes>.json (default: markets in the home)")
    .option("--market-url <url>", "also take market files from a service with /markets, such as another reporter; may be given again", (url: string, before: readonly string[]) => [...before, url], [])
    .option("--parameters <file>", "overrides of the risk parameters, JSON; all reporters must use the same")
    .addOption(new Option("--max-age <seconds>", "sign no market whose prices are older").argParser(wholeNumber(1, 86_400)).default(600))
    .addOption(new Option("--keep-books <books>", "that are served, newest first").argParser(wholeNumber(2, 100_000)).default(200));
  examples(daemonOptions(command, { interval: 5, listen: "127.0.0.1:8802" }), "plimsoll report --markets ./markets", "plimsoll report --market-url https://reporter.example --once").addHelpText("after", `
Serves:
  GET /epochs/newest, /epochs/<number>   what was signed, with ?chain=<chain> a signature for that chain's RiskBook
  GET /books/<root>                      a book, to be checked against its root
  GET /markets, /markets/<name>          the market files of what was signed, so that anyone can compute the books again
  GET /health

A market file goes into the folder under the SHA-256 of its bytes:
  cp market.json markets/$(sha256sum market.json | cut -c1-64).json

What was signed stands in <home>/report/reported.json. Keep it: without it the reporter may sign a second epoch of a number.`)
    .action(async (_: unknown, made: Command) => {
      const flags = made.optsWithGlobals<Flags>();
      await runDaemon("report", flags, async (world, config) => {
        const markets = new MarketFolder(flags.markets ?? join(flags.home, "markets"), flags.marketUrl, world.log);
        const parameters = flags.parameters === undefined ? DEFAULT_PARAMETERS : parseParameters(await readJson(flags.parameters));
        const { maxAge, keepBooks } = flags;
        const reporter = await Reporter.open(world, await signingKey(config), { folder: join(flags.home, "report"), markets, parameters, maxAge, keepBooks });
        return { tasks: [{ name: "epoch", run: () => reporter.step() }], handlers: [reporter.handler] };
      });
    });
}
