/**
 * plimsoll attest: signs final blocks for other chains' mirrors.
 *
 * @module
 */
import { daemonCommand } from "./daemonOptions.ts";
import { examples, wholeNumber, type Program } from "./options.ts";

/** As the attestor keeps by itself. */
const KEPT_HEIGHTS = 1024;

export function attestCommand(program: Program): void {
  examples(
    daemonCommand(
      program,
      "attest",
      "sign the hashes of final blocks, as its own nodes see them, for the mirrors whose attestor this key is",
      { interval: 30, listen: "127.0.0.1:8801" },
    ).option(
      "--keep <heights>",
      "heights of each route whose hash is remembered; lower ones are refused",
      wholeNumber(16, 100_000),
      KEPT_HEIGHTS,
    ),
    "plimsoll attest",
    "plimsoll attest --listen 0.0.0.0:8801 --home /var/lib/plimsoll-attestor",
  )
    .addHelpText(
      "after",
      `
Serves:
  GET /attestations/<source chain>/<height>?mirror=<chain>   a signature, if the block is final and no other hash of its height was signed
  GET /health

What was signed stands in <home>/attested-*.json. Keep it: without it the attestor may sign a second hash for a height.`,
    )
    .action(async (_, command) => {
      const [{ Attestor }, { signingKey }, { runDaemon }, { homeStore }] = await Promise.all([
        import("../services/attestor.ts"),
        import("./config.ts"),
        import("./daemons.ts"),
        import("./home.ts"),
      ]);
      const flags = command.optsWithGlobals();
      await runDaemon("attest", flags, async (world, config) => {
        const attestor = new Attestor(world, await signingKey(config), { store: homeStore(flags), keep: flags.keep });
        return { tasks: attestor.tasks(), handlers: [attestor.handler] };
      });
    });
}
