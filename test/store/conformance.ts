/**
 * What every store keeps its promise of. Nothing here knows what keeps the values.
 *
 * @module
 */
import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { StoreConflict, type Entry, type Store } from "../../src/store/store.ts";
import { Random } from "../support/random.ts";

/** An adapter: a new and empty store, and the same one opened again as another process would. */
export interface Adapter {
  readonly name: string;
  create(): Promise<Store>;
  /** Undefined for a store that ends with its process. */
  readonly reopen?: (store: Store) => Promise<Store>;
}

const text = (value: Uint8Array | undefined): string | undefined =>
  value === undefined ? undefined : new TextDecoder().decode(value);
async function records(store: Store, log: string, from?: number): Promise<string[]> {
  const all: Entry[] = [];
  for await (const entry of store.read(log, from)) all.push(entry);
  expect(all.map(({ offset }) => offset)).toEqual(all.map((_, i) => (from ?? 0) + i));
  return all.map(({ value }) => text(value)!);
}

export function conforms({ name, create, reopen = (store) => Promise.resolve(store) }: Adapter): void {
  describe(`${name}: values`, () => {
    it("are what was put, also when opened again", async () => {
      const store = await create();
      expect(await store.get("a/b")).toBeUndefined();
      await store.put("a/b", "ä");
      const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
      await store.put("a/c.json", bytes);
      bytes.fill(0);
      await store.put("empty", "");
      for (const seen of [store, await reopen(store)]) {
        expect(text(await seen.get("a/b"))).toBe("ä");
        expect([...(await seen.get("a/c.json"))!]).toEqual(Array.from({ length: 256 }, (_, i) => i));
        expect(await seen.get("empty")).toHaveLength(0);
        expect(await seen.get("empty/x")).toBeUndefined();
      }
      await store.put("a/b", "new");
      await store.delete("a/c.json");
      await store.delete("never/there");
      const again = await reopen(store);
      expect(text(await again.get("a/b"))).toBe("new");
      expect(await again.get("a/c.json")).toBeUndefined();
    });

    it("aren't changed through what was given out", async () => {
      const store = await create();
      await store.put("k", "abc");
      (await store.get("k"))!.fill(0);
      expect(text(await store.get("k"))).toBe("abc");
    });

    it("are listed by prefix, in order, without logs, drafts and locks", async () => {
      const store = await create();
      expect(await store.list("")).toEqual([]);
      for (const key of ["b", "a/2", "a/10", "a/1", "ab/1", "a/x/y", "Z"]) await store.put(key, key);
      await store.append("a/log", 0, ["x"]);
      await store.lock("a/lock", async () => {
        expect(await store.list("")).toEqual(["Z", "a/1", "a/10", "a/2", "a/x/y", "ab/1", "b"]);
      });
      expect(await store.list("a/")).toEqual(["a/1", "a/10", "a/2", "a/x/y"]);
      expect(await store.list("a/1")).toEqual(["a/1", "a/10"]);
      expect(await store.list("a")).toEqual(["a/1", "a/10", "a/2", "a/x/y", "ab/1"]);
      expect(await store.list("none/")).toEqual([]);
      await store.delete("a/x/y");
      expect(await store.list("a/x/")).toEqual([]);
    });

    it("have no other keys than names between slashes", async () => {
      const store = await create();
      for (const key of [
        "",
        "/",
        "a/",
        "/a",
        "a//b",
        ".",
        "a/..",
        "../a",
        "a\\b",
        "a\0",
        "a\nb",
        "x".repeat(513),
        "k.lock",
        "l.000000000000.segment",
        "k.0123456789ab.tmp",
      ]) {
        await expect(store.put(key, ""), JSON.stringify(key)).rejects.toBeInstanceOf(InputError);
        await expect(store.get(key), JSON.stringify(key)).rejects.toThrow("key: must be names between slashes");
      }
      for (const key of [".hidden", "a b", "ä/é.json", "a..b"]) {
        await store.put(key, key);
        expect(text(await store.get(key))).toBe(key);
      }
    });

    it("take effect in the order in which they were put", async () => {
      const store = await create();
      await Promise.all(Array.from({ length: 20 }, (_, i) => store.put("k", `${i}`)));
      expect(text(await store.get("k"))).toBe("19");
    });
  });

  describe(`${name}: transactions`, () => {
    it("write all, or nothing when one thing isn't as expected", async () => {
      const store = await create();
      await store.transaction([
        { key: "a", value: "1", expected: null },
        { key: "b/c", value: "2", expected: null },
      ]);
      await store.transaction([
        { key: "a", value: "3", expected: "1" },
        { key: "b/c", value: undefined, expected: new TextEncoder().encode("2") },
        { key: "d", value: "4" },
      ]);
      const seen = async (from: Store): Promise<unknown[]> => [
        text(await from.get("a")),
        text(await from.get("b/c")),
        text(await from.get("d")),
      ];
      expect(await seen(store)).toEqual(["3", undefined, "4"]);
      for (const [write, rule] of [
        [{ key: "a", value: "9", expected: null }, "must not exist yet"],
        [{ key: "a", value: "9", expected: "1" }, "must be as it was left"],
        [{ key: "b/c", value: "9", expected: "2" }, "must be there"],
        [{ key: "a", value: undefined, expected: "" }, "must be as it was left"],
      ] as const) {
        const refusal = await store
          .transaction([{ key: "d", value: "9" }, write, { key: "e", value: "9" }])
          .catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(StoreConflict);
        expect(refusal).toMatchObject({ path: store.where(write.key), message: `${store.where(write.key)}: ${rule}` });
      }
      expect(await seen(await reopen(store))).toEqual(["3", undefined, "4"]);
      expect(await store.get("e")).toBeUndefined();
      await store.transaction([]);
      await expect(
        store.transaction([
          { key: "a", value: "" },
          { key: "a", value: "" },
        ]),
      ).rejects.toThrow("writes: must name each key once");
    });

    it("let one of many take what must be new, and none count wrong", async () => {
      const store = await create();
      const others = [store, await reopen(store), await reopen(store)];
      const taken = await Promise.allSettled(
        others.flatMap((each) => [1, 2].map((i) => each.transaction([{ key: "new", value: `${i}`, expected: null }]))),
      );
      expect(taken.filter(({ status }) => status === "fulfilled")).toHaveLength(1);

      await store.put("count", "0");
      await Promise.all(
        others.map(async (each) => {
          for (let added = 0; added < 5;) {
            const before = await each.get("count");
            await each.transaction([{ key: "count", value: String(Number(text(before)) + 1), expected: before! }]).then(
              () => added++,
              (error: unknown) => {
                if (!(error instanceof StoreConflict)) throw error;
              },
            );
          }
        }),
      );
      expect(text(await store.get("count"))).toBe("15");
    });

    it("are seen as a whole by whoever reads meanwhile", async () => {
      const store = await create();
      const reader = await reopen(store);
      let writing = true;
      const write = async (): Promise<void> => {
        for (let i = 0; i < 10; i++)
          await store.transaction([
            { key: "x", value: `${i}` },
            { key: "deep/y", value: `${i}` },
          ]);
        writing = false;
      };
      const read = async (): Promise<void> => {
        while (writing) {
          // What was read first is never newer than what is read after it.
          const [x, y] = [Number(text(await reader.get("x")) ?? -1), Number(text(await reader.get("deep/y")) ?? -1)];
          expect(y).toBeGreaterThanOrEqual(x);
        }
      };
      await Promise.all([write(), read()]);
    });
  });

  describe(`${name}: logs`, () => {
    it("have their records in order, from any offset, also when opened again", async () => {
      const store = await create();
      expect(await records(store, "log")).toEqual([]);
      expect(await store.append("log", 0, ["a", "b"])).toBe(2);
      expect(await store.append("log", 2, ["", "d"])).toBe(4);
      expect(await store.append("logs", 0, ["other"])).toBe(1);
      for (const seen of [store, await reopen(store)]) {
        expect(await records(seen, "log")).toEqual(["a", "b", "", "d"]);
        expect(await records(seen, "log", 3)).toEqual(["d"]);
        expect(await records(seen, "log", 4)).toEqual([]);
        expect(await records(seen, "logs")).toEqual(["other"]);
        expect(await seen.get("log")).toBeUndefined();
      }
    });

    it("drop what follows, and take nothing behind a gap", async () => {
      const store = await create();
      await store.append("log", 0, ["a", "b", "c"]);
      expect(await store.append("log", 1, ["B"])).toBe(2);
      expect(await records(store, "log")).toEqual(["a", "B"]);
      await expect(store.append("log", 3, ["d"])).rejects.toThrow(
        `${store.where("log")}: must have 3 records, and has 2`,
      );
      await expect(store.append("none", 1, ["d"])).rejects.toBeInstanceOf(StoreConflict);
      await expect(store.append("log", -1, [])).rejects.toThrow("at: must be a whole number");
      expect(await records(await reopen(store), "log")).toEqual(["a", "B"]);
      expect(await store.append("log", 0, [])).toBe(0);
      expect(await records(store, "log")).toEqual([]);
      expect(await store.append("log", 0, ["again"])).toBe(1);
    });

    it("are what a list would be, whatever is dropped and added", async () => {
      const random = Random.named(`store ${name}`);
      let store = await create();
      let model: string[] = [];
      for (let i = 0; i < 60; i++) {
        if (random.chance(5)) store = await reopen(store);
        const at = random.chance(3) ? random.below(model.length + 1) : model.length;
        const added = Array.from({ length: random.below(5) }, () => "x".repeat(random.below(40)) + String(i));
        model = [...model.slice(0, at), ...added];
        expect(await store.append("log", at, added)).toBe(model.length);
        const from = random.below(model.length + 2);
        expect(await records(store, "log", from)).toEqual(model.slice(from));
      }
    });
  });

  describe(`${name}: locks`, () => {
    it("let one in at a time, and say what is waited for", async () => {
      const store = await create();
      const others = [store, await reopen(store), store];
      let inside = 0;
      const said: string[] = [];
      let first = true;
      const done = await Promise.all(
        others.map((each, i) =>
          each.lock(
            "some/name",
            async () => {
              expect(++inside).toBe(1);
              // Until somebody has said that it waits.
              for (; first && said.length === 0;) await new Promise((resolve) => setTimeout(resolve, 1));
              first = false;
              inside--;
              return i;
            },
            { onWaiting: (what) => said.push(what) },
          ),
        ),
      );
      expect(done).toEqual([0, 1, 2]);
      expect(said[0]).toMatch(/some\/name(\.lock)?, which /);
    });

    it("are let go by work that fails, and keep other names free", async () => {
      const store = await create();
      await expect(store.lock("a", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
      expect(await store.lock("a", () => store.lock("b", () => Promise.resolve("both")))).toBe("both");
    });
  });
}
