/**
 * A trader's commands on real chains: collateral in and out, a line opened, drawn on, repaid.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { TIERS } from "../../protocol/constants.ts";
import { examples, lazily } from "./declare.ts";

const actions = () => import("../moves.ts");

export function moveCommands(program: Command): void {
  const command = (name: string, about: string): Command => program.command(name).description(about).option("--keystore <file>", "another keystore than the home's");
  const atIssuer = (made: Command): Command => made.requiredOption("--issuer <issuer>", "name or id of the desk or venue");

  examples(
    command("deposit <leg>", "put collateral into a vault; receive it once it has arrived at home"),
    "plimsoll deposit vault-ethereum:WBTC=2.5",
  ).action(lazily(actions, "deposit"));

  examples(
    command("receive", "receive the notes that have arrived into the account, which opens with the first")
      .option("--wait", "wait for a note to arrive if none has")
      .addOption(new Option("--tier <tier>", "how many holdings an account that opens has room for: M 16, L 64").choices(Object.keys(TIERS))),
    "plimsoll receive", "plimsoll receive --wait --tier L",
  ).action(lazily(actions, "receive"));

  examples(
    command("open-line <credit>", "table debt in the account and show it to the desk or venue, whose line it then is"),
    "plimsoll open-line desk-a:CREDIT=100000",
  ).action(lazily(actions, "openLine"));

  examples(
    atIssuer(command("refresh", "prove again that the account is covered, so that a line stays good"))
      .option("--maintenance", "at maintenance margin, for an account that isn't covered at initial margin"),
    "plimsoll refresh --issuer desk-a",
  ).action(lazily(actions, "refresh"));

  examples(
    atIssuer(command("draw <amount>", "draw on a desk's line, in units of its asset").option("--to <address>", "whom the desk pays (default: the sender)")),
    "plimsoll draw 40000 --issuer desk-a",
  ).action(lazily(actions, "draw"));

  examples(
    atIssuer(command("repay [amount]", "pay a desk back, in units of its asset; everything by default")),
    "plimsoll repay --issuer desk-a", "plimsoll repay 10000 --issuer desk-a",
  ).action(lazily(actions, "repay"));

  examples(
    atIssuer(command("release [credit]", "give back what of a desk's line isn't in use, by a note to receive; all of it by default")),
    "plimsoll release --issuer desk-a", "plimsoll release desk-a:CREDIT=5000 --issuer desk-a",
  ).action(lazily(actions, "release"));

  examples(
    atIssuer(command("close-line", "close a line for good once nothing is open there, and drop its credit and release from the account")),
    "plimsoll close-line --issuer desk-a",
  ).action(lazily(actions, "closeLine"));

  examples(
    command("withdraw [leg]", "take collateral out of the account and have its vault pay it; without one, collect what is on its way")
      .option("--recipient <address>", "whom the vault pays (default: the sender)"),
    "plimsoll withdraw vault-ethereum:WBTC=1 --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8", "plimsoll withdraw",
  ).action(lazily(actions, "withdraw"));
}
