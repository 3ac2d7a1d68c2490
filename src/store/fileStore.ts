/**
 * A store in a folder, each value a file of its key's name, readable by its owner alone.
 *
 * A transaction of several writes first puts all values beside their places, then writes down what goes where, and from
 * then on it counts: whoever comes next, after a crash too, finishes it before reading or writing anything.
 *
 * @module
 */
import { access, readFile, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import * as v from "valibot";
import { fileError, systemCode } from "../base/fileError.ts";
import { withLockFile } from "../base/lock.ts";
import { PathTaken, draftOf, missing, readJson, syncFolder, writeAtomic, writeDraft } from "../base/files.ts";
import { appendSegments, readSegments, SEGMENT_BYTES } from "./segments.ts";
import {
  bytesOf,
  checkExpected,
  checkKey,
  checkWrites,
  isReserved,
  StoreConflict,
  type Entry,
  type Store,
  type Value,
  type WaitOptions,
  type Write,
} from "./store.ts";
import { NamedTurns } from "./namedTurns.ts";

const PENDING = v.strictObject({
  /** Drafts and the keys that they become, each beside its draft. */
  moves: v.array(v.strictTuple([v.string(), v.string()])),
  removals: v.array(v.string()),
});
type Pending = v.InferOutput<typeof PENDING>;

/** A path that somebody named, as a key in its folder: for a keystore outside the home. */
export const fileAt = (path: string): { readonly store: FileStore; readonly key: string } => ({
  store: new FileStore(dirname(path)),
  key: basename(path),
});

/**
 * Keeps everything in one folder; several processes may share it.
 *
 * @example
 * ```ts
 * import { FileStore } from "plimsoll/services";
 *
 * const store = new FileStore("home");
 * await store.put("notes/today.txt", "afloat"); // the file home/notes/today.txt
 * console.log(await store.list("notes/"));
 * ```
 */
export class FileStore implements Store {
  private readonly turns = new NamedTurns();

  /**
   * @param folder made when something is written
   * @param segmentBytes after how many bytes a log goes on in another file
   */
  constructor(
    private readonly folder: string,
    private readonly segmentBytes: number = SEGMENT_BYTES,
  ) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    const path = this.path(key);
    await this.finished();
    return readFile(path)
      .catch(missing)
      .catch((error: unknown) => {
        // A file where a folder would have to be: so there is no such key.
        if (systemCode(error) === "ENOTDIR") return undefined;
        throw fileError(path, error);
      });
  }

  put(key: string, value: Value): Promise<void> {
    return this.transaction([{ key, value }]);
  }

  delete(key: string): Promise<void> {
    return this.transaction([{ key, value: undefined }]);
  }

  async list(prefix: string): Promise<string[]> {
    await this.finished();
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    if (folder !== "") checkKey(folder.slice(0, -1));
    return (await this.below(folder)).filter((key) => key.startsWith(prefix)).sort();
  }

  async transaction(writes: readonly Write[]): Promise<void> {
    checkWrites(writes);
    const kept = writes.map(({ value, ...write }) => ({
      ...write,
      value: value === undefined ? undefined : bytesOf(value),
    }));
    await this.locked(async () => {
      for (const write of kept) {
        if (write.expected !== undefined)
          checkExpected(this.where(write.key), write, await readFile(this.path(write.key)).catch(missing));
      }
      if (kept.length === 1) await this.writeOne(kept[0]!.key, kept[0]!.value, kept[0]!.expected === null);
      else if (kept.length > 1) await this.writeAll(kept);
    });
  }

  read(log: string, from = 0): AsyncIterable<Entry> {
    return readSegments(this.path(log), from);
  }

  append(log: string, at: number, records: readonly Value[]): Promise<number> {
    const path = this.path(log);
    const bytes = records.map(bytesOf);
    return this.turns.run(`log ${log}`, () =>
      withLockFile(`${path}.lock`, () => appendSegments(path, at, bytes, this.segmentBytes)),
    );
  }

  lock<T>(name: string, work: () => Promise<T>, options: WaitOptions = {}): Promise<T> {
    return withLockFile(`${this.path(name)}.lock`, work, options);
  }

  where(key: string): string {
    return this.path(key);
  }

  private path(key: string): string {
    checkKey(key);
    return join(this.folder, ...key.split("/"));
  }

  private get pendingPath(): string {
    return join(this.folder, ".transaction");
  }

  private locked<T>(work: () => Promise<T>): Promise<T> {
    return this.turns.run("values", () =>
      withLockFile(join(this.folder, ".store.lock"), async () => {
        await this.finish();
        return work();
      }),
    );
  }

  /** Nothing is read while a transaction that counts isn't in its place. */
  private async finished(): Promise<void> {
    if (
      await access(this.pendingPath).then(
        () => true,
        () => false,
      )
    )
      await this.locked(() => Promise.resolve());
  }

  /** Does what is left of a transaction that was interrupted, or has just begun to count. */
  private async finish(): Promise<void> {
    const json = await readJson(this.pendingPath).catch(missing);
    if (json === undefined) return;
    const { moves, removals } = v.parse(PENDING, json);
    try {
      for (const [draft, key] of moves)
        await rename(join(dirname(this.path(key)), draft), this.path(key)).catch(missing);
      for (const key of removals) await rm(this.path(key), { force: true });
      for (const folder of new Set([...moves.map(([, key]) => key), ...removals].map((key) => dirname(this.path(key)))))
        await syncFolder(folder);
      await rm(this.pendingPath);
    } catch (error) {
      throw fileError(this.pendingPath, error);
    }
  }

  private async writeOne(key: string, value: Uint8Array | undefined, isNew: boolean): Promise<void> {
    const path = this.path(key);
    if (value !== undefined) {
      return writeAtomic(path, value, { secret: true, exclusive: isNew }).catch((error: unknown) => {
        // Somebody made it who knows nothing of this store.
        throw error instanceof PathTaken ? new StoreConflict(path, error.rule) : error;
      });
    }
    await rm(path, { force: true }).catch((error: unknown) => {
      throw fileError(path, error);
    });
    await syncFolder(dirname(path));
  }

  private async writeAll(
    writes: readonly { readonly key: string; readonly value: Uint8Array | undefined }[],
  ): Promise<void> {
    const drafts: string[] = [];
    const moves: [string, string][] = [];
    try {
      for (const { key, value } of writes) {
        if (value === undefined) continue;
        const draft = draftOf(this.path(key));
        drafts.push(draft);
        moves.push([basename(draft), key]);
        await writeDraft(draft, value, true).catch((error: unknown) => {
          throw fileError(this.path(key), error);
        });
      }
      const pending: Pending = {
        moves,
        removals: writes.filter(({ value }) => value === undefined).map(({ key }) => key),
      };
      await writeAtomic(this.pendingPath, JSON.stringify(pending), { secret: true });
    } catch (error) {
      for (const draft of drafts) await rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
    await this.finish();
  }

  /** Keys below a folder, which is empty or ends with a slash. */
  private async below(folder: string): Promise<string[]> {
    const path = join(this.folder, folder);
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
      throw fileError(path, error);
    });
    const keys = await Promise.all(
      entries.map(async (entry) => {
        if (entry.isDirectory()) return this.below(`${folder}${entry.name}/`);
        return isReserved(entry.name) ? [] : [`${folder}${entry.name}`];
      }),
    );
    return keys.flat();
  }
}
