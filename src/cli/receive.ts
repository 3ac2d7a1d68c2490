/**
 * plimsoll receive: notes that have arrived, into the account.
 *
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { KEYSTORE, TIER_NAMES, examples, type Program } from "./options.ts";

export function receiveCommand(program: Program): void {
  examples(
    program
      .command("receive")
      .description("receive the notes that have arrived into the account, which opens with the first")
      .option(...KEYSTORE)
      .option("--wait", "wait for a note to arrive if none has, and until the account may receive again")
      .option("--empty", "open the account without a note")
      .addOption(
        new Option("--tier <tier>", "how many holdings an account that opens has room for: M 16, L 64").choices(
          TIER_NAMES,
        ),
      ),
    "plimsoll receive",
    "plimsoll receive --wait --tier L",
  ).action(async (_, command) => {
    const { act } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, async (trader) => {
      if (flags.wait === true) await trader.awaitNotes();
      await trader.receive(flags);
    });
  });
}
