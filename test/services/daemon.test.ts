/**
 * The loop under a clock of the test's own: intervals, back-off, health, an end after the task at work.
 */
import { expect, it } from "vitest";
import { NodeError } from "../../src/base/errors.ts";
import { Daemon, type Task } from "../../src/services/daemon.ts";
import { recorder } from "./support.ts";

const INTERVAL = 10_000;
const LONGEST = 100_000;

interface Clock {
  at: number;
}

function daemonOf(
  tasks: readonly Task[],
  random = 0.5,
): { daemon: Daemon; clock: Clock; lines: ReturnType<typeof recorder>["lines"] } {
  const { lines, log } = recorder();
  const clock = { at: 1_000_000 };
  return {
    clock,
    lines,
    daemon: new Daemon(tasks, {
      log,
      interval: INTERVAL,
      longestPause: LONGEST,
      now: () => clock.at,
      random: () => random,
    }),
  };
}

it("runs each task at its interval, in order", async () => {
  const ran: string[] = [];
  const task = (name: string): Task => ({ name, run: () => Promise.resolve({ runs: ran.push(name) }) });
  const { daemon, clock } = daemonOf([task("a"), task("b")]);
  expect(await daemon.round()).toBe(INTERVAL);
  clock.at += INTERVAL - 1;
  expect(await daemon.round()).toBe(1);
  expect(ran).toEqual(["a", "b"]);
  clock.at += 1;
  await daemon.round();
  expect(ran).toEqual(["a", "b", "a", "b"]);
});

it("waits twice as long after each failure, up to the longest, and forgets failures at once", async () => {
  let fails = true;
  const { daemon, clock, lines } = daemonOf(
    [{ name: "t", run: () => (fails ? Promise.reject(new NodeError("north", "is down")) : Promise.resolve({})) }],
    0.999_999_999,
  );
  const pauses: number[] = [];
  for (let i = 0; i < 6; i++) {
    await daemon.round();
    pauses.push(Number(lines.at(-1)!.fields["retryInMs"]));
    clock.at += LONGEST;
  }
  expect(pauses).toEqual([20_000, 40_000, 80_000, 100_000, 100_000, 100_000]);
  expect(lines.at(-1)).toEqual({
    level: "warn",
    event: "task failed",
    fields: { task: "t", reason: "north: is down", failuresInRow: 6, retryInMs: 100_000 },
  });
  fails = false;
  await daemon.round();
  expect(lines.at(-1)).toEqual({ level: "info", event: "task recovered", fields: { task: "t", failures: 6 } });
  fails = true;
  clock.at += 2 * INTERVAL;
  await daemon.round();
  expect(lines.at(-1)!.fields).toMatchObject({ failuresInRow: 1, retryInMs: 20_000 });
});

it("spreads retries over half of the pause", async () => {
  for (const [random, pause] of [
    [0, 10_000],
    [0.5, 15_000],
  ] as const) {
    const { daemon, lines } = daemonOf([{ name: "t", run: () => Promise.reject(new Error("no")) }], random);
    await daemon.round();
    expect(lines[0]!.fields["retryInMs"]).toBe(pause);
  }
});

it("lets no failing task hold up the others", async () => {
  let runs = 0;
  const { daemon, clock } = daemonOf([
    { name: "bad", run: () => Promise.reject(new NodeError("north", "is down")) },
    { name: "good", run: () => Promise.resolve({ runs: ++runs }) },
  ]);
  for (let i = 0; i < 5; i++) {
    await daemon.round();
    clock.at += INTERVAL;
  }
  expect(runs).toBe(5);
  expect(daemon.health().tasks["good"]).toMatchObject({ ok: true, failuresInRow: 0, runs: 5 });
});

it("is healthy once every task has succeeded, and until one hasn't for ten intervals", async () => {
  let fails = false;
  const { daemon, clock } = daemonOf([
    { name: "t", run: () => (fails ? Promise.reject(new NodeError("n", "is down")) : Promise.resolve({ lag: 3 })) },
  ]);
  expect(daemon.health()).toEqual({ ok: false, tasks: { t: { ok: false, lastSuccess: null, failuresInRow: 0 } } });
  await daemon.round();
  expect(daemon.health()).toEqual({
    ok: true,
    tasks: { t: { ok: true, lastSuccess: "1970-01-01T00:16:40.000Z", failuresInRow: 0, lag: 3 } },
  });
  fails = true;
  clock.at += 10 * INTERVAL;
  await daemon.round();
  expect(daemon.health().tasks["t"]).toMatchObject({ ok: true, failuresInRow: 1, error: "n: is down", lag: 3 });
  clock.at += 1;
  expect(daemon.health().ok).toBe(false);
});

it("runs one task at a time, and ends after the one at work", async () => {
  const stop = new AbortController();
  let atWork = 0;
  const ran: string[] = [];
  const task = (name: string): Task => ({
    name,
    run: async () => {
      expect(++atWork).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      ran.push(name);
      if (name === "b") stop.abort();
      await new Promise((resolve) => setImmediate(resolve));
      atWork -= 1;
      return {};
    },
  });
  const { daemon } = daemonOf([task("a"), task("b"), task("c")]);
  await daemon.run(stop.signal);
  expect([ran, atWork]).toEqual([["a", "b"], 0]);
});

it("runs all tasks once, and throws the first failure when all have run", async () => {
  const ran: string[] = [];
  const task = (name: string, error?: Error): Task => ({
    name,
    run: () => {
      ran.push(name);
      return error === undefined ? Promise.resolve({}) : Promise.reject(error);
    },
  });
  const { daemon } = daemonOf([
    task("a"),
    task("b", new NodeError("first", "is down")),
    task("c", new NodeError("second", "is down")),
    task("d"),
  ]);
  await expect(daemon.once()).rejects.toThrow("first: is down");
  expect(ran).toEqual(["a", "b", "c", "d"]);
});
