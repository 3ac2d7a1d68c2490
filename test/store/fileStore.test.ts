/** What only a store in a folder has: files with modes, crashes between two of them, and neighbours that know nothing of it. */
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { FileStore, fileAt } from "../../src/store/fileStore.ts";
import { StoreConflict, type Entry, type Store } from "../../src/store/store.ts";

let folder: string;
let store: FileStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-filestore-"));
  store = new FileStore(folder);
  return () => rm(folder, { recursive: true });
});
const text = async (from: Store, key: string): Promise<string | undefined> => {
  const value = await from.get(key);
  return value === undefined ? undefined : new TextDecoder().decode(value);
};
const files = async (): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

it("writes files of the keys' names, for their owner alone, and leaves nothing else", async () => {
  await store.put("a/b.json", "1");
  await store.transaction([
    { key: "c", value: "2" },
    { key: "d/e", value: "3" },
    { key: "gone", value: undefined },
  ]);
  await store.append("a/log", 0, ["x", "y"]);
  await store.lock("name", () => Promise.resolve());
  expect(await files()).toEqual(["a/b.json", "a/log.000000000000.segment", "c", "d/e"]);
  for (const file of await files()) expect((await stat(join(folder, file))).mode & 0o777, file).toBe(0o600);
  expect([store.where("a/b.json"), fileAt(join(folder, "c")).store.where("c")]).toEqual([
    join(folder, "a", "b.json"),
    join(folder, "c"),
  ]);
  expect(await readFile(join(folder, "a", "b.json"), "utf8")).toBe("1");
});

it("finishes a transaction that counted when its process died, before anybody reads or writes", async () => {
  for (const next of ["get", "list", "put"] as const) {
    await store.transaction([
      { key: "x", value: "old" },
      { key: "sub/y", value: "old" },
      { key: "z", value: "old" },
    ]);
    // As a crash leaves it between the first file and the second: x is in place, y waits beside its place, z isn't removed.
    await writeFile(join(folder, "x"), "new");
    await writeFile(join(folder, "sub", "y.0123456789ab.tmp"), "new");
    await writeFile(
      join(folder, ".transaction"),
      JSON.stringify({
        moves: [
          ["x.ba9876543210.tmp", "x"],
          ["y.0123456789ab.tmp", "sub/y"],
        ],
        removals: ["z"],
      }),
    );
    const other = new FileStore(folder);
    if (next === "get") expect(await text(other, "sub/y")).toBe("new");
    if (next === "list") expect(await other.list("")).toEqual(["sub/y", "x"]);
    if (next === "put") await other.put("other", "1");
    expect([await text(store, "x"), await text(store, "sub/y"), await text(store, "z")]).toEqual([
      "new",
      "new",
      undefined,
    ]);
    await store.delete("other");
    expect(await files()).toEqual(["sub/y", "x"]);
  }
});

it("writes nothing of a transaction that was interrupted before it counted", async () => {
  await store.put("x", "old");
  await writeFile(join(folder, "x.0123456789ab.tmp"), "new");
  expect([await text(store, "x"), await store.list("")]).toEqual(["old", ["x"]]);

  // One of the places can't be written: so none is.
  await writeFile(join(folder, "file"), "");
  await expect(
    store.transaction([
      { key: "x", value: "new" },
      { key: "file/y", value: "new" },
    ]),
  ).rejects.toThrow(`${join(folder, "file", "y")}: must be in a folder, and a file stands in the way`);
  expect(await text(store, "x")).toBe("old");
  expect(await files()).toEqual(["file", "x", "x.0123456789ab.tmp"]);
});

it("takes nothing from those who know nothing of it", async () => {
  await mkdir(join(folder, "keys"));
  await writeFile(join(folder, "keys", "k"), "theirs");
  await expect(store.transaction([{ key: "keys/k", value: "ours", expected: null }])).rejects.toBeInstanceOf(
    StoreConflict,
  );
  await expect(store.get("keys")).rejects.toThrow(`${join(folder, "keys")}: must be a file, and is a folder`);
  await expect(store.put("keys", "")).rejects.toBeInstanceOf(InputError);
  expect(await text(store, "keys/k")).toBe("theirs");
  expect(await files()).toEqual(["keys/k"]);
});

it("reads a log that grows and is cut meanwhile up to where it fits together", async () => {
  await store.append(
    "log",
    0,
    Array.from({ length: 50 }, (_, i) => `${i}`.repeat(100)),
  );
  const seen: Entry[] = [];
  for await (const entry of store.read("log")) {
    seen.push(entry);
    if (entry.offset === 9)
      await new FileStore(folder).append(
        "log",
        20,
        Array.from({ length: 30 }, () => "other".repeat(50)),
      );
  }
  expect(seen.map(({ offset }) => offset)).toEqual(Array.from({ length: seen.length }, (_, i) => i));
  expect(seen.length).toBeGreaterThanOrEqual(20);
  for (const { offset, value } of seen.slice(0, 20))
    expect(new TextDecoder().decode(value)).toBe(`${offset}`.repeat(100));
});

it("writes a log anew where what was there has no whole record", async () => {
  await writeFile(join(folder, "log.000000000000.segment"), "torn");
  const all: Entry[] = [];
  for await (const entry of store.read("log")) all.push(entry);
  expect(all).toEqual([]);
  await expect(store.append("log", 1, ["x"])).rejects.toThrow(`${join(folder, "log")}: must have 1 records, and has 0`);
  expect(await store.append("log", 0, ["x"])).toBe(1);
  for await (const entry of store.read("log")) all.push(entry);
  expect(all.map(({ value }) => new TextDecoder().decode(value))).toEqual(["x"]);
});
