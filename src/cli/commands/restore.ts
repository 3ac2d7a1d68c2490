/**
 * plimsoll restore: everything that keys and the chains give back.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily, repeated } from "./declare.ts";

export function restoreCommands(program: Command): void {
  examples(
    program.command("restore").description("account, notes, exits and lines from a keystore and the chains alone; a keeper's keystore will do")
      .option("--keystore <file>", "another keystore than the home's")
      .option("--table <file>", "risk table for names (default: the home's, if there is one)")
      .option("--recipient <address>", "whom exits may be for, beside whom the chains name; repeatable", repeated),
    "plimsoll restore", "plimsoll restore --keystore keeper.json --json", "plimsoll restore --recipient 0x70997970C51812dc3A010C7d01b50e0d17dc79C8",
  ).action(lazily(() => import("../restore.ts"), "restore"));
}
