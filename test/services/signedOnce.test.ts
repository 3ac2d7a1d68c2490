/**
 * What was signed, in a file: one statement a number, ever.
 */
import { readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeEach, expect, it } from "vitest";
import { SignedOnce } from "../../src/services/signedOnce.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { Random } from "../support/random.ts";
import { tempFolder } from "./support.ts";

let path: string;
beforeEach(async () => {
  path = join(await tempFolder(), "signed.json");
});
const open = (keep = 8): Promise<SignedOnce> =>
  SignedOnce.open(new FileStore(join(path, "..")), "signed.json", "me", keep);

it("refuses a second statement, also after a restart, and takes the first again", async () => {
  const record = await open();
  await record.commit(5, "a");
  await record.commit(5, "a");
  await expect(record.commit(5, "b")).rejects.toMatchObject({ name: "SignedBefore", number: 5, statement: "a" });
  const again = await open();
  await again.commit(5, "a");
  await expect(again.commit(5, "b")).rejects.toThrow("5: was signed for another statement");
  expect(again.newest).toEqual([5, "a"]);
});

it("has written what it commits to, for its owner alone", async () => {
  const record = await open();
  await record.commit(7, "x");
  expect(JSON.parse(await readFile(path, "utf8"))).toEqual({
    format: "plimsoll-signed",
    version: 1,
    of: "me",
    floor: -1,
    signed: [[7, "x"]],
  });
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect((await readdir(join(path, ".."))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});

it("commits to nothing that it can't write", async () => {
  const record = await open();
  const folder = join(path, "..");
  await rm(folder, { recursive: true });
  await writeFile(folder, "in the way");
  await expect(record.commit(1, "a")).rejects.toThrow("must be in a folder, and a file stands in the way");
  await rm(folder);
  await record.commit(1, "b");
  expect((await open()).newest).toEqual([1, "b"]);
});

it("forgets the lowest numbers, and refuses all that it may have forgotten", async () => {
  const record = await open(3);
  for (const number of [10, 20, 30, 40]) await record.commit(number, `${number}`);
  const again = await open(3);
  for (const asked of [record, again]) {
    await expect(asked.commit(10, "10")).rejects.toMatchObject({ number: 10, statement: undefined });
    await expect(asked.commit(3, "x")).rejects.toThrow("3: is below what is remembered of signatures");
    await expect(asked.commit(15, "x")).rejects.toThrow("15: is below");
  }
  expect([...again.all.keys()]).toEqual([20, 30, 40]);
  await again.commit(25, "25").catch(() => undefined);
  expect((JSON.parse(await readFile(path, "utf8")) as { signed: unknown[] }).signed).toHaveLength(3);
});

it("commits to one of many at once", async () => {
  const record = await open();
  const results = await Promise.allSettled(["a", "b", "c", "d"].map((statement) => record.commit(1, statement)));
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected", "rejected"]);
});

it("stops when another process writes the file", async () => {
  const [first, second] = [await open(), await open()];
  await first.commit(1, "a");
  await expect(second.commit(1, "b")).rejects.toThrow("must be written by one process alone");
  await expect(second.commit(2, "b")).rejects.toThrow("must be written by one process alone");
});

it("refuses a damaged file rather than beginning anew", async () => {
  const good = { format: "plimsoll-signed", version: 1, of: "me", floor: -1, signed: [[1, "a"]] };
  for (const [text, message] of [
    ["", "must be JSON"],
    ["{", "must be JSON"],
    [JSON.stringify({ ...good, of: "you" }), 'signed.of: must be "me"'],
    [
      JSON.stringify({
        ...good,
        signed: [
          [1, "a"],
          [1, "b"],
        ],
      }),
      "must have each number once",
    ],
    [JSON.stringify({ ...good, signed: [["1", "a"]] }), "signed.signed[0][0]: must be a number"],
    [JSON.stringify({ ...good, floor: undefined }), "signed.floor: must be present"],
  ] as const) {
    await writeFile(path, text);
    await expect(open(), text).rejects.toThrow(message);
  }
});

it("never takes two statements for a number, whatever the order, sizes and restarts", async () => {
  const random = Random.named("signedOnce");
  const first = new Map<number, string>();
  let record = await open(5);
  for (let i = 0; i < 300; i++) {
    if (random.chance(10)) record = await open(5);
    const [number, statement] = [random.below(40), `${random.below(3)}`];
    const taken = await record.commit(number, statement).then(
      () => true,
      () => false,
    );
    if (!taken) continue;
    expect(first.get(number) ?? statement).toBe(statement);
    first.set(number, statement);
    expect(record.all.size).toBeLessThanOrEqual(5);
  }
  expect(first.size).toBeGreaterThan(5);
});
