/**
 * A chain's events as they are kept in a folder. All of it is public, but which contracts are watched tells whose file it
 * is: it is readable by its owner alone. What a file says is only a saved download: one that is damaged, or of other
 * contracts, is as good as none.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as v from "valibot";
import { InputError } from "../base/errors.ts";
import { readJson, writeAtomic } from "../base/files.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";

const EVENTS_FORMAT = "plimsoll-events";
const EVENTS_LENGTH = 400 * 1024 * 1024;

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const hex = v.pipe(v.string(), v.regex(/^0x([0-9a-f]{2})*$/));
const hash = v.pipe(v.string(), v.regex(/^0x[0-9a-f]{64}$/));
const LOG = v.strictTuple([count, count, hash, count, v.array(hash), hex]);
const EVENTS = exactly("an events file", {
  format: v.literal(EVENTS_FORMAT),
  version: v.literal(PROTOCOL_VERSION),
  /** Of everything below. */
  sha256: v.string(),
  state: v.strictObject({ checkpoints: v.array(v.strictTuple([count, hash])), logs: v.array(LOG) }),
});

/** Block, index in the block, transaction, number of its source, topics, data. */
export type RawLog = readonly [block: number, index: number, transaction: string, source: number, topics: readonly string[], data: string];
/** A block up to which all events are known. */
export type Checkpoint = readonly [block: number, hash: string];
export interface EventState {
  /** Ascending; empty when nothing is known. */
  readonly checkpoints: readonly Checkpoint[];
  /** Ascending by block and index. */
  readonly logs: readonly RawLog[];
}

const EMPTY: EventState = { checkpoints: [], logs: [] };

/** One file for each chain and list of sources, so that a wallet of another network never reads it. */
export function eventPath(folder: string, chainId: number, key: string): string {
  return join(folder, `events-${chainId}-${sha256(key).slice(0, 16)}.json`);
}

/** What is known already; nothing when there is no file or it isn't whole. */
export async function readEvents(path: string): Promise<EventState> {
  try {
    const { sha256: expected, state } = validated(EVENTS, await readJson(path, EVENTS_LENGTH), "events");
    return sha256(JSON.stringify(state)) === expected ? state : EMPTY;
  } catch (error) {
    if (error instanceof InputError) return EMPTY;
    throw error;
  }
}

export async function writeEvents(path: string, { checkpoints, logs }: EventState): Promise<void> {
  const state = JSON.stringify({ checkpoints, logs });
  // The state is spliced in as it was hashed: to write it once more would double the time.
  const head = JSON.stringify({ format: EVENTS_FORMAT, version: PROTOCOL_VERSION, sha256: sha256(state) });
  await writeAtomic(path, `${head.slice(0, -1)},"state":${state}}\n`, { secret: true });
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
