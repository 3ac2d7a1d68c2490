/**
 * plimsoll report: computes each epoch's table from its market file, signs it, and serves tables.
 *
 * @module
 */
import { daemonCommand } from "./daemonOptions.ts";
import { examples, repeated, wholeNumber, type Program } from "./options.ts";

export function reportCommand(program: Program): void {
  examples(
    daemonCommand(
      program,
      "report",
      "compute each epoch's table from its published market file, check that it follows from the one before, and sign it",
      { interval: 5, listen: "127.0.0.1:8802" },
    )
      .option(
        "--markets <folder>",
        "market files, each named <SHA-256 of its bytes>.json (default: markets in the home)",
      )
      .option(
        "--market-url <url>",
        "also take market files from a service with /markets, such as another reporter; may be given again",
        repeated,
        [],
      )
      .option("--parameters <file>", "overrides of the risk parameters, JSON; all reporters must use the same")
      .option("--max-age <seconds>", "sign no market whose prices are older", wholeNumber(1, 86_400), 600)
      .option("--keep-tables <tables>", "that are served, newest first", wholeNumber(2, 100_000), 200),
    "plimsoll report --markets ./markets",
    "plimsoll report --market-url https://reporter.example --once",
  )
    .addHelpText(
      "after",
      `
This reporter signs risk tables; a margin report as a page is plimsoll margin --html.

Serves:
  GET /epochs/newest, /epochs/<number>   what was signed, with ?chain=<chain> a signature for that chain's RiskTable
  GET /tables/<root>                      a table, to be checked against its root
  GET /markets, /markets/<name>          the market files of what was signed, so that anyone can compute the tables again
  GET /health

A market file goes into the folder under the SHA-256 of its bytes:
  cp market.json markets/$(sha256sum market.json | cut -c1-64).json

What was signed stands in <home>/report/reported.json. Keep it: without it the reporter may sign a second epoch of a number.`,
    )
    .action(async (_, command) => {
      const [
        { join },
        { readJson },
        { MarketFolder },
        { Reporter },
        { DEFAULT_PARAMETERS, parseParameters },
        { signingKey },
        { runDaemon },
        { homeStore },
      ] = await Promise.all([
        import("node:path"),
        import("../base/files.ts"),
        import("../services/marketFolder.ts"),
        import("../services/reporter.ts"),
        import("../risk/parameters.ts"),
        import("./config.ts"),
        import("./daemons.ts"),
        import("./home.ts"),
      ]);
      const flags = command.optsWithGlobals();
      await runDaemon("report", flags, async (world, config) => {
        const markets = new MarketFolder(flags.markets ?? join(flags.home, "markets"), flags.marketUrl, world.log);
        const parameters =
          flags.parameters === undefined ? DEFAULT_PARAMETERS : parseParameters(await readJson(flags.parameters));
        const { maxAge, keepTables } = flags;
        const reporter = await Reporter.open(world, await signingKey(config), {
          store: homeStore(flags),
          markets,
          parameters,
          maxAge,
          keepTables,
        });
        return { tasks: [{ name: "epoch", run: () => reporter.step() }], handlers: [reporter.handler] };
      });
    });
}
