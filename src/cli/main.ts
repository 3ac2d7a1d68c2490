#!/usr/bin/env node
/**
 * plimsoll: the command line. Each command parses, calls the toolkit, shows; what it needs for that loads when it runs.
 *
 * @module
 */
import { CommanderError } from "@commander-js/extra-typings";
import { artifactsCommands } from "./artifacts.ts";
import { attestCommand } from "./attest.ts";
import { tableCommands } from "./table.ts";
import { ceremonyCommands } from "./ceremony.ts";
import { closeLineCommand } from "./closeLine.ts";
import { depositCommand } from "./deposit.ts";
import { deskCommands } from "./desk.ts";
import { drawCommand } from "./draw.ts";
import { defaultHome } from "../base/environment.ts";
import { EXIT, EXIT_HELP } from "./exitCodes.ts";
import { receiveCommand } from "./receive.ts";
import { initCommand } from "./init.ts";
import { keepCommand } from "./keep.ts";
import { keysCommands } from "./keys.ts";
import { marginCommand } from "./margin.ts";
import { notesCommands } from "./notes.ts";
import { openLineCommand } from "./openLine.ts";
import { examples, newProgram, type Program } from "./options.ts";
import { proveCommand } from "./prove.ts";
import { refreshCommand } from "./refresh.ts";
import { relayCommand } from "./relay.ts";
import { releaseCommand } from "./release.ts";
import { repayCommand } from "./repay.ts";
import { reportCommand } from "./report.ts";
import { restoreCommand } from "./restore.ts";
import { statusCommand } from "./status.ts";
import { verifyCommand } from "./verify.ts";
import { packageVersion } from "./version.ts";
import { withdrawCommand } from "./withdraw.ts";

const json = process.argv.includes("--json");

const program = newProgram(defaultHome())
  .description("Prove that a hidden cross-venue portfolio is covered by its collateral.")
  .version(packageVersion(), "-V, --version", "show the version")
  // Commander throws what it finds, and `fail` shows it as all other errors.
  .exitOverride()
  .configureOutput({ outputError: () => undefined })
  .configureHelp({ showGlobalOptions: true });

const GROUPS: readonly (readonly [heading: string, ...add: readonly ((program: Program) => void)[]])[] = [
  ["Keys, tables, margin:", keysCommands, tableCommands, marginCommand],
  [
    "A trader:",
    initCommand,
    depositCommand,
    receiveCommand,
    openLineCommand,
    drawCommand,
    refreshCommand,
    repayCommand,
    releaseCommand,
    closeLineCommand,
    withdrawCommand,
    statusCommand,
    restoreCommand,
    keepCommand,
  ],
  ["Venues, desks, auditors:", notesCommands, deskCommands, proveCommand, verifyCommand],
  ["Keeping a network going:", relayCommand, attestCommand, reportCommand, ceremonyCommands, artifactsCommands],
];
for (const [heading, ...commands] of GROUPS) {
  program.commandsGroup(heading);
  for (const add of commands) add(program);
}
examples(
  program,
  "plimsoll keys new",
  "plimsoll margin --portfolio data/portfolio.json --market data/market.json --html margin.html",
  "plimsoll init --network network.json",
  "plimsoll deposit vault-ethereum:WBTC=2.5",
  "plimsoll receive --wait",
  "plimsoll open-line desk-a:CREDIT=100000",
  "plimsoll status",
  "plimsoll verify proof.json",
).addHelpText(
  "after",
  `
Environment (set to nothing it counts as unset):
  PLIMSOLL_HOME, PLIMSOLL_ARTIFACTS   folders, instead of ~/.plimsoll and build/artifacts
  PLIMSOLL_PASSPHRASE                 instead of asking; PLIMSOLL_KEEPER_PASSPHRASE for keys derive --keeper
  PLIMSOLL_NETWORK, PLIMSOLL_ETH_KEY, PLIMSOLL_RPC_<CHAIN>   instead of what config.json says
  NO_COLOR, FORCE_COLOR               colours nowhere, or everywhere
${EXIT_HELP}`,
);
program.hook("preAction", async (_, command) => {
  const { home } = command.optsWithGlobals() as { readonly home: string };
  if (home !== "") return;
  const { InputError } = await import("../base/errors.ts");
  throw new InputError("home", "is unknown, for this user has none on this machine: give --home or PLIMSOLL_HOME");
});

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
  process.exitCode = helped ? EXIT.ok : (await import("./output.ts")).fail(error, json);
  // Work that an interrupt left where it was must not go on.
  if (process.exitCode === EXIT.interrupted) process.exit();
}
