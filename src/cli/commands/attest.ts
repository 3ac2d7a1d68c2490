/**
 * plimsoll attest: signs final blocks for other chains' mirrors.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { daemonOptions } from "./daemon.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

export function attestCommands(program: Command): void {
  const command = program.command("attest")
    .description("daemon: sign the hashes of final blocks, as its own nodes see them, for the mirrors whose attestor this key is")
    .addOption(new Option("--keep <heights>", "heights of each route whose hash is remembered; lower ones are refused (default: 1024)").argParser(wholeNumber(16, 100_000)));
  examples(daemonOptions(command, { interval: 30, listen: "127.0.0.1:8801" }), "plimsoll attest", "plimsoll attest --listen 0.0.0.0:8801 --home /var/lib/plimsoll-attestor").addHelpText("after", `
Serves:
  GET /attestations/<source chain>/<height>?mirror=<chain>   a signature, if the block is final and no other hash of its height was signed
  GET /health

What was signed stands in <home>/attested-*.json. Keep it: without it the attestor may sign a second hash for a height.`)
    .action(lazily(() => import("../attest.ts"), "attest"));
}
