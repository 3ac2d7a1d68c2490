/**
 * plimsoll deposit: collateral into a vault, from where a receipt takes it into the account.
 *
 * @module
 */
import { KEYSTORE, examples, type Program } from "./options.ts";

export function depositCommand(program: Program): void {
  examples(
    program
      .command("deposit <leg>")
      .description("put collateral into a vault; receive it once it has arrived at home")
      .option(...KEYSTORE),
    "plimsoll deposit vault-ethereum:WBTC=2.5",
  ).action(async (leg, _, command) => {
    const { act, position } = await import("./moving.ts");
    const flags = command.optsWithGlobals();
    await act(flags, async (trader, looking) => {
      const { row, size } = await position(looking, leg);
      await trader.deposit(row.instrument, size);
    });
  });
}
