/**
 * plimsoll notes: what a venue's engine posts.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Command } from "commander";
import { join } from "node:path";
import { issuerNamed } from "../chain/network.ts";
import { Sender } from "../chain/sender.ts";
import { readJson } from "../files.ts";
import { withLock } from "../setup/lock.ts";
import { parseBatch } from "../venue/batchFile.ts";
import { VenueEngine, type PostedBatch } from "../venue/engine.ts";
import { newestBook, nodeOf } from "../wallet/submissions.ts";
import { examples, remark, show, type Globals } from "./command.ts";
import { connect, loadConfig, signingKey } from "./config.ts";
import { bookSources, cacheFolder } from "./onchain.ts";

interface Flags extends Globals {
  readonly issuer: string;
}

export function notesCommands(program: Command): void {
  const notes = program.command("notes").description("a venue's notes, posted in batches by its engine");
  examples(
    notes.command("post <batch>").description("post a batch file: each alias's legs, sealed to it, and what its line releases; run again, it posts nothing twice")
      .requiredOption("--issuer <issuer>", "name or id of the venue"),
    "plimsoll notes post --issuer venue-a batch.json",
  ).addHelpText("after", `
A batch file:
  { "format": "plimsoll-batch", "version": 1, "id": "2026-11-20-1005",
    "postings": [{ "alias": "1234…", "legs": ["venue-a:BTC-PERP=-2.5", "venue-a:USD=150000"],
                   "released": "100", "unfolded": "2500", "exposed": true }] }
Sizes are in the book's units; "released" and "unfolded" in those of the venue's release instrument.`)
    .action(async (file: string, _: unknown, command: Command) => post(file, command.optsWithGlobals<Flags>()));
}

async function post(file: string, flags: Flags): Promise<void> {
  const config = await loadConfig(flags.home);
  const { network } = config;
  const venue = issuerNamed(network, flags.issuer, "venue");
  const json = await readJson(file);
  const signer = await signingKey(config);
  const nodes = await connect(config, [venue.chain]);
  try {
    await withLock(flags.home, async () => {
      const node = nodeOf(nodes, venue.chain);
      const { listed } = await newestBook(node, bookSources(config, flags.home), network.tiers[0]!);
      const sender = await Sender.open(node, signer, { folder: flags.home });
      const engine = await VenueEngine.open(node, venue, sender, join(flags.home, "batches", venue.name), cacheFolder(flags.home));
      const batch = parseBatch(json, listed, await engine.release());
      shown(flags, batch.id, await engine.post(batch, bytesToHex(sha256(utf8ToBytes(JSON.stringify(json))))));
    });
  } finally {
    for (const node of nodes.values()) node.close();
  }
}

function shown(flags: Flags, id: string, { number, root, postings, receipt, unsealed, recordPath }: PostedBatch): void {
  for (const alias of unsealed) remark(flags, `alias ${alias} has named no usable note key: hand its note over yourself, ${recordPath} has it`);
  const result = {
    id, batch: number, root, record: recordPath, already: receipt === undefined, transaction: receipt?.hash, gas: receipt?.gasUsed, unsealed,
    postings: postings.map(({ alias_: alias, ...posting }) => ({ alias, ...posting })),
  };
  show(flags, result, () => [
    receipt === undefined ? `batch ${number} (${id}) was posted already: nothing was sent` : `batch ${number} (${id}) posted: ${receipt.gasUsed} gas, ${receipt.hash}`,
    `root     ${root}`,
    ...postings.map(({ alias_, released, unfolded, exposed }) => `alias    ${alias_}: ${released} lots released, ${unfolded} unfolded, ${exposed ? "exposed" : "nothing exposed"}`),
  ].join("\n"));
}
