#!/usr/bin/env node
/**
 * plimsoll: the command line. Each command parses, calls the toolkit, shows.
 *
 * @module
 */
import { Command, Option } from "commander";
import { homedir } from "node:os";
import { join } from "node:path";
import { accountCommands } from "./account.ts";
import { attestCommands } from "./attest.ts";
import { bookCommands } from "./book.ts";
import { ceremonyCommands } from "./ceremony.ts";
import { EXIT_HELP, examples, fail } from "./command.ts";
import { deskCommands } from "./desk.ts";
import { keepCommands } from "./keep.ts";
import { keysCommands } from "./keys.ts";
import { marginCommands } from "./margin.ts";
import { moveCommands } from "./moves.ts";
import { notesCommands } from "./notes.ts";
import { proveCommands } from "./prove.ts";
import { relayCommands } from "./relay.ts";
import { reportCommands } from "./report.ts";
import { restoreCommands } from "./restore.ts";
import { statusCommands } from "./status.ts";
import { verifyCommands } from "./verify.ts";
import { BACKENDS, DEFAULT_BACKEND } from "../prove/backends.ts";

const json = process.argv.includes("--json");

const program = new Command("plimsoll")
  .description("Prove that a hidden cross-venue portfolio is covered by its collateral.")
  .option("--home <folder>", "keystore, ledger, account and book", process.env["PLIMSOLL_HOME"] ?? join(homedir(), ".plimsoll"))
  .option("--json", "results, and errors, as JSON")
  .addOption(new Option("--backend <name>", "what computes proofs; rapidsnark must be on PATH").choices(BACKENDS).default(DEFAULT_BACKEND))
  // Commander throws what it finds, and `fail` shows it as all other errors.
  .exitOverride()
  .configureOutput({ outputError: () => undefined })
  .configureHelp({ showGlobalOptions: true });

const GROUPS: readonly (readonly [heading: string, ...add: readonly ((program: Command) => void)[]])[] = [
  ["Keys, books, margin:", keysCommands, bookCommands, marginCommands],
  ["A trader on real chains:", moveCommands, statusCommands, restoreCommands, keepCommands],
  ["Rehearsing on a local ledger:", accountCommands, proveCommands],
  ["Venues, desks, auditors:", notesCommands, deskCommands, verifyCommands],
  ["Keeping a network going:", relayCommands, attestCommands, reportCommands, ceremonyCommands],
];
for (const [heading, ...commands] of GROUPS) {
  program.commandsGroup(heading);
  for (const add of commands) add(program);
}
examples(
  program, "plimsoll keys new", "plimsoll book build --market data/market.json", "plimsoll margin --portfolio data/portfolio.json --html margin.html",
  "plimsoll deposit vault-ethereum:WBTC=2.5", "plimsoll fold --wait", "plimsoll open-line desk-a:CREDIT=100000", "plimsoll status", "plimsoll verify proof.json",
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
  process.exitCode = fail(error, json);
}
