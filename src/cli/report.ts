/**
 * plimsoll report: computes each epoch's book from its market file, signs it, and serves books.
 *
 * @module
 */
import { join } from "node:path";
import { readJson } from "../files.ts";
import { MarketFolder } from "../relay/marketFolder.ts";
import { Reporter } from "../relay/reporter.ts";
import { DEFAULT_PARAMETERS, parseParameters } from "../risk/parameters.ts";
import { signingKey } from "./config.ts";
import { runDaemon, type DaemonFlags } from "./daemons.ts";

interface Flags extends DaemonFlags {
  readonly markets?: string;
  readonly marketUrl: readonly string[];
  readonly parameters?: string;
  readonly maxAge: number;
  readonly keepBooks: number;
}

export async function report(flags: Flags): Promise<void> {
  await runDaemon("report", flags, async (world, config) => {
    const markets = new MarketFolder(flags.markets ?? join(flags.home, "markets"), flags.marketUrl, world.log);
    const parameters = flags.parameters === undefined ? DEFAULT_PARAMETERS : parseParameters(await readJson(flags.parameters));
    const { maxAge, keepBooks } = flags;
    const reporter = await Reporter.open(world, await signingKey(config), { folder: join(flags.home, "report"), markets, parameters, maxAge, keepBooks });
    return { tasks: [{ name: "epoch", run: () => reporter.step() }], handlers: [reporter.handler] };
  });
}
