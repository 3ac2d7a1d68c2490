/**
 * The host end of the prover's threads, over threads that do as the test says.
 */
import { EventEmitter } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArtifactError, ProofError } from "../../../src/base/errors.ts";
import { browser } from "../../../src/prover/threads/browser.ts";
import { node } from "../../../src/prover/threads/node.ts";
import type { Platform, Reply, Request } from "../../../src/prover/threads/platform.ts";
import { Pool } from "../../../src/prover/threads/pool.ts";
import { spawnWorker } from "../../../src/base/worker.ts";
import { refusal } from "../../support/proverRules.ts";

vi.mock("../../../src/base/worker.ts", { spy: true });
afterEach(() => {
  vi.unstubAllGlobals();
  vi.mocked(spawnWorker).mockReset();
});

type Events = Parameters<Platform["startThread"]>[0];

/** Takes requests and answers none by itself. */
class Scripted {
  readonly requests: Request[] = [];
  readonly holds: boolean[] = [];
  ends = 0;

  constructor(readonly events: Events) {}

  reply(reply: Reply): void {
    this.events.onReply(reply);
  }

  port(): ReturnType<Platform["startThread"]> {
    return {
      post: (request) => void this.requests.push(structuredClone(request)),
      hold: (yes) => void this.holds.push(yes),
      end: async () => void this.ends++,
    };
  }
}

function scripted(size: number): { readonly pool: Pool; readonly threads: readonly Scripted[] } {
  const threads: Scripted[] = [];
  const startThread: Platform["startThread"] = (events) => threads[threads.push(new Scripted(events)) - 1]!.port();
  return {
    pool: new Pool({ cores: size, loadKernelCode: () => Promise.reject(new Error()), startThread }, size),
    threads,
  };
}

const WIPE = { kind: "wipe", key: "k" } as const;

describe("pool", () => {
  it("answers each task with its own reply, and keeps the program alive in between", async () => {
    const {
      pool: {
        threads: [thread],
      },
      threads: [script],
    } = scripted(1);
    const [one, two] = [thread!.ask({ kind: "finish", key: "k", parts: [] }), thread!.ask(WIPE)];
    const proof = {
      a: [1n, 2n],
      b: [
        [1n, 2n],
        [3n, 4n],
      ],
      c: [5n, 6n],
    } as const;
    script!.reply({ id: 1, result: undefined });
    expect(script!.holds).toEqual([true]);
    script!.reply({ id: 0, result: proof });
    expect(await Promise.all([one, two])).toEqual([proof, undefined]);
    expect(script!.holds).toEqual([true, false]);
  });

  it("refuses a task that can't be copied, without a value of it, and goes on", async () => {
    const {
      pool: {
        threads: [thread],
      },
      threads: [script],
    } = scripted(1);
    const secret = (): bigint => 12345678901234567890n;
    const inputs = { secret } as unknown as Record<string, bigint>;
    const error = await refusal(thread!.ask({ kind: "witness", key: "k", inputs, share: false }));
    expect([error.message, error.cause]).toEqual(["inputs: can't be copied to a thread", undefined]);
    expect(script!.holds).toEqual([]);
    const next = thread!.ask(WIPE);
    script!.reply({ id: script!.requests[0]!.id, result: undefined });
    await next;
    expect(script!.holds).toEqual([true, false]);
  });

  it.each([
    [{ name: "ArtifactError", message: "key: is cut", path: "key", rule: "is cut" }, ArtifactError, "key: is cut"],
    [
      { name: "ProofError", message: "memory: ran out", path: "memory", rule: "ran out" },
      ProofError,
      "memory: ran out",
    ],
    [
      { name: "RangeError", message: "12345678901234567890 is too large" },
      ProofError,
      "prove: the kernel failed with RangeError",
    ],
  ])("gives a thread's error its class: %o", async (failure, type, message) => {
    const {
      pool: {
        threads: [thread],
      },
      threads: [script],
    } = scripted(1);
    const error: unknown = thread!.ask(WIPE).catch((reason: unknown) => reason);
    script!.reply({ id: 0, error: failure });
    expect(await error).toBeInstanceOf(type);
    expect(await error).toHaveProperty("message", message);
  });

  it.each([
    ["by itself", true, undefined, "prover: its thread ended before it was done"],
    [
      "with an error that may quote anything",
      true,
      new Error("12345678901234567890"),
      "prover: its thread ended before it was done",
    ],
    [
      "out of memory",
      true,
      new Error("Worker terminated due to reaching memory limit: JS heap out of memory"),
      "memory: ran out",
    ],
    [
      "before its script was there",
      false,
      new Error("Cannot find module /memory.js"),
      "prover: its thread's script did not load",
    ],
  ])(
    "ends as a whole when a thread ends %s: everything is refused for its reason",
    async (_, ready, cause, message) => {
      const { pool, threads } = scripted(2);
      if (ready) threads.forEach((thread) => thread.reply({ ready: true }));
      expect(pool.ended).toBe(false);
      const asked = pool.threads.map((thread) => refusal(thread.ask(WIPE)));
      threads[1]!.events.onEnd(cause);
      expect(pool.ended).toBe(true);
      asked.push(refusal(pool.threads[0]!.ask(WIPE)));
      expect((await Promise.all(asked)).map((error) => error.message)).toEqual([message, message, message]);
      expect(threads.map(({ ends }) => ends)).toEqual([1, 1]);
      // Node tells of the end too, after the error.
      threads[1]!.events.onEnd();
      await pool.close();
      expect(threads.map(({ ends }) => ends)).toEqual([1, 1]);
    },
  );

  it("takes what comes between close and the end of a thread", async () => {
    const {
      pool,
      threads: [script],
    } = scripted(1);
    const last = pool.threads[0]!.ask(WIPE);
    const closed = pool.close();
    script!.reply({ id: 0, result: undefined });
    await expect(last).resolves.toBeUndefined();
    await closed;
  });
});

/** Stands for Node's Worker and for the browser's. */
class FakeWorker extends EventEmitter {
  static last: FakeWorker;
  onerror?: (event: { message?: string }) => void;
  onmessage?: (event: { data: unknown }) => void;
  onmessageerror?: () => void;
  readonly unref = vi.fn();
  readonly ref = vi.fn();
  readonly terminate = vi.fn(async () => 0);
  readonly postMessage = vi.fn();

  constructor() {
    super();
    FakeWorker.last = this;
  }
}

describe("platform", () => {
  const ready = { ready: true };
  it.each([
    [
      "a reply can't be read in Node",
      node,
      "its thread ended before it was done",
      (worker: FakeWorker) => {
        worker.emit("message", ready);
        worker.emit("messageerror", new Error("no such class"));
      },
    ],
    [
      "a reply can't be read in a browser",
      browser,
      "its thread ended before it was done",
      (worker: FakeWorker) => {
        worker.onmessage!({ data: ready });
        worker.onmessageerror!();
      },
    ],
    [
      "the script doesn't load in a browser",
      browser,
      "its thread's script did not load",
      (worker: FakeWorker) => worker.onerror!({}),
    ],
  ])("ends a thread when %s", async (_, platform, rule, fail) => {
    vi.mocked(spawnWorker).mockImplementationOnce(() => new FakeWorker() as never);
    vi.stubGlobal("Worker", FakeWorker);
    const pool = new Pool(platform, 1);
    const work = refusal(pool.threads[0]!.ask(WIPE));
    fail(FakeWorker.last);
    expect((await work).rule).toBe(rule);
    expect(pool.ended).toBe(true);
    expect(FakeWorker.last.terminate).toHaveBeenCalledOnce();
  });

  it("ends a thread that can't read a request, so that the host hears of it", async () => {
    const parentPort = Object.assign(new EventEmitter(), { postMessage: vi.fn() });
    vi.doMock("node:worker_threads", () => ({ parentPort }));
    await import("../../../src/prover/threads/node.worker.ts");
    expect(() => parentPort.emit("messageerror", new Error("no such class"))).toThrow("no such class");
    vi.doUnmock("node:worker_threads");
    const self: { onmessageerror?: () => void; postMessage: () => void } = { postMessage: vi.fn() };
    vi.stubGlobal("self", self);
    vi.stubGlobal("FileReaderSync", class {});
    await import("../../../src/prover/threads/browser.worker.ts");
    expect(() => self.onmessageerror!()).toThrow("a request can't be read");
  });

  it("says that a worker's script is missing", async () => {
    const { spawnWorker: real } =
      await vi.importActual<typeof import("../../../src/base/worker.ts")>("../../../src/base/worker.ts");
    vi.mocked(spawnWorker).mockImplementationOnce(() => real(new URL("./no-such.worker.ts", import.meta.url)));
    const pool = new Pool(node, 1);
    const error = await refusal(pool.threads[0]!.ask(WIPE));
    expect(error.message).toBe("prover: its thread's script did not load");
    expect(String(error.cause)).toContain("no-such.worker.ts");
    await pool.close();
  });

  it.each([
    [undefined, 1],
    [6, 6],
  ])("takes one thread where a browser doesn't tell its cores: %s", (told, cores) => {
    vi.stubGlobal("navigator", { hardwareConcurrency: told });
    expect(browser.cores).toBe(cores);
  });
});
