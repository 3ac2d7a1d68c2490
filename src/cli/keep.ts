/**
 * plimsoll keep: a keeper that refreshes lines and receives notes, day and night, with the prove key alone.
 *
 * @module
 */
import { daemonCommand } from "./daemonOptions.ts";
import { KEYSTORE, examples, wholeNumber, type Program } from "./options.ts";

export function keepCommand(program: Program): void {
  examples(
    daemonCommand(
      program,
      "keep",
      "refresh every line before it lapses and receive what arrives, with a keeper's keystore, which can't draw or withdraw",
      { interval: 15 },
    )
      .option(...KEYSTORE)
      .option(
        "--table-mib <n>",
        "memory for tables of the keys' points: takes half a minute once per circuit, saves about an eighth of each proof; 600 is plenty",
        wholeNumber(0, 65_536),
        0,
      ),
    "plimsoll keys derive --keeper keeper/keystore.json",
    "plimsoll keep --home keeper",
    "plimsoll keep --home keeper --listen 127.0.0.1:8803",
    "plimsoll keep --home keeper --once --pretty",
  )
    .addHelpText(
      "after",
      `
A keeper has a home of its own: keystore.json as keys derive --keeper writes it, and config.json with a key that holds gas
on every chain with a line. It warns when equity falls below 120, 110, 100 and 80 % of initial margin, and when a line
can't be refreshed in time. Two keepers of one account cost each other gas and nothing else.`,
    )
    .action(async (_, command) => {
      const [
        { InputError, KeystoreError },
        { DEFAULT_BACKEND },
        { localProver },
        { canSpend },
        { Keeping },
        { loadConfig, signingKey },
        { runDaemon },
        { homeFiles, homeStore, unlock },
      ] = await Promise.all([
        import("../base/errors.ts"),
        import("../prover/backendName.ts"),
        import("../prover/backends.ts"),
        import("../wallet/keystore.ts"),
        import("./keeping.ts"),
        import("./config.ts"),
        import("./daemons.ts"),
        import("./home.ts"),
      ]);
      const flags = command.optsWithGlobals();
      const { backend, tableMib } = flags;
      if (tableMib > 0 && backend !== DEFAULT_BACKEND)
        throw new InputError("table-mib", `goes with --backend ${DEFAULT_BACKEND}`, backend);
      await loadConfig(flags.home);
      const path = flags.keystore ?? homeFiles(flags).keystore;
      const keys = await unlock(flags, path);
      if (canSpend(keys))
        throw new KeystoreError(
          `${path}: is the trader's; a keeper takes less, which plimsoll keys derive --keeper writes`,
        );
      const prover = localProver({ backend, pointTableMiB: tableMib });
      try {
        await runDaemon("keep", flags, async (world, config) => ({
          tasks: [new Keeping(world, config, await signingKey(config), keys, prover, homeStore(flags))],
        }));
      } finally {
        await prover.close();
      }
    });
}
