/**
 * The hashes of hash.ts in the WebAssembly kernel, for whole tables: a twentieth of the time, after some tens of
 * milliseconds for each number of inputs. The tests hold the two implementations against each other. Where the kernel
 * does not load, as in a page whose policy allows no WebAssembly, they are those of hash.ts.
 *
 * @module
 */
import { hash, hashList, hashPair } from "./hash.ts";
import { kernelCode } from "../kernel/kernelCode.ts";
import { Kernel } from "../kernel/kernel.ts";
import { KernelPoseidon } from "../kernel/poseidon.ts";
import { CHUNK, TAGS, type TagName } from "./constants.ts";

export interface BulkHasher {
  hash(tag: TagName, ...inputs: bigint[]): bigint;
  hashList(tag: TagName, items: readonly bigint[]): bigint;
  hashPair(left: bigint, right: bigint): bigint;
}

const PLAIN: BulkHasher = { hash, hashList, hashPair };

/** Hashes from which on loading pays. */
const BULK = 1_000;

/** What does so many hashes soonest. */
export async function hasherFor(count: number): Promise<BulkHasher> {
  return count < BULK ? PLAIN : bulkHasher();
}

let loading: Promise<BulkHasher> | undefined;

/** The kernel's hashes, loaded once, where it loads. */
export function bulkHasher(): Promise<BulkHasher> {
  loading ??= load().catch(() => PLAIN);
  return loading;
}

async function load(): Promise<BulkHasher> {
  const poseidon = new KernelPoseidon(await Kernel.create(await kernelCode()));
  return {
    hash: (tag, ...inputs) => poseidon.hash([TAGS[tag], ...inputs]),
    hashList: (tag, items) => {
      let state = TAGS[tag];
      for (let i = 0; i < items.length; i += CHUNK) state = poseidon.hash([state, ...items.slice(i, i + CHUNK)]);
      return state;
    },
    hashPair: (left, right) => poseidon.hash([left, right]),
  };
}
