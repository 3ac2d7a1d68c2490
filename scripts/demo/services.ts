/**
 * Who keeps a network going, as the commands `plimsoll attest`, `report` and `relay` would run them: attestors and
 * reporters that answer over HTTP on this machine, each with a key and a folder of its own, and a relayer.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { writeAtomic } from "../../src/base/files.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { Attestor } from "../../src/services/attestor.ts";
import { Daemon } from "../../src/services/daemon.ts";
import { jsonLog, type Log } from "../../src/services/log.ts";
import { MarketFolder } from "../../src/services/marketFolder.ts";
import { relayTasks } from "../../src/services/relayer.ts";
import { Reporter } from "../../src/services/reporter.ts";
import { serve, type Handler, type Service } from "../../src/services/server.ts";
import { withSenders, type World } from "../../src/services/world.ts";
import { DEFAULT_PARAMETERS } from "../../src/risk/parameters.ts";
import { RELAYER, SIGNERS, type DemoNetwork } from "./network.ts";

/** A market is signed for an hour after its prices were taken. */
const MAX_AGE = 3_600;
const KEPT_TABLES = 16;

export interface Services {
  /** URLs of reporters, who serve tables. */
  readonly reporters: readonly string[];
  /** Takes one round of what relayers do, and throws what failed. */
  relay(): Promise<void>;
  /** Publishes a market file to the reporters, who compute its table and sign. */
  propose(market: string): Promise<void>;
  close(): Promise<void>;
}

/** @param folder of records, tables, market files and the log */
export async function startServices({ network, nodes }: DemoNetwork, folder: string): Promise<Services> {
  const lines: string[] = [];
  const log: Log = jsonLog((line) => lines.push(line));
  const world: World = { network, log, node: (chain) => Promise.resolve(nodes.get(chain)!) };
  const markets = join(folder, "markets");
  const services: Service[] = [];
  const listen = async (handler: Handler): Promise<string> => {
    const service = await serve("127.0.0.1:0", [handler], log);
    services.push(service);
    return `http://${service.host}:${service.port}`;
  };

  const attestors: string[] = [];
  const reporting: Reporter[] = [];
  const reporters: string[] = [];
  for (const [i, signer] of SIGNERS.entries()) {
    attestors.push(
      await listen(new Attestor(world, signer, { store: new FileStore(join(folder, `attestor-${i}`)) }).handler),
    );
    const reporter = await Reporter.open(world, signer, {
      store: new FileStore(join(folder, `reporter-${i}`)),
      markets: new MarketFolder(markets, [], log),
      parameters: DEFAULT_PARAMETERS,
      maxAge: MAX_AGE,
      keepTables: KEPT_TABLES,
    });
    reporting.push(reporter);
    reporters.push(await listen(reporter.handler));
  }
  const relayer = new Daemon(relayTasks(withSenders(world, RELAYER), { attestors, reporters }), {
    log,
    interval: 1_000,
    longestPause: 1_000,
  });
  return {
    reporters,
    relay: () => relayer.once(),
    async propose(market) {
      await writeAtomic(join(markets, `${createHash("sha256").update(market).digest("hex")}.json`), market);
      for (const reporter of reporting) await reporter.step();
    },
    async close() {
      await writeAtomic(join(folder, "log.jsonl"), lines.join(""));
      await Promise.all(services.map((service) => service.close()));
    },
  };
}
