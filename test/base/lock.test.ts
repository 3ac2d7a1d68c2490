/** One holder at a time, among real processes and whatever a crash left behind. */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { holderOf, tryLockFile, withLock, withLockFile } from "../../src/base/lock.ts";
import { InputError } from "../../src/base/errors.ts";

const TAKERS = 6;
const TURNS = 10;

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-lock-"));
  return () => rm(folder, { recursive: true });
});

/** A process that runs a file of this folder. */
function started(file: string, ...args: readonly string[]): { child: ChildProcess; lines: AsyncIterator<string> } {
  const child = spawn(process.execPath, ["--import", "tsx", fileURLToPath(new URL(file, import.meta.url)), ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  return { child, lines: createInterface(child.stdout!)[Symbol.asyncIterator]() };
}

/** Lines up to one that says so, or the end. */
async function until(lines: AsyncIterator<string>, last: string): Promise<string[]> {
  const all: string[] = [];
  for (let next = await lines.next(); next.done !== true && next.value !== last; next = await lines.next())
    all.push(next.value);
  return all;
}

describe("six takers at once are let in one at a time", () => {
  let takers: ReturnType<typeof started>[];
  beforeAll(async () => {
    takers = Array.from({ length: TAKERS }, () => started("takers.ts", String(TURNS)));
    for (const { lines } of takers) await until(lines, "ready");
  });
  afterAll(() =>
    Promise.all(
      takers.map(({ child }) => {
        child.stdin!.end();
        return once(child, "close");
      }),
    ),
  );

  it.each<[string, string | undefined]>([
    ["no lock", undefined],
    ["an empty lock", ""],
    ["the lock of a dead process", "4000000"],
    ["a lock whose process number is used again", String(process.pid)],
    [
      "a lock that says so of a process that lives",
      JSON.stringify({ pid: process.pid, name: "plimsoll", since: "2026-01-01T00:00:00.000Z" }),
    ],
  ])("where a crash left %s", async (_, left) => {
    if (left !== undefined) await writeFile(join(folder, ".lock"), left);
    for (const { child } of takers) child.stdin!.write(`${folder}\n`);
    const said = (await Promise.all(takers.map(({ lines }) => until(lines, "ready")))).flat();
    expect(said).toEqual(Array.from({ length: TAKERS * TURNS }, () => "in"));
    expect(await readdir(folder)).toEqual([]);
  });
});

it("is free at once when its holder is killed", async () => {
  const { child, lines } = started("holder.ts", join(folder, ".lock"));
  expect((await lines.next()).value).toBe("held");
  const waited: string[] = [];
  const mine = withLock(folder, () => readFile(join(folder, ".lock"), "utf8"), {
    name: "me",
    onWaiting: (what) => {
      waited.push(what);
      child.kill("SIGKILL");
    },
  });
  expect(JSON.parse(await mine)).toMatchObject({ pid: process.pid, name: "me" });
  expect(waited).toEqual([
    expect.stringMatching(
      new RegExp(`^${join(folder, ".lock")}, which process ${child.pid} \\(holder\\) holds since 20\\d\\d-`),
    ),
  ]);
});

it("keeps out others of its own process too, and those who don't wait", async () => {
  const order: string[] = [];
  const path = join(folder, "some.lock");
  await Promise.all(
    ["a", "b", "c"].map((name) =>
      withLockFile(
        path,
        async () => {
          order.push(`+${name}`);
          expect(await tryLockFile(path)).toBeUndefined();
          expect(await holderOf(path)).toMatchObject({ pid: process.pid, name });
          order.push(`-${name}`);
        },
        { name },
      ),
    ),
  );
  expect(order.map((step) => step[0]).join("")).toBe("+-+-+-");
  expect(await holderOf(path)).toBeUndefined();
  const lock = await tryLockFile(path);
  await lock!.release();
});

it("is let go when the work fails, and says what the work said", async () => {
  await expect(withLock(folder, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(await withLock(folder, () => Promise.resolve(1))).toBe(1);
});

it("names the file that it can't make", async () => {
  await writeFile(join(folder, "home"), "");
  const refusal = await withLock(join(folder, "home"), () => Promise.resolve()).catch(
    (error: unknown) => error as Error,
  );
  expect(refusal).toBeInstanceOf(InputError);
  expect(refusal).toMatchObject({
    message: `${join(folder, "home", ".lock")}: must be in a folder, and a file stands in the way`,
  });
});
