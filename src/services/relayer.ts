/**
 * A relayer: all that anybody may carry between the chains, as tasks that each look for what is missing and do it.
 * Prices come first, then what is waited for at home, then what comes from there.
 *
 * @module
 */
import type { Task } from "./daemon.ts";
import { relayEpoch } from "./epochRelay.ts";
import { addExits, joinNotes } from "./homeRelay.ts";
import { relayRoots, type RootRelayOptions } from "./rootRelay.ts";
import { routesOf, type Route } from "./routes.ts";
import type { SendingWorld } from "./world.ts";

export interface RelayerOptions extends RootRelayOptions {
  readonly reporters: readonly string[];
}

/**
 * Tasks of a relayer, in the order to run them. Without reporters no epochs are brought.
 *
 * @example
 * ```ts
 * import { Daemon, relayTasks, withSenders } from "plimsoll/services";
 *
 * const tasks = relayTasks(withSenders(world, signer, store), { attestors, reporters });
 * await new Daemon(tasks, { log, interval: 15_000, longestPause: 300_000 }).run(signal);
 * ```
 */
export function relayTasks(world: SendingWorld, options: RelayerOptions): Task[] {
  const { home, chains } = world.network;
  const routes = routesOf(world.network);
  const roots = (route: Route): Task => ({
    name: `roots ${route.from} to ${route.to}`,
    run: () => relayRoots(world, route, options),
  });
  return [
    ...(options.reporters.length === 0
      ? []
      : chains.map(({ name }) => ({ name: `epoch ${name}`, run: () => relayEpoch(world, name, options.reporters) }))),
    { name: "exits", run: () => addExits(world) },
    ...routes.filter(({ to }) => to === home).map(roots),
    { name: "notes", run: () => joinNotes(world) },
    ...routes.filter(({ to }) => to !== home).map(roots),
  ];
}
