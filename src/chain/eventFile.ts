/**
 * A chain's events as they are kept in a store. All of it is public, but which contracts are watched tells whose it is.
 * What it says is only a saved download: what is damaged, or of other contracts, is as good as none.
 *
 * It is a log, so that it may be of any size: a head, and then parts of what was added at one time. The last part of each
 * time ends with a checkpoint, the first says which one it begins after. Two processes may write the same log: what one
 * cut off from the other doesn't fit together, and is read up to there.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { jsonOf, textOf } from "../base/text.ts";
import { InputError } from "../base/errors.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";
import { StoreConflict, type Store } from "../store/store.ts";

const EVENTS_FORMAT = "plimsoll-events";
/** Characters of events in one record, more or less, and in one call of the store. */
const PART_LENGTH = 4 * 2 ** 20;
const CALL_LENGTH = 32 * 2 ** 20;
/** A last record below this is written again with what comes next, so that a quiet chain doesn't end as a million records. */
const SMALL = 64 * 2 ** 10;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
/** In two steps: pairs in one pattern take seconds for a batch's megabytes. */
const hex = v.pipe(
  v.string(),
  v.regex(/^0x[0-9a-f]*$/),
  v.check((digits) => digits.length % 2 === 0),
);
const hash = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/));
const LOG = v.strictTuple([count, count, hash, count, v.array(hash), hex]);
const CHECKPOINT = v.strictTuple([count, hash]);
const HEAD = exactly("an events log", { format: v.literal(EVENTS_FORMAT), version: v.literal(PROTOCOL_VERSION) });
const PART = v.strictObject({
  /** The checkpoint before, the same in all parts that were added together. */
  after: v.nullable(CHECKPOINT),
  /** From 0 for each time that something was added. */
  part: count,
  /** Empty in all but the last part. */
  checkpoints: v.array(CHECKPOINT),
  logs: v.array(LOG),
});
type Part = v.InferOutput<typeof PART>;

/** Block, index in the block, transaction, number of its source, topics, data. */
export type RawLog = readonly [
  block: number,
  index: number,
  transaction: string,
  source: number,
  topics: readonly string[],
  data: string,
];
/** A block up to which all events are known. */
export type Checkpoint = readonly [block: number, hash: string];
export interface EventState {
  /** Ascending; empty when nothing is known. */
  readonly checkpoints: readonly Checkpoint[];
  /** Ascending by block and index. */
  readonly logs: readonly RawLog[];
}

/** Records up to here are what was added up to one time. */
interface Saved {
  readonly records: number;
  /** Events in them. */
  readonly logs: number;
  readonly end: Checkpoint;
  /** Characters of what was added that time, if it is one record. */
  readonly length: number;
}

export class EventFile {
  private saved: Saved[] = [];
  /** Hash of the last record that is ours. */
  private last: string | undefined;

  private constructor(
    private readonly store: Store,
    private readonly log: string,
  ) {}

  /**
   * What is known already, and the file to add to.
   *
   * @param key of the sources: one log for each chain and list of them, so that a wallet of another network never reads it
   */
  static async open(
    store: Store,
    chainId: number,
    key: string,
  ): Promise<{ readonly file: EventFile; readonly state: EventState }> {
    const file = new EventFile(store, `cache/events-${chainId}-${digest(key).slice(0, 16)}`);
    return { file, state: await file.read() };
  }

  /** Block that all of it goes to; -1 when there is nothing. */
  get block(): number {
    return this.saved.at(-1)?.end[0] ?? -1;
  }

  /** Events in it. */
  get length(): number {
    return this.saved.at(-1)?.logs ?? 0;
  }

  /** Goes on before what was added later than a block: it is written over, by and by. */
  cut(block: number): void {
    this.saved = this.saved.filter(({ end }) => end[0] <= block);
    this.last = undefined;
  }

  /** Adds what isn't there yet of the whole state, whose last checkpoint is where it ends. */
  async save(state: EventState): Promise<void> {
    try {
      if (!(await this.isOurs())) throw new StoreConflict(this.store.where(this.log), "must be as it was left");
      await this.add(state);
    } catch (error) {
      if (!(error instanceof StoreConflict)) throw error;
      // Another process wrote it meanwhile.
      [this.saved, this.last] = [[], undefined];
      await this.add(state);
    }
  }

  async remove(): Promise<void> {
    [this.saved, this.last] = [[], undefined];
    await this.store.append(this.log, 0, []);
  }

  private async add({ checkpoints, logs }: EventState): Promise<void> {
    const end = checkpoints.at(-1);
    if (end === undefined || end[0] <= this.block) return;
    const lastTime = this.saved.at(-1);
    if (lastTime !== undefined && lastTime.length < SMALL && this.saved.length > 1) this.saved.pop();
    const before = this.saved.at(-1);
    const after = before?.end ?? null;
    const added = checkpoints.filter(([block]) => block > this.block);

    let at = before?.records ?? 0;
    let call: string[] = at === 0 ? [JSON.stringify({ format: EVENTS_FORMAT, version: PROTOCOL_VERSION })] : [];
    let [called, length, part] = [0, 0, 0];
    let texts: string[] = [];
    const write = async (): Promise<void> => {
      at = await this.store.append(this.log, at, call);
      this.last = digest(call.at(-1)!);
      [call, called] = [[], 0];
    };
    const close = (ends: readonly Checkpoint[]): void => {
      // Each event is turned into text once.
      call.push(
        `{"after":${JSON.stringify(after)},"part":${part++},"checkpoints":${JSON.stringify(ends)},"logs":[${texts.join(",")}]}`,
      );
      [called, texts, length] = [called + length, [], 0];
    };
    for (let i = before?.logs ?? 0; i < logs.length; i++) {
      const text = JSON.stringify(logs[i]);
      texts.push(text);
      length += text.length;
      if (length < PART_LENGTH || i === logs.length - 1) continue;
      close([]);
      if (called >= CALL_LENGTH) await write();
    }
    const only = part === 0 ? length : SMALL;
    close(added);
    await write();
    this.saved.push({ records: at, logs: logs.length, end, length: only });
  }

  /** Up to the first record that is damaged or doesn't follow from those before it. */
  private async read(): Promise<EventState> {
    const checkpoints: Checkpoint[] = [];
    const logs: RawLog[] = [];
    let pending: Part[] = [];
    let last: string | undefined;
    try {
      for await (const { offset, value } of this.store.read(this.log)) {
        const text = textOf(value, this.log);
        if (offset === 0) {
          validated(HEAD, jsonOf(text, this.log), "events");
          continue;
        }
        const part = validated(PART, jsonOf(text, this.log), "events");
        if (part.part === 0) pending = [];
        if (part.part !== pending.length || !same(part.after, this.saved.at(-1)?.end ?? null)) break;
        pending.push(part);
        const end = part.checkpoints.at(-1);
        if (end === undefined) continue;
        for (const { logs: more } of pending) for (const log of more) logs.push(log);
        checkpoints.push(...part.checkpoints);
        this.saved.push({
          records: offset + 1,
          logs: logs.length,
          end,
          length: pending.length === 1 ? text.length : SMALL,
        });
        [last, pending] = [text, []];
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    this.last = last === undefined ? undefined : digest(last);
    return { checkpoints, logs };
  }

  /** Whether the last record that we read or wrote is still there. */
  private async isOurs(): Promise<boolean> {
    const last = this.saved.at(-1);
    if (last === undefined || this.last === undefined) return true;
    for await (const { value } of this.store.read(this.log, last.records - 1)) return digest(value) === this.last;
    return false;
  }
}

const same = (a: Checkpoint | null, b: Checkpoint | null): boolean => a?.[0] === b?.[0] && a?.[1] === b?.[1];
const digest = (text: string | Uint8Array): string =>
  bytesToHex(sha256(typeof text === "string" ? utf8ToBytes(text) : text));
