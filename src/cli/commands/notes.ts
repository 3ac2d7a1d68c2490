/**
 * plimsoll notes: what a venue's engine posts.
 *
 * @module
 */
import type { Command } from "commander";
import { examples, lazily } from "./declare.ts";

export function notesCommands(program: Command): void {
  const notes = program.command("notes").description("a venue's notes, posted in batches by its engine");
  examples(
    notes.command("post <batch>").description("post a batch file: each alias's legs, encrypted to it, and what its line releases; run again, it posts nothing twice")
      .requiredOption("--issuer <issuer>", "name or id of the venue"),
    "plimsoll notes post --issuer venue-a batch.json",
  ).addHelpText("after", `
A batch file:
  { "format": "plimsoll-batch", "version": 1, "id": "2026-11-20-1005",
    "postings": [{ "alias": "1234…", "legs": ["venue-a:BTC-PERP=-2.5", "venue-a:USD=150000"],
                   "released": "100", "unreceived": "2500", "exposed": true }] }
Sizes are in the table's units; "released" and "unreceived" in those of the venue's release instrument.`)
    .action(lazily(() => import("../notes.ts"), "post"));
}
