/**
 * plimsoll close-line: the end of a line that nothing is open on.
 *
 * @module
 */
import { ISSUER, KEYSTORE, examples, type Program } from "./options.ts";

export function closeLineCommand(program: Program): void {
  examples(
    program
      .command("close-line")
      .description("close a line for good once nothing is open there, and drop its credit and release from the account")
      .option(...KEYSTORE)
      .requiredOption(...ISSUER),
    "plimsoll close-line --issuer desk-a",
  ).action(async (_, command) => {
    const { act, issuerIn } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, (trader, looking) => trader.closeLine(issuerIn(looking, flags.issuer, "desk", "venue")));
  });
}
