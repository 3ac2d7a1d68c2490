/**
 * What the daemons share: a world to work in, logs, the loop, and an orderly end.
 *
 * @module
 */
import { Node } from "../chain/node.ts";
import { chainNamed } from "../chain/network.ts";
import { InputError } from "../base/errors.ts";
import { alone } from "../services/alone.ts";
import { Daemon, type Task } from "../services/daemon.ts";
import { jsonLog, prettyLog, withoutRepeats } from "../services/log.ts";
import { healthHandler, serve, type Handler } from "../services/server.ts";
import { remembered, type World } from "../services/world.ts";
import { connect, loadConfig, type Config } from "./config.ts";
import type { DaemonFlags } from "./daemonOptions.ts";
import { EXIT } from "./exitCodes.ts";

/** What a daemon is made of once its world is there. */
export interface Made {
  readonly tasks: readonly Task[];
  readonly handlers?: readonly Handler[];
}

/** Runs a daemon, the only one of its name in the home, until SIGTERM or SIGINT; a second signal ends it at once. */
export async function runDaemon(
  name: string,
  flags: DaemonFlags,
  make: (world: World, config: Config) => Promise<Made>,
): Promise<void> {
  const write = (line: string): void => void process.stdout.write(line);
  const log = withoutRepeats(flags.pretty === true ? prettyLog(write) : jsonLog(write));
  const config = await loadConfig(flags.home);
  await alone(flags.home, name, async () => {
    const nodes = new Set<Node>();
    const world: World = {
      network: config.network,
      log,
      node: remembered(async (chain) => {
        const node = (await connect(config, [chainNamed(config.network, chain).name])).get(chain);
        if (node === undefined) throw new InputError(`config.endpoints.${chain}`, "is missing");
        nodes.add(node);
        return node;
      }),
    };
    try {
      const { tasks, handlers = [] } = await make(world, config);
      const daemon = new Daemon(tasks, {
        log,
        interval: flags.interval * 1000,
        longestPause: flags.longestPause * 1000,
      });
      if (flags.once === true) {
        await daemon.once();
        return log("info", "done", { daemon: name, tasks: tasks.length });
      }
      await untilSignalled(async (signal) => {
        const service =
          flags.listen === undefined
            ? undefined
            : await serve(flags.listen, [healthHandler(() => daemon.health()), ...handlers], log);
        log("info", "started", {
          daemon: name,
          tasks: tasks.length,
          ...(service === undefined ? {} : { host: service.host, port: service.port }),
        });
        try {
          await daemon.run(signal);
        } finally {
          await service?.close();
        }
        log("info", "stopped", { daemon: name });
      });
    } finally {
      for (const node of nodes) node.close();
    }
  });
}

async function untilSignalled(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort();
  };
  for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, onSignal);
  try {
    await work(stop.signal);
  } finally {
    for (const name of ["SIGTERM", "SIGINT"] as const) process.off(name, onSignal);
  }
}
