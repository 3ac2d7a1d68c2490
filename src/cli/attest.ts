/**
 * plimsoll attest: signs final blocks for other chains' mirrors.
 *
 * @module
 */
import { Attestor, KEPT_HEIGHTS } from "../services/attestor.ts";
import { signingKey } from "./config.ts";
import { runDaemon, type DaemonFlags } from "./daemons.ts";

interface Flags extends DaemonFlags {
  readonly keep?: number;
}

export async function attest(flags: Flags): Promise<void> {
  await runDaemon("attest", flags, async (world, config) => {
    const attestor = new Attestor(world, await signingKey(config), { folder: flags.home, keep: flags.keep ?? KEPT_HEIGHTS });
    return { tasks: attestor.tasks(), handlers: [attestor.handler] };
  });
}
