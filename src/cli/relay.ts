/**
 * plimsoll relay: brings roots and epochs to the chains that need them.
 *
 * @module
 */
import { daemonCommand } from "./daemonOptions.ts";
import { examples, wholeNumber, type Program } from "./options.ts";

export function relayCommand(program: Program): void {
  examples(
    daemonCommand(
      program,
      "relay",
      "bring each chain's roots to the chains that need them, join issuers' notes, add queued exits, publish epochs",
      { interval: 15 },
    ).option(
      "--refresh-age <seconds>",
      "prove an unchanged root again at this age (default: a third of what its readers bear)",
      wholeNumber(1, 30 * 86_400),
    ),
    "plimsoll relay",
    "plimsoll relay --listen 127.0.0.1:8800",
    "plimsoll relay --once --pretty",
  )
    .addHelpText(
      "after",
      `
Asks the attestors and reporters of config.json for signatures, checks each, and pays the gas from the config's key. Any
number of relayers may run side by side: what is done already is done.`,
    )
    .action(async (_, command) => {
      const [{ relayTasks }, { withSenders }, { signingKey }, { runDaemon }, { homeStore }] = await Promise.all([
        import("../services/relayer.ts"),
        import("../services/world.ts"),
        import("./config.ts"),
        import("./daemons.ts"),
        import("./home.ts"),
      ]);
      const flags = command.optsWithGlobals();
      await runDaemon("relay", flags, async (world, config) => {
        const { attestors, reporters } = config;
        const sending = withSenders(world, await signingKey(config), homeStore(flags));
        return { tasks: relayTasks(sending, { attestors, reporters, refreshAge: flags.refreshAge }) };
      });
    });
}
