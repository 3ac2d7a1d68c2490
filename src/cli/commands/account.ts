/**
 * plimsoll account: moves on the local ledger.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { TIERS } from "../../protocol/constants.ts";
import { examples, lazily, repeated, time } from "./declare.ts";

const actions = () => import("../account.ts");

export function accountCommands(program: Command): void {
  const account = program.command("account").description("an account on the home's local ledger, which plays registry, issuers and vaults");
  const move = (command: Command): Command => command
    .option("--table <file>", "risk table (default: the home's)")
    .option("--keystore <file>", "another keystore than the home's")
    .option("--submitter <address>", "who submits (default: the account's address, drawn when it opens)")
    .option("--at <time>", "the time to go by, for trying out old data: Unix seconds or a date (default: the clock's)", time)
    .option("--proof <file>", "where to write the proof (default: proofs/ in the home)");
  const notes = (command: Command): Command => command
    .option("--note <legs>", "an issuer's note, such as venue-a:BTC-PERP=-1.5,venue-a:USD=90000; repeatable", repeated)
    .option("--portfolio <file>", "a whole portfolio, as notes of its issuers; booked credit is left to account spend");

  examples(
    notes(move(account.command("new").description("open the account, empty or with notes")))
      .addOption(new Option("--tier <tier>", "how many holdings it has room for: M 16, L 64 (T, for tests, 4)").choices(Object.keys(TIERS))),
    "plimsoll account new", 'plimsoll account new --tier M --note "vault-ethereum:WBTC=2.5"', "plimsoll account new --portfolio data/portfolio.json",
  ).action(lazily(actions, "open"));

  examples(
    notes(move(account.command("receive").description("receive notes into the account; without --note or --portfolio, those that wait"))),
    'plimsoll account receive --note "venue-a:BTC-PERP=-1.5,venue-a:USD=90000"', "plimsoll account receive --portfolio data/portfolio.json",
  ).action(lazily(actions, "receiveMore"));

  examples(
    move(account.command("spend").description("take out collateral, book credit, or drop what is worth nothing; at initial margin"))
      .option("--collateral <leg>", "take this much out, such as vault-ethereum:USDC=50000")
      .option("--recipient <address>", "whom the vault is to pay (default: the submitter)")
      .option("--credit <leg>", "table this much debt, such as desk-a:CREDIT=100000")
      .option("--pair <credit>", "drop credit and release that sum to 0")
      .option("--dead <instrument>", "drop a holding that the table flags dead")
      .option("--any-table", "say that the move is right on any table, as a pair is, or collateral of an account with nothing else left: for when the newest has lapsed"),
    'plimsoll account spend --collateral "vault-ethereum:USDC=50000" --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8',
    'plimsoll account spend --credit "desk-a:CREDIT=100000" --at 2025-10-25T00:10:00Z',
  ).action(lazily(actions, "spend"));

  examples(
    account.command("show").description("show what the account holds, with the notes that wait")
      .option("--table <file>", "risk table for names (default: the home's)").option("--keystore <file>", "another keystore than the home's"),
    "plimsoll account show", "plimsoll account show --json",
  ).action(lazily(actions, "showAccount"));
}
