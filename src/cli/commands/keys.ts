/**
 * plimsoll keys: make, look at, hand out.
 *
 * @module
 */
import type { Command } from "commander";
import { ISSUER_BITS } from "../../protocol/constants.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

const actions = () => import("../keys.ts");
const collect = (parse: (text: string) => number) => (text: string, list: number[] = []): number[] => [...list, parse(text)];

export function keysCommands(program: Command): void {
  const keys = program.command("keys").description("keys in an encrypted keystore");

  examples(keys.command("new").description("draw a spend key and write the home's keystore"), "plimsoll keys new", "PLIMSOLL_PASSPHRASE=... plimsoll keys new --home ./trader")
    .action(lazily(actions, "newKeys"));

  examples(
    keys.command("show").description("show what a keystore holds, and the owner's names (never the keys)")
      .option("--keystore <file>", "another keystore than the home's")
      .option("--issuer <id>", "show the alias at this issuer; repeatable", collect(wholeNumber(0, 2 ** ISSUER_BITS - 1))),
    "plimsoll keys show --issuer 16 --issuer 32",
  ).action(lazily(actions, "showKeys"));

  examples(
    keys.command("derive").description("hand out less: a keeper's keystore, or a read key from one version on")
      .option("--keeper <file>", "write a keystore that proves and receives, and can't draw or withdraw")
      .option("--reader <version>", "print the read key from this version of the account on", wholeNumber(0, 1_000_000))
      .option("--keystore <file>", "another keystore than the home's"),
    "plimsoll keys derive --keeper keeper.json", "plimsoll keys derive --reader 12",
  ).action(lazily(actions, "deriveKeys"));
}
