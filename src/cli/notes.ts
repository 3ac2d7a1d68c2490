/**
 * plimsoll notes: what a venue's engine posts.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { join } from "node:path";
import { issuerNamed } from "../chain/network.ts";
import { Sender } from "../chain/sender.ts";
import { readJson } from "../base/files.ts";
import { withLock } from "../base/lock.ts";
import { parseBatch } from "../venue/batchFile.ts";
import { VenueEngine, type PostedBatch } from "../venue/engine.ts";
import { newestTable, nodeOf } from "../wallet/submissions.ts";
import { remark, show, type Globals } from "./command.ts";
import { connect, loadConfig, signingKey } from "./config.ts";
import { tableSources, cacheFolder } from "./onchain.ts";

interface Flags extends Globals {
  readonly issuer: string;
}

export async function post(flags: Flags, file: string): Promise<void> {
  const config = await loadConfig(flags.home);
  const { network } = config;
  const venue = issuerNamed(network, flags.issuer, "venue");
  const json = await readJson(file);
  const signer = await signingKey(config);
  const nodes = await connect(config, [venue.chain]);
  try {
    await withLock(flags.home, async () => {
      const node = nodeOf(nodes, venue.chain);
      const { listed } = await newestTable(node, tableSources(config, flags.home), network.tiers[0]!);
      const sender = await Sender.open(node, signer, { folder: flags.home });
      const engine = await VenueEngine.open(node, venue, sender, join(flags.home, "batches", venue.name), cacheFolder(flags.home));
      const batch = parseBatch(json, listed, await engine.release());
      shown(flags, batch.id, await engine.post(batch, bytesToHex(sha256(utf8ToBytes(JSON.stringify(json))))));
    });
  } finally {
    for (const node of nodes.values()) node.close();
  }
}

function shown(flags: Flags, id: string, { number, root, postings, receipt, unencrypted, recordPath }: PostedBatch): void {
  for (const alias of unencrypted) remark(flags, `alias ${alias} has named no usable note key: hand its note over yourself, ${recordPath} has it`);
  const result = {
    id, batch: number, root, record: recordPath, already: receipt === undefined, transaction: receipt?.hash, gas: receipt?.gasUsed, unencrypted,
    postings: postings.map(({ alias_: alias, ...posting }) => ({ alias, ...posting })),
  };
  show(flags, result, () => [
    receipt === undefined ? `batch ${number} (${id}) was posted already: nothing was sent` : `batch ${number} (${id}) posted: ${receipt.gasUsed} gas, ${receipt.hash}`,
    `root     ${root}`,
    ...postings.map(({ alias_, released, unreceived, exposed }) => `alias    ${alias_}: ${released} lots released, ${unreceived} unreceived, ${exposed ? "exposed" : "nothing exposed"}`),
  ].join("\n"));
}
