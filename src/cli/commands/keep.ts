/**
 * plimsoll keep: a keeper that refreshes lines and receives notes, day and night, with the prove key alone.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { daemonOptions } from "./daemon.ts";
import { examples, lazily, wholeNumber } from "./declare.ts";

export function keepCommands(program: Command): void {
  const command = program.command("keep")
    .description("daemon: refresh every line before it lapses and receive what arrives, with a keeper's keystore, which can't draw or withdraw")
    .option("--keystore <file>", "another keystore than the home's")
    .addOption(new Option("--table-mib <n>", "memory for tables of the keys' points: takes half a minute once per circuit, saves about an eighth of each proof; 600 is plenty").argParser(wholeNumber(0, 65_536)).default(0));
  examples(daemonOptions(command, { interval: 15 }), "plimsoll keys derive --keeper keeper/keystore.json", "plimsoll keep --home keeper", "plimsoll keep --home keeper --listen 127.0.0.1:8803", "plimsoll keep --home keeper --once --pretty")
    .addHelpText("after", `
A keeper has a home of its own: keystore.json as keys derive --keeper writes it, and config.json with a key that holds gas
on every chain with a line. It warns when equity falls below 120, 110, 100 and 80 % of initial margin, and when a line
can't be refreshed in time. Two keepers of one account cost each other gas and nothing else.`)
    .action(lazily(() => import("../keep.ts"), "keep"));
}
