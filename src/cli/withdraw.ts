/**
 * plimsoll withdraw: collateral out of the account and out of its vault.
 *
 * @module
 */
import { KEYSTORE, examples, type Program } from "./options.ts";

export function withdrawCommand(program: Program): void {
  examples(
    program
      .command("withdraw [leg]")
      .description(
        "take collateral out of the account and have its vault pay it; without one, collect what is on its way",
      )
      .option(...KEYSTORE)
      .option("--recipient <address>", "whom the vault pays (default: the sender)"),
    "plimsoll withdraw vault-ethereum:WBTC=1 --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
    "plimsoll withdraw",
  ).action(async (leg, _, command) => {
    const [{ act, address, position }, { rememberRecipient }, { homeStore }] = await Promise.all([
      import("./moving.ts"),
      import("../wallet/recipients.ts"),
      import("./home.ts"),
    ]);
    const flags = command.optsWithGlobals();
    await act(flags, async (trader, looking) => {
      if (leg !== undefined) {
        const { row, size } = await position(looking, leg);
        const to = flags.recipient === undefined ? undefined : address(flags.recipient, "recipient");
        // Written down first: the chains don't say whom an exit pays.
        if (to !== undefined) await rememberRecipient(homeStore(flags), to);
        await trader.spendCollateral(row.instrument, size, to);
      }
      await trader.collect();
    });
  });
}
