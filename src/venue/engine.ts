/**
 * A venue's engine: posts batches, each once. What the contract would refuse is refused before anything is sent, by the
 * posting that is wrong.
 *
 * A batch is numbered when it is built, for its serials, and the contract takes it by that number alone. Whoever crashes on
 * the way runs the same file again: the sender's journal has what is still on its way, and a record, written before anything
 * was signed, which root to look for.
 *
 * @module
 */
import { getBytes, type TransactionReceipt } from "ethers";
import { isNoteKey } from "../account/noteKey.ts";
import { EventLog } from "../chain/events.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import type { Node } from "../chain/node.ts";
import type { Call, Sender } from "../chain/sender.ts";
import { STATUSES, type Line } from "../chain/line.ts";
import { InputError, NodeError, WaitError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import { buildBatch } from "./batch.ts";
import type { BatchFile } from "./batchFile.ts";
import { BatchRecords, recordOf, type BatchRecord } from "./batchRecord.ts";

export interface PostedBatch {
  /** The contract's number of it. */
  readonly number: number;
  readonly root: bigint;
  readonly postings: BatchRecord["postings"];
  /** Undefined when it was found posted already. */
  readonly receipt: TransactionReceipt | undefined;
  /** Aliases whose notes nobody can read on the chain: they named no usable key. The record has them. */
  readonly unencrypted: readonly bigint[];
  readonly recordPath: string;
}

/** BatchPosted's first word beside its number. */
const ROOT = 0;

type BatchPosted = EventLog["events"][number];

/** What an alias has open beside its line. */
interface Open {
  readonly unreceived: bigint;
}

/**
 * Posts batches of one venue from its engine's address. One engine runs at a time; its store is to be backed up.
 *
 * @example
 * ```ts
 * import { createHash } from "node:crypto";
 * import { readFile } from "node:fs/promises";
 * import { VenueEngine, issuerNamed, parseBatch } from "plimsoll/venue";
 *
 * const engine = await VenueEngine.open(node, issuerNamed(network, "venue-a", "venue"), sender, store);
 * const text = await readFile("batch.json", "utf8");
 * const digest = createHash("sha256").update(text).digest("hex");
 * const { number } = await engine.post(parseBatch(JSON.parse(text), listed, await engine.release()), digest);
 * ```
 */
export class VenueEngine {
  private readonly records: BatchRecords;

  private constructor(
    private readonly node: Node,
    private readonly venue: NetworkIssuer,
    private readonly sender: Sender,
    private readonly log: EventLog,
    store: Store,
  ) {
    this.records = new BatchRecords(store, venue.name);
  }

  /** @param store where records of batches and events are kept: lost, a batch that was on its way may be posted twice */
  static async open(node: Node, venue: NetworkIssuer, sender: Sender, store: Store): Promise<VenueEngine> {
    const log = await EventLog.open(node, [{ name: "VenueOutbox", address: venue.contract }], store);
    return new VenueEngine(node, venue, sender, log, store);
  }

  /** The venue's release instrument. */
  async release(): Promise<number> {
    return Number(await this.read<bigint>("releaseInstrument"));
  }

  /**
   * Posts a batch, unless the one of this id is posted.
   *
   * @param digest of what the file said: another file of the same id is refused
   * @throws InputError naming the posting that the contract would refuse, and why
   * @throws WaitError before the venue's window is over
   * @throws RefusedError for what was overtaken, NodeError when the node doesn't answer: run it again
   */
  async post({ id, postings }: BatchFile, digest: string): Promise<PostedBatch> {
    // What an engine that died has sent is on its way or on the chain, this batch maybe among it.
    await this.sender.drained();
    await this.log.sync();
    const known = await this.records.read(id);
    if (known !== undefined) {
      if (known.digest !== digest) throw new InputError("batch.id", "must be new: another batch had it", id);
      if (this.isPosted(known)) return this.done(known, undefined);
      // Nobody has seen it, and its number may be taken by now.
      await this.records.remove(id);
    }

    const number = this.posted.length;
    if (BigInt(number) !== (await this.read<bigint>("lastSerial")))
      throw new NodeError(
        this.venue.chain,
        "the node's events and the contract's state are of different blocks; try again",
      );
    await this.refuse(postings);
    const keys = this.noteKeys();
    const batch = await buildBatch({
      issuerId: this.venue.id,
      batchDepth: Number(await this.read<bigint>("batchDepth")),
      batchNumber: BigInt(number),
      release: await this.release(),
      postings: postings.map((posting) => ({ ...posting, noteKey: keys.get(posting.alias) })),
    });
    const record = recordOf(
      id,
      digest,
      number,
      batch,
      postings.map(({ alias }) => alias).filter((alias) => !keys.has(alias)),
    );
    const call = this.callOf(record);
    await this.sender.check(call);
    await this.records.write(record);
    const receipt = await this.sender.send(call);
    await this.log.sync();
    if (!this.isPosted(record))
      throw new NodeError(this.venue.chain, `the node has mined batch ${id} and doesn't show it; run it again to see`);
    return this.done(record, receipt);
  }

  private done(
    { id, number, root, postings, unencrypted }: BatchRecord,
    receipt: TransactionReceipt | undefined,
  ): PostedBatch {
    return { number, root, postings, receipt, unencrypted, recordPath: this.records.path(id) };
  }

  /** What the contract would refuse, in words that name the posting. */
  private async refuse(postings: BatchFile["postings"]): Promise<void> {
    const [engine, nextAt, block] = await Promise.all([
      this.read<string>("engine"),
      this.read<bigint>("nextAt"),
      this.node.block(),
    ]);
    if (engine.toLowerCase() !== this.sender.address.toLowerCase())
      throw new InputError("key", `must be of the venue's engine ${engine}`, this.sender.address);
    if (nextAt > block.time) throw new WaitError("batch", Number(nextAt), "must wait for its window");
    for (const [i, { alias, released, unreceived }] of postings.entries()) {
      const path = `batch.postings[${i}]`;
      const [line, open] = await Promise.all([this.read<Line>("lineOf", alias), this.read<Open>("openOf", alias)]);
      const status = STATUSES[Number(line.status)];
      if (status !== "open")
        throw new InputError(`${path}.alias`, `must have an open line here; its is ${status}`, alias);
      if (released === 0n)
        throw new InputError(`${path}.released`, "must be at least one lot: the release total tells what was received");
      const gone = line.released + released;
      const needed = unreceived > open.unreceived ? gone + unreceived : gone;
      if (needed > line.booked) {
        throw new InputError(
          path,
          `must stay within the line of ${line.booked} lots: ${line.released} are released, and with ${released} more and ${unreceived} unreceived it takes`,
          needed,
        );
      }
    }
  }

  /** The key that each alias named last, if it is one. */
  private noteKeys(): Map<bigint, Uint8Array> {
    const keys = new Map<bigint, Uint8Array>();
    for (const event of this.log.events) {
      if (event.event !== "NoteKeySet") continue;
      const key = getBytes(event.args["key"] as string);
      if (isNoteKey(key)) keys.set(event.indexed(0), key);
      else keys.delete(event.indexed(0));
    }
    return keys;
  }

  private get posted(): readonly BatchPosted[] {
    return this.log.events.filter(({ event }) => event === "BatchPosted");
  }

  /** Roots are random: no two batches have the same. */
  private isPosted({ root }: BatchRecord): boolean {
    return this.posted.some((event) => event.word(ROOT) === root);
  }

  private callOf({ number, root, postings, encryptedNotes }: BatchRecord): Call {
    return {
      name: "VenueOutbox",
      address: this.venue.contract,
      method: "post",
      args: [number, root, postings, encryptedNotes],
    };
  }

  private read<T>(method: string, ...args: readonly unknown[]): Promise<T> {
    return this.node.read<T>("VenueOutbox", this.venue.contract, method, ...args);
  }
}
