/**
 * plimsoll open-line: debt booked in the account, and shown to the desk or venue.
 *
 * @module
 */
import { KEYSTORE, examples, type Program } from "./options.ts";

export function openLineCommand(program: Program): void {
  examples(
    program
      .command("open-line <credit>")
      .description("book debt in the account and show it to the desk or venue, whose line it then is")
      .option(...KEYSTORE),
    "plimsoll open-line desk-a:CREDIT=100000",
  ).action(async (credit, _, command) => {
    const [{ issuerOf }, { act, issuerIn, position }] = await Promise.all([
      import("../protocol/instrument.ts"),
      import("./moving.ts"),
    ]);
    await act(command.optsWithGlobals(), async (trader, looking) => {
      const { row, size } = await position(looking, credit);
      await trader.openLine(issuerIn(looking, String(issuerOf(row.instrument)), "desk", "venue"), size);
    });
  });
}
