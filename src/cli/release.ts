/**
 * plimsoll release: what of a line is not in use, given back.
 *
 * @module
 */
import { ISSUER, KEYSTORE, examples, type Program } from "./options.ts";

export function releaseCommand(program: Program): void {
  examples(
    program
      .command("release [credit]")
      .description("give back what of a desk's line isn't in use, by a note to receive; all of it by default")
      .option(...KEYSTORE)
      .requiredOption(...ISSUER),
    "plimsoll release --issuer desk-a",
    "plimsoll release desk-a:CREDIT=5000 --issuer desk-a",
  ).action(async (credit, _, command) => {
    const { act, issuerIn, position } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, async (trader, looking) =>
      trader.release(
        issuerIn(looking, flags.issuer, "desk"),
        credit === undefined ? undefined : (await position(looking, credit)).size,
      ),
    );
  });
}
