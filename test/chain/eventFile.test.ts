/** A cache of events goes on where it ended, gives back what it was given, and loses no more than what follows a damage. */
import { mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { EventFile, type Checkpoint, type EventState, type RawLog } from "../../src/chain/eventFile.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { MemoryStore } from "../../src/store/memoryStore.ts";
import type { Store } from "../../src/store/store.ts";
import { Random } from "../support/random.ts";

const CHAIN = 1;
const hashOf = (block: number, fork = 0): string => `0x${(block * 16 + fork).toString(16).padStart(64, "0")}`;
const at = (block: number, fork = 0): Checkpoint => [block, hashOf(block, fork)];
/** An event of a block with so many bytes of data. */
const event = (block: number, bytes: number, index = 0): RawLog => [
  block,
  index,
  hashOf(block),
  0,
  [hashOf(7)],
  `0x${(block & 255).toString(16).padStart(2, "0").repeat(bytes)}`,
];
const opened = (store: Store): ReturnType<typeof EventFile.open> => EventFile.open(store, CHAIN, "sources");

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-eventfile-"));
  return () => rm(folder, { recursive: true });
});
const segments = async (): Promise<string[]> =>
  (await readdir(join(folder, "cache"))).sort().map((name) => join(folder, "cache", name));

it("gives back what it was given, whatever was added, cut off and opened again", async () => {
  const random = Random.named("eventFile");
  const store = new FileStore(folder, 200_000);
  let { file } = await opened(store);
  let state: { checkpoints: Checkpoint[]; logs: RawLog[] } = { checkpoints: [], logs: [] };
  let [block, most] = [0, 0];
  for (let round = 0; round < 40; round++) {
    if (random.chance(6) && state.checkpoints.length > 0) {
      // A reorg back to some checkpoint, or to nothing.
      const kept = random.below(state.checkpoints.length + 1);
      const height = state.checkpoints[kept - 1]?.[0] ?? -1;
      state = { checkpoints: state.checkpoints.slice(0, kept), logs: state.logs.filter(([of]) => of <= height) };
      file.cut(height);
      block = Math.max(0, height);
    }
    for (let i = random.below(4); i >= 0; i--) {
      block += 1 + random.below(50);
      for (let index = random.below(4); index > 0; index--)
        state.logs.push(event(block, random.below(20_000), 4 - index));
      state.checkpoints.push(at(block, round % 16));
    }
    await file.save(state);
    expect([file.block, file.length]).toEqual([block, state.logs.length]);
    if (random.chance(3)) file = (await opened(store)).file;
    const { state: read } = await opened(store);
    expect(read).toEqual(state);
    most = Math.max(most, (await segments()).length);
  }
  expect(most).toBeGreaterThan(2);
});

it("takes no more records for a quiet chain than its events take room", async () => {
  const store = new Watched();
  const { file } = await opened(store);
  const logs: RawLog[] = [];
  const checkpoints: Checkpoint[] = [];
  for (let block = 1; block <= 200; block++) {
    logs.push(event(block, 100));
    checkpoints.push(at(block));
    await file.save({ checkpoints, logs });
  }
  expect((await opened(store)).state).toEqual({ checkpoints, logs });
  let records = 0;
  for await (const { value } of store.read(store.log)) records += value.length > 0 ? 1 : 0;
  expect(records).toBeLessThan(10);
});

/** Remembers which log was written. */
class Watched extends MemoryStore {
  log = "";
  override append(log: string, ...rest: [number, readonly (string | Uint8Array)[]]): Promise<number> {
    this.log = log;
    return super.append(log, ...rest);
  }
}

it("is split into records and files that can be read one after the other, with what belongs to one block in many", async () => {
  const store = new FileStore(folder, 8 * 2 ** 20);
  const { file } = await opened(store);
  // 60 MB of text before the first checkpoint.
  const logs = Array.from({ length: 60 }, (_, i) => event(5, 500_000, i));
  await file.save({ checkpoints: [at(5)], logs });
  const sizes = await Promise.all((await segments()).map(async (path) => (await stat(path)).size));
  expect(sizes.length).toBeGreaterThan(4);
  expect(Math.max(...sizes)).toBeLessThan(16 * 2 ** 20);
  expect((await opened(store)).state).toEqual({ checkpoints: [at(5)], logs });
});

describe("what is damaged loses what follows it alone", () => {
  const checkpoints = [10, 20, 30, 40, 50].map((block) => at(block));
  const logs = checkpoints.flatMap(([block]) => [event(block - 1, 40_000), event(block, 40_000)]);
  const upTo = (height: number): EventState => ({
    checkpoints: checkpoints.filter(([block]) => block <= height),
    logs: logs.filter(([block]) => block <= height),
  });
  beforeEach(async () => {
    const { file } = await opened(new FileStore(folder, 1));
    for (const [block] of checkpoints) await file.save(upTo(block));
  });

  it.each<[string, number, (paths: readonly string[]) => Promise<void>]>([
    ["nothing", 50, () => Promise.resolve()],
    ["one byte in the middle", 20, async ([, , , path]) => flip(path!, 70_000)],
    ["one byte of a length", 10, async ([, , path]) => flip(path!, 0)],
    ["one byte of a hash", 10, async ([, , path]) => flip(path!, 10)],
    ["the end of the last", 40, async (paths) => truncate(paths.at(-1)!, 1_000)],
    ["a file in the middle that is gone", 20, async ([, , , path]) => rm(path!)],
    ["a file in the middle that is empty", 20, async ([, , , path]) => truncate(path!, 0)],
    ["a file that is another's copy", 20, async ([, , other, path]) => writeFile(path!, await readFile(other!))],
    ["the head", -1, async ([path]) => flip(path!, 50)],
    ["all of it", -1, async (paths) => void (await Promise.all(paths.map((path) => rm(path))))],
  ])("%s", async (_, height, damage) => {
    await damage(await segments());
    const { file, state } = await opened(new FileStore(folder, 1));
    expect(state).toEqual(upTo(height));
    expect(file.block).toBe(height);
    await file.save(upTo(50));
    expect((await opened(new FileStore(folder))).state).toEqual(upTo(50));
  });

  async function flip(path: string, position: number): Promise<void> {
    const bytes = await readFile(path);
    bytes[position]! ^= 1;
    await writeFile(path, bytes);
  }
});

it("shared by processes that don't know of each other is never a mixture", async () => {
  const random = Random.named("eventFile shared");
  const store = new FileStore(folder, 200_000);
  const writers = await Promise.all(
    [0, 1, 2].map(async (fork) => ({
      fork,
      file: (await opened(store)).file,
      checkpoints: [] as Checkpoint[],
      logs: [] as RawLog[],
      block: 0,
    })),
  );
  for (let round = 0; round < 30; round++) {
    const writer = writers[random.below(writers.length)]!;
    writer.block += 1 + random.below(3);
    writer.logs.push(event(writer.block, random.below(60_000), writer.fork));
    // Half of what they find is the same.
    writer.checkpoints.push(at(writer.block, random.chance(2) ? writer.fork : 15));
    await writer.file.save(writer);
    const {
      state: { checkpoints, logs },
    } = await opened(store);
    expect({ checkpoints, logs }).toEqual({ checkpoints: writer.checkpoints, logs: writer.logs });
  }
});
