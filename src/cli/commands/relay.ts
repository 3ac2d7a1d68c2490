/**
 * plimsoll relay: brings roots and epochs to the chains that need them.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { daemonOptions } from "./daemon.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

export function relayCommands(program: Command): void {
  const command = program.command("relay")
    .description("daemon: bring each chain's roots to the chains that need them, join issuers' notes, add queued exits, publish epochs")
    .addOption(new Option("--refresh-age <seconds>", "prove an unchanged root again at this age (default: a third of what its readers bear)").argParser(wholeNumber(1, 30 * 86_400)));
  examples(daemonOptions(command, { interval: 15 }), "plimsoll relay", "plimsoll relay --listen 127.0.0.1:8800", "plimsoll relay --once --pretty").addHelpText("after", `
Asks the attestors and reporters of config.json for signatures, checks each, and pays the gas from the config's key. Any
number of relayers may run side by side: what is done already is done.`)
    .action(lazily(() => import("../relay.ts"), "relay"));
}
