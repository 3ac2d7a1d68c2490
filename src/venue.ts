/**
 * A venue's or a desk's side in Node: which lines it has given, and the batches of notes that it posts. Import it as
 * `plimsoll/venue`.
 *
 * @example
 * ```ts
 * import { createHash } from "node:crypto";
 * import { readFile } from "node:fs/promises";
 * import { FileStore, Node, Sender, VenueEngine, issuerNamed } from "plimsoll/venue";
 * import { newestTable, parseBatch, parseNetwork, readLines } from "plimsoll/venue";
 *
 * const network = parseNetwork(JSON.parse(await readFile("network.json", "utf8")));
 * const venue = issuerNamed(network, "venue-a", "venue");
 * const node = await Node.connect(network.chains[0]!, url);
 * const { lines } = await readLines(node, venue);
 * const store = new FileStore("home"); // what it signed and posted: back it up
 * const engine = await VenueEngine.open(node, venue, await Sender.open(node, signer, { store }), store);
 * const { listed } = await newestTable(node, { urls: reporters, store }, "M");
 * const batch = await readFile("batch.json", "utf8");
 * const digest = createHash("sha256").update(batch).digest("hex");
 * await engine.post(parseBatch(JSON.parse(batch), listed, await engine.release()), digest);
 * ```
 *
 * @module
 */
export * from "./base/errors.ts";

export { VenueEngine, type PostedBatch } from "./venue/engine.ts";
export { buildBatch, type Batch, type BatchPosting, type BatchRequest } from "./venue/batch.ts";
export { parseBatch, type BatchFile } from "./venue/batchFile.ts";
export { BatchRecords, type BatchRecord } from "./venue/batchRecord.ts";
export { dueCall, readLines, type IssuerLine } from "./venue/lines.ts";
export {
  openEncryptedNotes,
  encryptNote,
  encryptedNoteBytes,
  type OpenedNote,
  type PlacedNote,
  type EncryptedFor,
} from "./account/encryptedNotes.ts";

export { STATUSES, type Line, type Status } from "./chain/line.ts";
export {
  chainNamed,
  encodeNetwork,
  issuerNamed,
  parseNetwork,
  type IssuerKind,
  type Network,
  type NetworkChain,
  type NetworkIssuer,
} from "./chain/network.ts";
export { Node, type Block } from "./chain/node.ts";
export { Sender, type Call, type SenderOptions } from "./chain/sender.ts";
export { fetchTable, type TableSources } from "./chain/tableSource.ts";
export { newestTable } from "./wallet/submissions.ts";

export { FileStore } from "./store/fileStore.ts";
export { MemoryStore } from "./store/memoryStore.ts";
export { StoreConflict, type Store } from "./store/store.ts";
