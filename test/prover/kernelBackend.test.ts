/**
 * The kernel's backend when things go wrong: threads that end, memory that runs out, proofs that are aborted, queued or
 * closed.
 */
import { afterEach, describe, expect, it, vi } from "vitest";
import { ArtifactError, InputError } from "../../src/base/errors.ts";
import { node } from "../../src/prover/threads/node.ts";
import type { ThreadResults } from "../../src/prover/threads/task.ts";
import { createProver, type ProvingArtifacts } from "../../src/prover/prover.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST, refusal } from "../support/proverRules.ts";
import { Watched, backendOver, inProcess, proveToy } from "./watched.ts";

afterEach(() => vi.restoreAllMocks());

describe("a thread that ends", () => {
  it.each([
    ["in this process", inProcess],
    ["of Node", node],
  ])("between proofs: the next one starts afresh, %s", async (_, base) => {
    const watched = new Watched(base);
    const backend = backendOver(watched);
    await proveToy(backend);
    expect(watched.held.size).toBe(0);
    await watched.ports[1]!.end();
    await proveToy(backend);
    expect([watched.ports.length, watched.count("load")]).toEqual([4, 4]);
    expect([...watched.alive]).toEqual([2, 3]);
    await proveToy(backend);
    expect([watched.ports.length, watched.count("load")]).toEqual([4, 4]);
    await backend.close();
    expect(watched.alive.size).toBe(0);
  });

  it.each(["load", "witness", "quotient", "sums", "finish"] as const)(
    "during %s: refuses the proof and starts the next afresh",
    async (kind) => {
      const watched = new Watched();
      const backend = backendOver(watched);
      watched.before = (each, thread) => void (each === kind && thread < 2 && watched.ports[thread]!.end());
      expect((await refusal(proveToy(backend))).message).toBe("prover: its thread ended before it was done");
      await proveToy(backend);
      expect([...watched.alive]).toEqual([2, 3]);
      await backend.close();
    },
  );
});

describe("loading", () => {
  it("is tried again after memory ran out", async () => {
    const watched = new Watched();
    const backend = backendOver(watched);
    // The first block of each thread makes its memory grow; the second thread's can't.
    const grow = vi.spyOn(WebAssembly.Memory.prototype, "grow");
    grow.mockImplementationOnce(() => {
      throw new RangeError("Maximum memory size exceeded");
    });
    expect((await refusal(proveToy(backend))).message).toMatch(/^memory: ran out at \d+ MiB in one thread$/);
    expect(grow).toHaveBeenCalled();
    await proveToy(backend);
    expect([watched.ports.length, watched.count("load")]).toEqual([2, 4]);
    await backend.close();
  });

  it("gives tables the room that those of other keys left", async () => {
    const watched = new Watched();
    const backend = backendOver(watched, { threads: 2, pointTableMiB: 1 });
    const toy = await toyArtifacts();
    await proveToy(backend);
    await backend.run({ ...toy, zkeySha256: "the same under another name" }, TOY_INPUTS, {});
    const rooms = watched.tasks.flatMap(({ task }) => (task.kind === "load" ? [task.tableRoom] : []));
    const [{ tableBytes }] = watched.results.filter((result) => result !== undefined && "tableBytes" in result) as [
      ThreadResults["load"],
    ];
    expect(tableBytes).toBeGreaterThan(0);
    expect(rooms).toEqual([2 ** 20, 2 ** 20, 2 ** 20 - tableBytes, 2 ** 20 - tableBytes]);
    await backend.close();
  });

  it("gives an artifact's error its class", async () => {
    const { wasmPath, ...toy } = await toyArtifacts();
    const backend = backendOver(node);
    // A file that is there and is no key.
    const error: unknown = await backend
      .run({ ...toy, wasmPath, zkeyPath: wasmPath }, TOY_INPUTS, {})
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ArtifactError);
    expect(error).toMatchObject({ path: wasmPath, rule: "is not a zkey" });
    await backend.close();
  });

  it("of the artifacts that fails leaves threads that hold nothing, and that close ends", async () => {
    const watched = new Watched();
    const prover = createProver(backendOver(watched), () => Promise.reject(new ArtifactError("toy", "is missing")));
    await expect(prover.prove(TOY_REQUEST)).rejects.toThrow("toy: is missing");
    expect([watched.alive.size, watched.held.size, watched.tasks.length]).toEqual([2, 0, 0]);
    await prover.close();
    expect(watched.alive.size).toBe(0);
  });
});

describe("aborting", () => {
  it.each(["load", "witness", "sums"] as const)(
    "during %s ends the threads; the next proof loads the key once and keeps it",
    async (kind) => {
      const watched = new Watched();
      const backend = backendOver(watched);
      const controller = new AbortController();
      watched.before = (each) => void (each === kind && controller.abort(new Error(`stopped at ${kind}`)));
      await expect(proveToy(backend, { signal: controller.signal })).rejects.toThrow(`stopped at ${kind}`);
      const loads = watched.count("load");
      await proveToy(backend);
      await proveToy(backend);
      expect(watched.count("load")).toBe(loads + 2);
      expect([...watched.alive]).toEqual([2, 3]);
      await backend.close();
    },
  );

  it("a queued proof rejects at once and leaves the one ahead alone", async () => {
    const watched = new Watched();
    const prover = createProver(backendOver(watched), toyArtifacts);
    const first = prover.prove(TOY_REQUEST);
    const controller = new AbortController();
    const second = prover.prove(TOY_REQUEST, { signal: controller.signal });
    const third = prover.prove(TOY_REQUEST);
    controller.abort(new Error("changed my mind"));
    await expect(second).rejects.toThrow("changed my mind");
    expect(watched.count("finish")).toBe(0);
    await Promise.all([first, third]);
    expect([watched.ports.length, watched.count("witness")]).toEqual([2, 2]);
    await prover.close();
  });
});

describe("closing", () => {
  it.each(["load", "sums"] as const)(
    "refuses the proof at work in %s and those in the queue, and starts no thread again",
    async (kind) => {
      const watched = new Watched();
      const prover = createProver(backendOver(watched), toyArtifacts);
      const closed = new Promise<void>((resolve) => {
        watched.before = (each) => void (each === kind && resolve(prover.close()));
      });
      const queue = [1, 2, 3].map(() => refusal(prover.prove(TOY_REQUEST)));
      await closed;
      expect(watched.alive.size).toBe(0);
      for (const error of await Promise.all(queue))
        expect(error.message).toBe("prover: was closed before the proof was done");
      expect(watched.ports).toHaveLength(2);
      watched.before = () => undefined;
      await prover.prove(TOY_REQUEST);
      expect([...watched.alive]).toEqual([2, 3]);
      await prover.close();
    },
  );

  it("while artifacts are loading refuses the proof, and starts no thread again", async () => {
    const watched = new Watched();
    let loaded: (artifacts: ProvingArtifacts) => void;
    const prover = createProver(
      backendOver(watched),
      () => new Promise<ProvingArtifacts>((resolve) => void (loaded = resolve)),
    );
    const refused = refusal(prover.prove(TOY_REQUEST));
    await prover.close();
    loaded!(await toyArtifacts());
    expect((await refused).message).toBe("prover: was closed before the proof was done");
    expect([watched.alive.size, watched.ports.length, watched.tasks.length]).toEqual([0, 2, 0]);
  });

  it("waits for threads that an abort ended, and for those of another close", async () => {
    const watched = new Watched();
    const backend = backendOver(watched);
    const controller = new AbortController();
    watched.before = () => controller.abort(new Error("stopped"));
    await expect(proveToy(backend, { signal: controller.signal })).rejects.toThrow("stopped");
    backend.start!();
    expect(watched.alive.size).toBe(4);
    void backend.close();
    await backend.close();
    expect(watched.alive.size).toBe(0);
  });
});

describe("options", () => {
  it.each([0, -1, 1.5, NaN, Infinity, 2 ** 53, "2" as unknown as number])(
    "needs a whole number of threads: %s",
    (threads) => {
      expect(() => backendOver(inProcess, { threads })).toThrow(InputError);
      expect(() => backendOver(inProcess, { threads })).toThrow(/^threads: must be a whole number of 1 or more, got /);
    },
  );

  it.each([-1, NaN, Infinity, "2" as unknown as number])("needs room for tables in MiB: %s", (pointTableMiB) => {
    expect(() => backendOver(inProcess, { pointTableMiB })).toThrow(InputError);
    expect(() => backendOver(inProcess, { pointTableMiB })).toThrow(
      /^pointTableMiB: must be a finite number of 0 or more, got /,
    );
  });

  it("takes as many threads as there are cores, 8 at most", async () => {
    for (const [cores, threads] of [
      [1, 1],
      [3, 3],
      [64, 8],
    ] as const) {
      const watched = new Watched(inProcess, cores);
      const backend = backendOver(watched, {});
      backend.start!();
      expect(watched.ports).toHaveLength(threads);
      await backend.close();
    }
  });
});
