/**
 * plimsoll draw: a loan within a line.
 *
 * @module
 */
import { ISSUER, KEYSTORE, examples, type Program } from "./options.ts";

export function drawCommand(program: Program): void {
  examples(
    program
      .command("draw <amount>")
      .description("draw on a desk's line, in units of its asset")
      .option(...KEYSTORE)
      .requiredOption(...ISSUER)
      .option("--to <address>", "whom the desk pays (default: the sender)"),
    "plimsoll draw 40000 --issuer desk-a",
  ).action(async (amount, _, command) => {
    const { act, address, assetAmount, issuerIn } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, async (trader, looking) => {
      const desk = issuerIn(looking, flags.issuer, "desk");
      await trader.draw(
        desk,
        await assetAmount(looking, desk, amount),
        flags.to === undefined ? undefined : address(flags.to, "to"),
      );
    });
  });
}
