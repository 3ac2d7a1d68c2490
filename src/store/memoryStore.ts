/**
 * A store that ends with its process: for tests, and for whoever wants nothing kept.
 *
 * @module
 */
import {
  bytesOf,
  checkExpected,
  checkKey,
  checkLength,
  checkWrites,
  type Entry,
  type Store,
  type Value,
  type WaitOptions,
  type Write,
} from "./store.ts";
import { NamedTurns } from "./namedTurns.ts";

/**
 * Keeps everything in memory, and nothing longer.
 *
 * @example
 * ```ts
 * import { MemoryStore } from "plimsoll/wallet";
 *
 * const store = new MemoryStore();
 * await store.put("greeting.txt", "afloat");
 * console.log(new TextDecoder().decode(await store.get("greeting.txt")));
 * ```
 */
export class MemoryStore implements Store {
  private readonly values = new Map<string, Uint8Array>();
  private readonly logs = new Map<string, readonly Uint8Array[]>();
  private readonly turns = new NamedTurns();

  get(key: string): Promise<Uint8Array | undefined> {
    return settled(() => {
      checkKey(key);
      const value = this.values.get(key);
      return value === undefined ? undefined : bytesOf(value);
    });
  }

  put(key: string, value: Value): Promise<void> {
    return this.transaction([{ key, value }]);
  }

  delete(key: string): Promise<void> {
    return this.transaction([{ key, value: undefined }]);
  }

  list(prefix: string): Promise<string[]> {
    return settled(() => [...this.values.keys()].filter((key) => key.startsWith(prefix)).sort());
  }

  transaction(writes: readonly Write[]): Promise<void> {
    return settled(() => {
      checkWrites(writes);
      for (const write of writes) checkExpected(this.where(write.key), write, this.values.get(write.key));
      for (const { key, value } of writes) {
        if (value === undefined) this.values.delete(key);
        else this.values.set(key, bytesOf(value));
      }
    });
  }

  async *read(log: string, from = 0): AsyncIterable<Entry> {
    checkKey(log);
    // As it was when the reading began.
    const records = this.logs.get(log) ?? [];
    for (let offset = from; offset < records.length; offset++) yield { offset, value: bytesOf(records[offset]!) };
  }

  append(log: string, at: number, records: readonly Value[]): Promise<number> {
    return settled(() => {
      checkKey(log);
      const before = this.logs.get(log) ?? [];
      checkLength(this.where(log), at, before.length);
      const all = [...before.slice(0, at), ...records.map(bytesOf)];
      if (all.length === 0) this.logs.delete(log);
      else this.logs.set(log, all);
      return all.length;
    });
  }

  async lock<T>(name: string, work: () => Promise<T>, { onWaiting }: WaitOptions = {}): Promise<T> {
    checkKey(name);
    if (this.turns.isTaken(name)) onWaiting?.(`${name}, which this process holds`);
    return this.turns.run(name, work);
  }

  where(key: string): string {
    return key;
  }
}

/** What is done at once, as a promise; an error of it too. */
const settled = <T>(work: () => T): Promise<T> => new Promise((resolve) => resolve(work()));
