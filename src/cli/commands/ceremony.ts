/**
 * plimsoll ceremony: production keys, so that nobody can forge if one contributor was honest.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { CIRCUITS, TIERS } from "../../protocol/constants.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

const actions = () => import("../ceremony.ts");

export function ceremonyCommands(program: Command): void {
  const ceremony = program.command("ceremony").description("make production keys: init, contribute, beacon, verify, finalize");
  const instance = (command: Command): Command => command
    .addOption(new Option("--circuit <circuit>", "which circuit").choices(CIRCUITS).makeOptionMandatory())
    .addOption(new Option("--tier <tier>", "which tier").choices(Object.keys(TIERS)).default("M"))
    .requiredOption("--ptau <file>", "powers of tau: a published powersOfTau28_hez_final file")
    .option("--ptau-hash <hex>", "BLAKE2b-512 of powers of tau from elsewhere, which you vouch for");

  examples(
    instance(ceremony.command("init <zkey>").description("write the first key, which is worthless until somebody contributes")),
    "plimsoll ceremony init solvency-0.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(lazily(actions, "init"));

  examples(
    ceremony.command("contribute <from> <to>").description("add your contribution, on a machine of your own; its secret is drawn and forgotten")
      .requiredOption("--name <name>", "shown to everyone who verifies the key"),
    'plimsoll ceremony contribute solvency-0.zkey solvency-1.zkey --name "Ada"',
  ).action(lazily(actions, "addContribution"));

  examples(
    ceremony.command("beacon <from> <to>").description("add a public beacon that nobody could foresee at the last contribution")
      .requiredOption("--name <name>", "where it comes from").requiredOption("--hash <hex>", "a later block's hash, say")
      .option("--iterations <exponent>", "log2 of the number of hashes over it", wholeNumber(10, 40), 10),
    "plimsoll ceremony beacon solvency-5.zkey solvency-6.zkey --name block-23000000 --hash 0123… --iterations 20",
  ).action(lazily(actions, "addBeacon"));

  examples(
    instance(ceremony.command("verify <zkey>").description("check a key from circuit and powers of tau up, with every contribution")),
    "plimsoll ceremony verify solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(lazily(actions, "check"));

  examples(
    instance(ceremony.command("finalize <zkey>").description("verify once more and put the key in place of the development key")),
    "plimsoll ceremony finalize solvency-6.zkey --circuit solvency --ptau powersOfTau28_hez_final_16.ptau",
  ).action(lazily(actions, "finalize"));
}
