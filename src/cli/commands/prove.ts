/**
 * plimsoll prove: what the account can show to others.
 *
 * @module
 */
import type { Command } from "commander";
import { COVERAGE_BITS, COVERAGE_INITIAL, SALT_BITS } from "../../protocol/constants.ts";
import { examples, lazily, time, wholeNumber } from "./declare.ts";

const actions = () => import("../prove.ts");

export function proveCommands(program: Command): void {
  const prove = program.command("prove").description("prove something about the account");
  const common = (command: Command): Command => command
    .option("--keystore <file>", "another keystore than the home's; a keeper's will do")
    .option("--at <time>", "the time to go by: Unix seconds or a date (default: the clock's)", time)
    .option("--chain <id>", "chain of the contract that takes the proof (default: the local ledger)", wholeNumber(1, Number.MAX_SAFE_INTEGER))
    .option("--contract <address>", "contract that takes the proof (default: the local ledger)")
    .option("--submitter <address>", "who submits it (default: the account's address)")
    .option("--deadline <time>", "until when it is good (default: an hour on)", time)
    .option("--out <file>", "where to write the proof (default: proofs/ in the home)");

  examples(
    common(prove.command("solvency").description("prove that the account is covered"))
      .requiredOption("--issuer <issuer>", "to whom: name or id of a desk or venue in the table")
      .option("--table <file>", "risk table (default: the home's)")
      .option("--coverage <bps>", "basis points of the requirement that equity covers", wholeNumber(1, 2 ** COVERAGE_BITS - 1), COVERAGE_INITIAL)
      .option("--show <instruments>", "two instruments whose sizes are shown, such as desk-a:CREDIT,desk-a:RELEASE")
      .option("--report", "encrypt totals for the Report instead of a read key")
      .option("--salt <epoch>", "salt of the alias: the epoch at the Report", wholeNumber(0, 2 ** SALT_BITS - 1), 0)
      .option("--committee <file>", "committee that may open what is encrypted (default: one that nobody can open, drawn once)"),
    "plimsoll prove solvency --issuer desk-a --show desk-a:CREDIT,desk-a:RELEASE", "plimsoll prove solvency --issuer venue-a --coverage 8000 --out solvency-proof.json",
  ).action(lazily(actions, "proveSolvency"));

  examples(
    common(prove.command("exit").description("prove what a vault owes for collateral that left the account"))
      .option("--recipient <address>", "the exit's recipient (default: the submitter)")
      .option("--pay", "have the local ledger's vault pay it"),
    "plimsoll prove exit --pay", "plimsoll prove exit --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8 --out exit-proof.json",
  ).action(lazily(actions, "proveExit"));
}
