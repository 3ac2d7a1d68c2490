/** All stores are held to the same promises. */
import "fake-indexeddb/auto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, vi } from "vitest";
import { FileStore } from "../../src/store/fileStore.ts";
import { IndexedDbStore } from "../../src/store/indexedDbStore.ts";
import { MemoryStore } from "../../src/store/memoryStore.ts";
import type { Store } from "../../src/store/store.ts";
import { NamedTurns } from "../../src/store/namedTurns.ts";
import { conforms } from "./conformance.ts";

const folders = new Map<Store, string>();
afterAll(async () => {
  for (const folder of new Set(folders.values())) await rm(folder, { recursive: true });
});

/** @param segmentBytes so few that logs go on in another file again and again */
function files(name: string, segmentBytes?: number): void {
  const opened = (folder: string): Store => {
    const store = new FileStore(folder, segmentBytes);
    folders.set(store, folder);
    return store;
  };
  conforms({
    name,
    create: async () => opened(join(await mkdtemp(join(tmpdir(), "plimsoll-store-")), "home")),
    reopen: (store) => Promise.resolve(opened(folders.get(store)!)),
  });
}

files("files");
files("files in small segments", 50);
conforms({ name: "memory", create: () => Promise.resolve(new MemoryStore()) });

let made = 0;
const names = new Map<Store, string>();
const database = async (name: string): Promise<Store> => {
  const store = await IndexedDbStore.open(name);
  names.set(store, name);
  return store;
};

/** The locks of a browser, for one name at a time: granted in turn, or told at once that there is none. */
class BrowserLocks {
  private readonly turns = new NamedTurns();
  request<T>(
    name: string,
    options: { ifAvailable?: boolean } | ((lock: object | null) => Promise<T>),
    work?: (lock: object | null) => Promise<T>,
  ): Promise<T> {
    const granted = typeof options === "function" ? options : work!;
    if (typeof options !== "function" && options.ifAvailable === true && this.turns.isTaken(name)) return granted(null);
    return this.turns.run(name, () => granted({ name }));
  }
}
describe("in a browser with locks", () => {
  beforeAll(() => vi.stubGlobal("navigator", { locks: new BrowserLocks() }));
  afterAll(() => vi.unstubAllGlobals());
  conforms({
    name: "IndexedDB",
    create: () => database(`plimsoll-${made++}`),
    reopen: (store) => database(names.get(store)!),
  });
});
conforms({
  name: "IndexedDB",
  create: () => database(`plimsoll-${made++}`),
  reopen: (store) => database(names.get(store)!),
});
