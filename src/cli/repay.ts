/**
 * plimsoll repay: a loan paid back.
 *
 * @module
 */
import { ISSUER, KEYSTORE, examples, type Program } from "./options.ts";

export function repayCommand(program: Program): void {
  examples(
    program
      .command("repay [amount]")
      .description("pay a desk back, in units of its asset; everything by default")
      .option(...KEYSTORE)
      .requiredOption(...ISSUER),
    "plimsoll repay --issuer desk-a",
    "plimsoll repay 10000 --issuer desk-a",
  ).action(async (amount, _, command) => {
    const { act, assetAmount, issuerIn } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, async (trader, looking) => {
      const desk = issuerIn(looking, flags.issuer, "desk");
      await trader.repay(desk, amount === undefined ? undefined : await assetAmount(looking, desk, amount));
    });
  });
}
