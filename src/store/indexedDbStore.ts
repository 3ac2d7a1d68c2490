/**
 * A store in a page's IndexedDB. Its transactions and order are the database's own; locks are the browser's, which hold
 * among all tabs and workers of an origin and end with them.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
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

/** Values by key; records of logs by the log's key and their number. */
const VALUES = "values";
const RECORDS = "records";
/** Records fetched at once. */
const BATCH = 64;
/** Locks of this process by database and name, where there is no lock manager: then one page is all there is. */
const turns = new NamedTurns();

/**
 * Keeps everything in one database of the page's origin.
 *
 * @example
 * ```ts
 * import { IndexedDbStore } from "plimsoll/wallet";
 *
 * const store = await IndexedDbStore.open("plimsoll");
 * console.log(await store.list("cache/"));
 * store.close();
 * ```
 */
export class IndexedDbStore implements Store {
  private constructor(private readonly database: IDBDatabase) {}

  /**
   * Opens a database, or makes it.
   *
   * @throws InputError where the browser has none or allows none, as in private windows
   */
  static async open(name: string): Promise<IndexedDbStore> {
    if (typeof indexedDB === "undefined") throw new InputError(name, "can't be opened: there is no IndexedDB here");
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore(VALUES);
      opening.result.createObjectStore(RECORDS);
    };
    const database = await answer(opening).catch((cause: unknown) => {
      throw new InputError(name, "can't be opened: the browser refuses it", undefined, { cause });
    });
    // Whoever deletes the database isn't held up.
    database.onversionchange = () => database.close();
    return new IndexedDbStore(database);
  }

  /** Ends what it holds open. Calls after it fail. */
  close(): void {
    this.database.close();
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    checkKey(key);
    return answer(this.part(VALUES).get(key) as IDBRequest<Uint8Array | undefined>);
  }

  put(key: string, value: Value): Promise<void> {
    return this.transaction([{ key, value }]);
  }

  delete(key: string): Promise<void> {
    return this.transaction([{ key, value: undefined }]);
  }

  async list(prefix: string): Promise<string[]> {
    const keys = await answer(this.part(VALUES).getAllKeys(IDBKeyRange.lowerBound(prefix)) as IDBRequest<string[]>);
    return keys.filter((key) => key.startsWith(prefix));
  }

  async transaction(writes: readonly Write[]): Promise<void> {
    checkWrites(writes);
    // Before the first request: a transaction ends as soon as it waits for anything else.
    const kept = writes.map(({ value, ...write }) => ({
      ...write,
      value: value === undefined ? undefined : bytesOf(value),
    }));
    await this.changed(VALUES, async (values) => {
      for (const write of kept) {
        if (write.expected !== undefined)
          checkExpected(
            this.where(write.key),
            write,
            await answer(values.get(write.key) as IDBRequest<Uint8Array | undefined>),
          );
      }
      for (const { key, value } of kept) {
        if (value === undefined) values.delete(key);
        else values.put(value, key);
      }
    });
  }

  async *read(log: string, from = 0): AsyncIterable<Entry> {
    checkKey(log);
    for (let offset = from; ;) {
      const range = IDBKeyRange.bound([log, offset], [log, offset + BATCH], false, true);
      const records = await answer(this.part(RECORDS).getAll(range) as IDBRequest<Uint8Array[]>);
      for (const value of records) yield { offset: offset++, value };
      if (records.length < BATCH) return;
    }
  }

  async append(log: string, at: number, records: readonly Value[]): Promise<number> {
    checkKey(log);
    const bytes = records.map(bytesOf);
    await this.changed(RECORDS, async (store) => {
      const last = await answer(store.openKeyCursor(IDBKeyRange.bound([log], [log, []]), "prev"));
      checkLength(this.where(log), at, last === null ? 0 : (last.key as [string, number])[1] + 1);
      store.delete(IDBKeyRange.bound([log, at], [log, []]));
      bytes.forEach((value, i) => store.put(value, [log, at + i]));
    });
    return at + bytes.length;
  }

  async lock<T>(name: string, work: () => Promise<T>, { onWaiting }: WaitOptions = {}): Promise<T> {
    checkKey(name);
    const full = `${this.database.name}/${name}`;
    if (typeof navigator === "undefined" || navigator.locks === undefined) {
      if (turns.isTaken(full)) onWaiting?.(`${full}, which this page holds`);
      return turns.run(full, work);
    }
    if (onWaiting !== undefined) {
      const free = await navigator.locks.request(full, { ifAvailable: true }, async (lock) =>
        lock === null ? undefined : { result: await work() },
      );
      if (free !== undefined) return free.result;
      onWaiting(`${full}, which another tab or another part of this page holds`);
    }
    return navigator.locks.request(full, work) as Promise<T>;
  }

  where(key: string): string {
    return `${this.database.name}/${key}`;
  }

  private part(name: string): IDBObjectStore {
    return this.database.transaction(name).objectStore(name);
  }

  /** One transaction of the database: done when it is on the disk, undone when the work fails. */
  private async changed(name: string, work: (store: IDBObjectStore) => Promise<void>): Promise<void> {
    const transaction = this.database.transaction(name, "readwrite", { durability: "strict" });
    const done = new Promise<void>((resolve, reject) => {
      transaction.oncomplete = () => resolve();
      transaction.onabort = () =>
        reject(transaction.error === null ? new Error("aborted") : refused(this.database.name, transaction.error));
    });
    try {
      await work(transaction.objectStore(name));
    } catch (error) {
      transaction.abort();
      await done.catch(() => undefined);
      throw error;
    }
    await done;
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("failed"));
  });
}

const refused = (name: string, cause: DOMException): InputError =>
  new InputError(
    name,
    cause.name === "QuotaExceededError"
      ? "can't be written: the browser's space for this page is full"
      : `is refused by the browser (${cause.name})`,
    undefined,
    { cause },
  );
