/**
 * plimsoll relay: brings roots and epochs to the chains that need them.
 *
 * @module
 */
import { relayTasks } from "../services/relayer.ts";
import { withSenders } from "../services/world.ts";
import { signingKey } from "./config.ts";
import { runDaemon, type DaemonFlags } from "./daemons.ts";

interface Flags extends DaemonFlags {
  readonly refreshAge?: number;
}

export async function relay(flags: Flags): Promise<void> {
  await runDaemon("relay", flags, async (world, config) => {
    const { attestors, reporters } = config;
    const sending = withSenders(world, await signingKey(config), flags.home);
    return { tasks: relayTasks(sending, { attestors, reporters, refreshAge: flags.refreshAge }) };
  });
}
