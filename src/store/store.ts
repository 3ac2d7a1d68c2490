/**
 * Where things are kept, whatever keeps them: files, memory, a browser's database, later an SQL one. Wallet, journal, event
 * cache, signers' records and venues see nothing but this.
 *
 *   values   bytes under a key, such as `batches/venue-a/7.json`; what is in them is their writer's business
 *   logs     records of bytes under a key of their own, numbered from 0; added at the end, dropped from the end
 *   locks    names that one holder at a time has, also among processes or tabs
 *
 * Every promise here holds for all adapters; test/store/conformance.ts is what they are held to.
 *
 *   atomic   a transaction's writes are there all or not at all, to readers and through a crash; so is each value, and
 *            each record of a log. Of the records that one call drops and adds, a crash may leave those to drop, or some to
 *            add undone; what is left is always the beginning of what was there before or is to be.
 *   lasting  what a promise that was kept has written survives the end of the process and, in files, a power cut
 *   ordered  writes take effect in the order in which they were asked for; a reader sees all that were confirmed to anybody
 *            before it began
 *
 * @module
 */
import { InputError, PlimsollError } from "../base/errors.ts";

/** Text is kept as UTF-8. */
export type Value = Uint8Array | string;

export interface Write {
  readonly key: string;
  /** Undefined removes what is there. */
  readonly value: Value | undefined;
  /** What must be there now, null for nothing; whatever is there may go where it isn't given. */
  readonly expected?: Value | null;
}

/** A record of a log. */
export interface Entry {
  readonly offset: number;
  readonly value: Uint8Array;
}

/** As of a lock's {@link LockOptions}. */
export interface WaitOptions {
  /** Told once for each holder that is waited for, in words. */
  readonly onWaiting?: ((what: string) => void) | undefined;
}

export interface Store {
  /** Undefined where nothing is. */
  get(key: string): Promise<Uint8Array | undefined>;

  /** Puts a value in whatever place it has: a transaction of one write. */
  put(key: string, value: Value): Promise<void>;

  /** Nothing happens where nothing is. */
  delete(key: string): Promise<void>;

  /** Keys of values that begin with `prefix`, in the order of their characters' codes. Logs aren't among them. */
  list(prefix: string): Promise<string[]>;

  /**
   * Makes all of the writes, or none. Each key may be named once.
   *
   * @throws StoreConflict when something else is there than was expected; nothing is written then
   */
  transaction(writes: readonly Write[]): Promise<void>;

  /**
   * Records of a log from an offset on; none of a log that isn't there. It is read as it is walked through, and never held
   * as a whole. It ends before the first record from there on that was damaged: neither that one nor what follows it is
   * shown, and the next {@link append} may take its place.
   */
  read(log: string, from?: number): AsyncIterable<Entry>;

  /**
   * Makes the log its first `at` records and then `records`: what followed is dropped first, so nothing added at 0 removes it.
   *
   * @returns the log's length
   * @throws StoreConflict when it has fewer than `at` records
   */
  append(log: string, at: number, records: readonly Value[]): Promise<number>;

  /** Runs `work` while holding a name, as long as it takes others to let go of it. Names don't collide with keys. */
  lock<T>(name: string, work: () => Promise<T>, options?: WaitOptions): Promise<T>;

  /** Where a key's value is, in words for errors and people: a path of a file. */
  where(key: string): string;
}

/** Something else was there than a write expected. Reading again and trying again may help. */
export class StoreConflict extends PlimsollError {
  override readonly name = "StoreConflict";
  constructor(
    /** As {@link Store.where} says. */
    readonly path: string,
    readonly rule: string,
  ) {
    super(`${path}: ${rule}`);
  }
}

/** Names that adapters use beside keys. */
const RESERVED = /\.(lock|segment)$|\.[0-9a-f]{12}\.tmp$|^\.transaction$/;

/** Whether a name of a file is a draft, a lock or another part of a store's workings. */
export const isReserved = (name: string): boolean => RESERVED.test(name);

/**
 * Checks a key, a log's or a lock's name: parts between `/`, none of them empty, `.` or `..`, of printable characters without
 * `\`, together at most 512. No key may be another's folder: `a` excludes `a/b`. Throws an InputError otherwise.
 */
export function checkKey(key: string): void {
  const parts = key.split("/");
  const sound =
    key.length <= 512 &&
    parts.every(
      (part) => part !== "" && part !== "." && part !== ".." && !/[\p{Cc}\\]/u.test(part) && !isReserved(part),
    );
  if (!sound)
    throw new InputError(
      "key",
      "must be names between slashes, none of them empty, . or .., nor one that the store uses",
      key,
    );
}

/** Refuses a transaction that names a key twice, and keys that aren't any. */
export function checkWrites(writes: readonly Write[]): void {
  for (const { key } of writes) checkKey(key);
  if (new Set(writes.map(({ key }) => key)).size !== writes.length)
    throw new InputError("writes", "must name each key once");
}

const encoder = new TextEncoder();

/** A value's bytes, never those of the caller's own array. */
export const bytesOf = (value: Value): Uint8Array =>
  typeof value === "string" ? encoder.encode(value) : Uint8Array.from(value);

/** Throws a StoreConflict unless what is there is what a write expects. */
export function checkExpected(path: string, { expected }: Write, there: Uint8Array | undefined): void {
  if (expected === undefined) return;
  if (expected === null) {
    if (there !== undefined) throw new StoreConflict(path, "must not exist yet");
  } else if (there === undefined || !sameBytes(bytesOf(expected), there)) {
    throw new StoreConflict(path, there === undefined ? "must be there" : "must be as it was left");
  }
}

/** Throws a StoreConflict unless a log has `at` records. */
export function checkLength(path: string, at: number, length: number): void {
  if (!Number.isSafeInteger(at) || at < 0) throw new InputError("at", "must be a whole number", at);
  if (at > length) throw new StoreConflict(path, `must have ${at} records, and has ${length}`);
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
