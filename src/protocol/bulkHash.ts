/**
 * The hashes of hash.ts, four times faster after a third of a second of loading: for whole tables. The tests hold the
 * two implementations (poseidon-lite, circomlibjs) against each other. In browsers, where circomlibjs does not load and
 * package.json therefore leaves it out, they are those of hash.ts: 2 ms a row.
 *
 * @module
 */
import { hash, hashList, hashPair } from "./hash.ts";
import { CHUNK, TAGS, type TagName } from "./constants.ts";

export interface BulkHasher {
  hash(tag: TagName, ...inputs: bigint[]): bigint;
  hashList(tag: TagName, items: readonly bigint[]): bigint;
  hashPair(left: bigint, right: bigint): bigint;
}

const PLAIN: BulkHasher = { hash, hashList, hashPair };

/** Hashes from which on loading pays. */
const BULK = 2_000;

/** What does so many hashes soonest. */
export async function hasherFor(count: number): Promise<BulkHasher> {
  return count < BULK ? PLAIN : bulkHasher();
}

let loading: Promise<BulkHasher> | undefined;

/** Loads the WebAssembly implementation once, where it loads. */
export function bulkHasher(): Promise<BulkHasher> {
  // Loaded when it is needed: it takes a third of a second, which commands that build no table need not wait for.
  loading ??= import("circomlibjs").then(({ buildPoseidon }) => buildPoseidon()).then((poseidon) => {
    const run = (inputs: bigint[]): bigint => poseidon.F.toObject(poseidon(inputs));
    return {
      hash: (tag, ...inputs) => run([TAGS[tag], ...inputs]),
      hashList: (tag, items) => {
        let state = TAGS[tag];
        for (let i = 0; i < items.length; i += CHUNK) state = run([state, ...items.slice(i, i + CHUNK)]);
        return state;
      },
      hashPair: (left, right) => run([left, right]),
    };
  });
  // Its dependencies want modules of Node.
  return loading.catch(() => PLAIN);
}
