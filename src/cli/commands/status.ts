/**
 * plimsoll status: the account, its lines, what is on its way, and what needs attention next.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

export function statusCommands(program: Command): void {
  examples(
    program.command("status").description("the account on the network, its lines, and what needs attention next; a keeper's keystore will do")
      .option("--keystore <file>", "another keystore than the home's"),
    "plimsoll status", "plimsoll status --json",
  ).action(lazily(() => import("../status.ts"), "status"));
}
