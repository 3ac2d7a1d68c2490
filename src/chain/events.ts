/**
 * Events of a few contracts of one chain, from its first block to its head: fetched once, kept in a store, rolled back
 * when the chain reorganises.
 *
 * @module
 */
import { NodeError } from "../base/errors.ts";
import { Turns } from "../base/turns.ts";
import type { Store } from "../store/store.ts";
import { ChainEvent, type EventSource } from "./chainEvent.ts";
import { EventFile, type Checkpoint, type EventState, type RawLog } from "./eventFile.ts";
import type { Block, Node } from "./node.ts";

export type { ChainEvent, EventSource } from "./chainEvent.ts";

/** Told of the blocks that are fetched: up to which height, of which. */
export type EventProgress = (block: number, head: number) => void;

/** Blocks asked for at once: what most providers allow, less where one refuses. */
const CHUNK = 10_000;
/** The last blocks are a chunk of their own, so that the usual reorg costs no more than these. */
const TAIL = 64;
/** Blocks without an event that are not worth writing. */
const SAVE_AFTER = 1_000;
/** Events, and characters of their data, after which a long download is written down: a crash costs no more than these. */
const SAVE_EVENTS = 20_000;
const SAVE_LENGTH = 16 * 2 ** 20;
/** How often a chain may reorganise while it is read. */
const ATTEMPTS = 8;

export class EventLog {
  private list: ChainEvent[] = [];
  private logs: RawLog[] = [];
  private checkpoints: Checkpoint[] = [];
  private takenBack = 0;
  /** Characters of the data of events that the file lacks. */
  private unsavedLength = 0;
  private readonly turns = new Turns();

  private constructor(
    readonly node: Node,
    private readonly sources: readonly EventSource[],
    private readonly file: EventFile | undefined,
    private readonly onProgress: EventProgress | undefined,
  ) {}

  /**
   * Takes up what a store has of these sources; {@link sync} checks it against the chain.
   *
   * @param store where to keep what was fetched, under `cache/`; nowhere by default
   */
  static async open(
    node: Node,
    sources: readonly EventSource[],
    store?: Store,
    onProgress?: EventProgress,
  ): Promise<EventLog> {
    const { chainId, startBlock } = node.chain;
    const key = JSON.stringify([
      chainId,
      startBlock,
      sources.map(({ name, address }) => [name, address.toLowerCase()]),
    ]);
    const { file, state } = store === undefined ? {} : await EventFile.open(store, chainId, key);
    const log = new EventLog(node, sources, file, onProgress);
    if (state !== undefined) log.restore(state);
    return log;
  }

  /** Ascending by block and index, up to the block that {@link sync} returned last. */
  get events(): readonly ChainEvent[] {
    return this.list;
  }

  /** How often events were taken back: whoever keeps a sum over them starts anew when it grows. */
  get rollbacks(): number {
    return this.takenBack;
  }

  /**
   * Brings the events up to the chain's head and returns it. When it throws, the events are of an earlier block.
   *
   * @throws NodeError when the node doesn't answer, answers what can't be, or the chain reorganises again and again
   */
  sync(): Promise<Block> {
    return this.turns.run(() => this.syncNow());
  }

  /** Forgets everything, what the store has too: for events that turn out not to be the contracts'. */
  async forget(): Promise<void> {
    await this.turns.idle();
    [this.list, this.logs, this.checkpoints] = [[], [], []];
    this.unsavedLength = 0;
    this.takenBack++;
    await this.file?.remove();
  }

  private async syncNow(): Promise<Block> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const head = await this.node.block();
      if (this.checkpoints.at(-1)?.[1] === head.hash) return head;
      await this.rollBack(head.number);
      if (await this.fetchTo(head)) {
        if (this.unsaved > 0 || head.number - (this.file?.block ?? head.number) >= SAVE_AFTER) await this.save();
        return head;
      }
    }
    throw new NodeError(this.node.chain.name, `the chain was reorganised ${ATTEMPTS} times while it was read`);
  }

  /** Drops what came after the last block that is still the chain's. */
  private async rollBack(head: number): Promise<void> {
    let common = this.checkpoints.length;
    while (common > 0 && !(await this.isCanonical(this.checkpoints[common - 1]!, head))) common--;
    if (common === this.checkpoints.length) return;
    this.checkpoints = this.checkpoints.slice(0, common);
    const height = this.checkpoints.at(-1)?.[0] ?? -1;
    this.file?.cut(height);
    const kept = this.logs.findIndex(([block]) => block > height);
    if (kept < 0) return;
    this.logs = this.logs.slice(0, kept);
    this.list = this.list.slice(0, kept);
    this.takenBack++;
  }

  /** False when the chain was reorganised meanwhile; what was fetched until then stays. */
  private async fetchTo(head: Block): Promise<boolean> {
    let size = CHUNK;
    for (let from = this.nextBlock; from <= head.number; from = this.nextBlock) {
      const tail = head.number - TAIL;
      const to = Math.min(from + size - 1, from <= tail ? tail : head.number);
      const end = to === head.number ? head : await this.node.block(to);
      const logs = await this.fetch(from, to);
      if (logs === undefined) {
        size = Math.max(1, size >> 1);
        continue;
      }
      // Both ends still there: so what lies between them belongs to one chain.
      const before = this.checkpoints.at(-1);
      if (before !== undefined && !(await this.isCanonical(before, head.number))) return false;
      if (!(await this.isCanonical([end.number, end.hash], head.number))) return false;
      this.append(logs, end);
      this.onProgress?.(to, head.number);
      const blocks = to - (this.file?.block ?? to);
      if (this.unsaved >= SAVE_EVENTS || this.unsavedLength >= SAVE_LENGTH || blocks >= 10 * CHUNK) await this.save();
      // Slowly: what one provider refuses depends on how many events there are.
      size = Math.min(CHUNK, size + (size >> 2) + 1);
    }
    return true;
  }

  /** Events that the file lacks; none where there is no file. */
  private get unsaved(): number {
    return this.file === undefined ? 0 : this.logs.length - this.file.length;
  }

  private get nextBlock(): number {
    const known = this.checkpoints.at(-1);
    return known === undefined ? this.node.chain.startBlock : known[0] + 1;
  }

  /** Undefined when the node refuses so many blocks, or so many events, at once. */
  private async fetch(from: number, to: number): Promise<RawLog[] | undefined> {
    const filter = {
      address: this.sources.map(({ address }) => address),
      fromBlock: quantity(from),
      toBlock: quantity(to),
    };
    let logs: unknown;
    try {
      logs = await this.node.rpc<unknown>("eth_getLogs", [filter]);
    } catch (error) {
      if (from === to) throw error;
      // A node that answers other questions dislikes this one; one that answers nothing is down.
      await this.node.block();
      return undefined;
    }
    if (!Array.isArray(logs)) throw new NodeError(this.node.chain.name, "the node must answer eth_getLogs with a list");
    return logs.map((log) => this.rawLog(log, from, to)).sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  }

  private rawLog(log: unknown, from: number, to: number): RawLog {
    const { address, blockNumber, logIndex, transactionHash, topics, data } = (log ?? {}) as Record<string, unknown>;
    const block = Number(blockNumber);
    const index = Number(logIndex);
    const source = this.sources.findIndex((known) => known.address.toLowerCase() === String(address).toLowerCase());
    const sound =
      Number.isSafeInteger(block) &&
      block >= from &&
      block <= to &&
      Number.isSafeInteger(index) &&
      source >= 0 &&
      isHash(transactionHash) &&
      Array.isArray(topics) &&
      topics.every(isHash) &&
      isHex(data);
    if (!sound)
      throw new NodeError(
        this.node.chain.name,
        `the node answers eth_getLogs with what wasn't asked for, in blocks ${from} to ${to}`,
      );
    return [
      block,
      index,
      transactionHash,
      source,
      topics.map((topic: string) => topic.toLowerCase()),
      data.toLowerCase(),
    ];
  }

  private append(logs: readonly RawLog[], { number, hash }: Block): void {
    for (const raw of logs) {
      this.logs.push(raw);
      this.list.push(this.eventOf(raw));
    }
    this.unsavedLength += logs.reduce((sum, [, , , , , data]) => sum + data.length, 0);
    this.checkpoints = thinned([...this.checkpoints, [number, hash]]);
  }

  private eventOf(raw: RawLog): ChainEvent {
    const source = this.sources[raw[3]]!;
    return new ChainEvent(source, this.node.chain.name, raw);
  }

  private restore({ checkpoints, logs }: EventState): void {
    // Named by its sources, it has none of others unless somebody made it up.
    if (checkpoints.length === 0 || logs.some(([, , , source]) => source >= this.sources.length))
      return this.file?.cut(-1);
    this.checkpoints = thinned(checkpoints);
    this.logs = [...logs];
    this.list = logs.map((raw) => this.eventOf(raw));
  }

  private async save(): Promise<void> {
    await this.file?.save({ checkpoints: this.checkpoints, logs: this.logs });
    this.unsavedLength = 0;
  }

  private async isCanonical([number, hash]: Checkpoint, head: number): Promise<boolean> {
    if (number > head) return false;
    const block = await this.node.rpc<{ hash: string } | null>("eth_getBlockByNumber", [quantity(number), false]);
    return block?.hash === hash;
  }
}

/** Each at least twice as far from the newest as the one after it: a few, however often one is added. */
function thinned(checkpoints: readonly Checkpoint[]): Checkpoint[] {
  const [newest] = checkpoints.at(-1)!;
  const kept: Checkpoint[] = [];
  for (const checkpoint of [...checkpoints].reverse()) {
    const last = kept.at(-1);
    if (last === undefined || newest - checkpoint[0] >= 2 * (newest - last[0])) kept.push(checkpoint);
  }
  return kept.reverse();
}

const quantity = (value: number): string => `0x${value.toString(16)}`;
/** In two steps: pairs in one pattern take seconds for a batch's megabytes. */
const isHex = (value: unknown): value is string =>
  typeof value === "string" && value.length % 2 === 0 && /^0x[0-9a-f]*$/i.test(value);
const isHash = (value: unknown): value is string => typeof value === "string" && /^0x[0-9a-f]{64}$/i.test(value);
