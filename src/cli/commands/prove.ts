/**
 * plimsoll prove: a proof from a request file.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

export function proveCommands(program: Command): void {
  examples(
    program.command("prove <request>").description("prove and verify what a request file asks for (- for standard input), without any chain")
      .option("--out <file>", "where to write the proof, for its owner's eyes (default: standard output)"),
    "plimsoll prove request.json --out proof.json", "plimsoll prove - < request.json > proof.json",
  ).addHelpText("after", `
A request file holds keys and holdings. Scripts and pages make one: encodeRequest(proofRequest(statement)) of plimsoll/toolkit.`)
    .action(lazily(() => import("../prove.ts"), "proveRequest"));
}
