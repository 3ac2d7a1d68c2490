#!/usr/bin/env node
/**
 * plimsoll: the command line. Each command parses, calls the toolkit, shows; what it needs for that loads when it runs.
 *
 * @module
 */
import { Command, CommanderError, Option } from "commander";
import { homedir } from "node:os";
import { join } from "node:path";
import { attestCommands } from "./commands/attest.ts";
import { tableCommands } from "./commands/table.ts";
import { ceremonyCommands } from "./commands/ceremony.ts";
import { examples } from "./commands/declare.ts";
import { deskCommands } from "./commands/desk.ts";
import { keepCommands } from "./commands/keep.ts";
import { keysCommands } from "./commands/keys.ts";
import { marginCommands } from "./commands/margin.ts";
import { moveCommands } from "./commands/moves.ts";
import { notesCommands } from "./commands/notes.ts";
import { proveCommands } from "./commands/prove.ts";
import { relayCommands } from "./commands/relay.ts";
import { reportCommands } from "./commands/report.ts";
import { restoreCommands } from "./commands/restore.ts";
import { statusCommands } from "./commands/status.ts";
import { verifyCommands } from "./commands/verify.ts";
import { EXIT, EXIT_HELP } from "./exitCodes.ts";
import { BACKENDS, DEFAULT_BACKEND } from "../prover/backendName.ts";

const json = process.argv.includes("--json");

const program = new Command("plimsoll")
  .description("Prove that a hidden cross-venue portfolio is covered by its collateral.")
  .option("--home <folder>", "keystore, config, table and caches", process.env["PLIMSOLL_HOME"] ?? join(homedir(), ".plimsoll"))
  .option("--json", "results, and errors, as JSON")
  .addOption(new Option("--backend <name>", "what computes proofs; rapidsnark must be on PATH").choices(BACKENDS).default(DEFAULT_BACKEND))
  // Commander throws what it finds, and `fail` shows it as all other errors.
  .exitOverride()
  .configureOutput({ outputError: () => undefined })
  .configureHelp({ showGlobalOptions: true });

const GROUPS: readonly (readonly [heading: string, ...add: readonly ((program: Command) => void)[]])[] = [
  ["Keys, tables, margin:", keysCommands, tableCommands, marginCommands],
  ["A trader on real chains:", moveCommands, statusCommands, restoreCommands, keepCommands],
  ["Venues, desks, auditors:", notesCommands, deskCommands, proveCommands, verifyCommands],
  ["Keeping a network going:", relayCommands, attestCommands, reportCommands, ceremonyCommands],
];
for (const [heading, ...commands] of GROUPS) {
  program.commandsGroup(heading);
  for (const add of commands) add(program);
}
examples(
  program, "plimsoll keys new", "plimsoll table build --market data/market.json", "plimsoll margin --portfolio data/portfolio.json --html margin.html",
  "plimsoll deposit vault-ethereum:WBTC=2.5", "plimsoll receive --wait", "plimsoll open-line desk-a:CREDIT=100000", "plimsoll status", "plimsoll verify proof.json",
).addHelpText("after", `
Environment:
  PLIMSOLL_HOME, PLIMSOLL_ARTIFACTS   folders, instead of ~/.plimsoll and build/artifacts
  PLIMSOLL_PASSPHRASE                 instead of asking; PLIMSOLL_KEEPER_PASSPHRASE for keys derive --keeper
${EXIT_HELP}`);

// A reader that has seen enough, such as head, is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit();
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  // Help that was asked for ends as an error of commander's, too.
  const helped = error instanceof CommanderError && error.exitCode === 0;
  process.exitCode = helped ? EXIT.ok : (await import("./command.ts")).fail(error, json);
}
