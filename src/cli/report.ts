/**
 * plimsoll report: computes each epoch's table from its market file, signs it, and serves tables.
 *
 * @module
 */
import { join } from "node:path";
import { readJson } from "../base/files.ts";
import { MarketFolder } from "../services/marketFolder.ts";
import { Reporter } from "../services/reporter.ts";
import { DEFAULT_PARAMETERS, parseParameters } from "../risk/parameters.ts";
import { signingKey } from "./config.ts";
import { runDaemon, type DaemonFlags } from "./daemons.ts";

interface Flags extends DaemonFlags {
  readonly markets?: string;
  readonly marketUrl: readonly string[];
  readonly parameters?: string;
  readonly maxAge: number;
  readonly keepTables: number;
}

export async function report(flags: Flags): Promise<void> {
  await runDaemon("report", flags, async (world, config) => {
    const markets = new MarketFolder(flags.markets ?? join(flags.home, "markets"), flags.marketUrl, world.log);
    const parameters = flags.parameters === undefined ? DEFAULT_PARAMETERS : parseParameters(await readJson(flags.parameters));
    const { maxAge, keepTables } = flags;
    const reporter = await Reporter.open(world, await signingKey(config), { folder: join(flags.home, "report"), markets, parameters, maxAge, keepTables });
    return { tasks: [{ name: "epoch", run: () => reporter.step() }], handlers: [reporter.handler] };
  });
}
