/**
 * A thread's work without a thread: what it keeps, what it wipes, and that its memory doesn't grow.
 */
import { readFile } from "node:fs/promises";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { answering } from "../../../src/prover/threads/answering.ts";
import { fileSource } from "../../../src/prover/threads/fileSource.ts";
import { Kernel } from "../../../src/kernel/kernel.ts";
import { node } from "../../../src/prover/threads/node.ts";
import type { Reply } from "../../../src/prover/threads/platform.ts";
import type { PartialSum } from "../../../src/prover/threads/sums.ts";
import { Thread } from "../../../src/prover/threads/thread.ts";
import type { ThreadResults, ThreadTask } from "../../../src/prover/threads/task.ts";
import { nobleVerifier } from "../../../src/groth16/nobleVerifier.ts";
import type { ProvingArtifacts } from "../../../src/prover/prover.ts";
import { verifyStatement } from "../../../src/groth16/verify.ts";
import { TOY_INPUTS, toyArtifacts } from "../../fixtures/toy.ts";
import { MIXER_INPUTS, compiledMixer } from "../../support/mixer.ts";

/** What the calculator gave: the thread's to wipe. */
const calculated = vi.hoisted(() => [] as Uint8Array[]);
vi.mock("../../../src/prover/threads/witness.ts", async (original) => {
  const { calculateWitness } = await original<typeof import("../../../src/prover/threads/witness.ts")>();
  return {
    calculateWitness: async (...args: Parameters<typeof calculateWitness>) => {
      const witness = await calculateWitness(...args);
      calculated.push(witness);
      return witness;
    },
  };
});

const KEY = "toy";
const zeros = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0);

let toy: ProvingArtifacts;
let code: WebAssembly.Module;
let circuit: WebAssembly.Module;
beforeAll(async () => {
  toy = await toyArtifacts();
  code = await node.loadKernelCode();
  circuit = await WebAssembly.compile(await readFile(toy.wasmPath));
});
beforeEach(() => void (calculated.length = 0));

class Loaded {
  private constructor(
    private readonly thread: Thread,
    readonly kernel: Kernel,
  ) {}

  /** One of `threads` with the toy's key, and its kernel. */
  static async create(place = 0, threads = 1, compiled = circuit): Promise<Loaded> {
    const created = vi.spyOn(Kernel, "create");
    const thread = new Thread((file) => fileSource(file as string));
    await thread.run({
      kind: "load",
      key: KEY,
      file: toy.zkeyPath,
      code,
      thread: place,
      threads,
      circuit: place === 0 ? compiled : undefined,
      tableRoom: 0,
    });
    const kernel = await (created.mock.results[0]!.value as Promise<Kernel>);
    created.mockRestore();
    return new Loaded(thread, kernel);
  }

  run<K extends ThreadTask["kind"]>(task: Extract<ThreadTask, { kind: K }>): Promise<ThreadResults[K]> {
    return this.thread.run(task) as Promise<ThreadResults[K]>;
  }

  wipe(): Promise<undefined> {
    return this.run({ kind: "wipe", key: KEY });
  }

  /** All of its memory, and where the next block goes. */
  state(): { readonly memory: Uint8Array; readonly top: number } {
    const top = this.kernel.alloc(0);
    return { memory: new Uint8Array(this.kernel.bytes(0, 0).buffer).slice(), top };
  }
}

/** A proof, as kernelBackend.ts has it made, without the wiping. */
async function prove([lead, ...others]: readonly [Loaded, ...Loaded[]]): Promise<ThreadResults["finish"]> {
  const { scalars: witness } = await lead.run({ kind: "witness", key: KEY, inputs: TOY_INPUTS, share: true });
  const { scalars: h } = await lead.run({ kind: "quotient", key: KEY, share: true });
  const parts: PartialSum[] = [];
  for (const [over, scalars] of [
    ["witness", witness],
    ["quotient", h],
  ] as const) {
    parts.push(...(await lead.run({ kind: "sums", key: KEY, over })));
    for (const other of others)
      parts.push(...(await other.run({ kind: "sums", key: KEY, over, scalars: scalars!.slice() })));
  }
  return lead.run({ kind: "finish", key: KEY, parts });
}

describe("thread", () => {
  it("gives the sums of a proof that verifies, over as many threads as there are", async () => {
    const signals = Object.entries(TOY_INPUTS)
      .filter(([name]) => name !== "secret")
      .map(([, value]) => value as bigint);
    for (const threads of [1, 3]) {
      const team: [Loaded, ...Loaded[]] = [await Loaded.create(0, threads)];
      for (let i = 1; i < threads; i++) team.push(await Loaded.create(i, threads));
      await verifyStatement({ key: toy.verificationKey, signals, proof: await prove(team) }, [nobleVerifier]);
    }
  });

  it("has the same bytes in its memory after a proof as before it", async () => {
    const team = [await Loaded.create(0, 2), await Loaded.create(1, 2)] as const;
    // What loading left in the temporaries is public, and goes with the first wiping.
    for (const each of team) await each.wipe();
    const before = team.map((each) => each.state());
    await prove(team);
    team.forEach((each, i) =>
      expect(
        Buffer.compare(each.state().memory.subarray(0, before[i]!.top), before[i]!.memory.subarray(0, before[i]!.top)),
      ).not.toBe(0),
    );
    for (const each of team) await each.wipe();
    team.forEach((each, i) => {
      const { memory, top } = each.state();
      expect(top).toBe(before[i]!.top);
      expect(Buffer.compare(memory.subarray(0, top), before[i]!.memory.subarray(0, top))).toBe(0);
      expect(zeros(memory.subarray(top))).toBe(true);
    });
  });

  it("needs no more memory for the tenth proof than for the second", async () => {
    const team = [await Loaded.create(0, 2), await Loaded.create(1, 2)] as const;
    const sizes = async (): Promise<number[][]> => {
      await prove(team);
      for (const each of team) await each.wipe();
      return team.map((each) => [each.state().top, each.state().memory.byteLength]);
    };
    await sizes();
    const second = await sizes();
    for (let proof = 3; proof <= 10; proof++) expect(await sizes()).toEqual(second);
  });

  it("gives copies of the scalars only where these are asked for, and keeps none", async () => {
    const lead = await Loaded.create();
    for (const share of [true, false]) {
      const witness = await lead.run({ kind: "witness", key: KEY, inputs: TOY_INPUTS, share });
      const quotient = await lead.run({ kind: "quotient", key: KEY, share });
      expect([witness.scalars !== undefined, quotient.scalars !== undefined]).toEqual([share, share]);
    }
    expect(calculated.map(zeros)).toEqual([true, true]);
  });

  it("wipes a witness of another length than the key's", async () => {
    const { wasm } = await compiledMixer();
    const lead = await Loaded.create(0, 1, await WebAssembly.compile(await readFile(wasm)));
    await expect(lead.run({ kind: "witness", key: KEY, inputs: MIXER_INPUTS, share: true })).rejects.toThrow(
      /^Invalid witness length\. Circuit: 8, witness: \d+$/,
    );
    expect(calculated.map(zeros)).toEqual([true]);
  });

  it("moves what it found of the witness to the host, and keeps no copy", async () => {
    const replies: Reply[] = [];
    const moved: ArrayBuffer[] = [];
    const done = new Promise<void>((resolve) => {
      const answer = answering(
        (file) => fileSource(file as string),
        (reply, transfer) => {
          replies.push(reply);
          moved.push(...transfer);
          if (replies.length === 5) resolve();
        },
      );
      const load = {
        kind: "load",
        key: KEY,
        file: toy.zkeyPath,
        code,
        thread: 0,
        threads: 1,
        circuit,
        tableRoom: 0,
      } as const;
      const tasks: ThreadTask[] = [
        load,
        { kind: "witness", key: KEY, inputs: TOY_INPUTS, share: true },
        { kind: "quotient", key: KEY, share: true },
        { kind: "sums", key: KEY, over: "witness" },
      ];
      tasks.forEach((task, id) => answer({ id, task }));
    });
    await done;
    expect(replies[0]).toEqual({ ready: true });
    const results = replies.slice(1).map((reply) => (reply as { result: ThreadResults[ThreadTask["kind"]] }).result);
    const [, witness, quotient, sums] = results as [
      ThreadResults["load"],
      ThreadResults["witness"],
      ThreadResults["quotient"],
      ThreadResults["sums"],
    ];
    expect(moved).toEqual([
      witness.scalars!.buffer,
      quotient.scalars!.buffer,
      ...sums.map(({ point }) => point.buffer),
    ]);
    expect(sums.length).toBeGreaterThan(0);
  });

  it("makes room for a key that it is asked to load again", async () => {
    const lead = await Loaded.create();
    const again = lead.run({
      kind: "load",
      key: KEY,
      file: "no such file",
      code,
      thread: 0,
      threads: 1,
      circuit,
      tableRoom: 0,
    });
    await expect(again).rejects.toThrow("no such file: is not a readable Groth16 zkey");
    await expect(lead.wipe()).rejects.toThrow("no key toy is loaded");
  });

  it("wipes the buffers of its tasks, done or refused", async () => {
    const lead = await Loaded.create();
    const { scalars } = await lead.run({ kind: "witness", key: KEY, inputs: TOY_INPUTS, share: true });
    for (const key of [KEY, "another"]) {
      const given = scalars!.slice();
      const work = lead.run({ kind: "sums", key, over: "witness", scalars: given });
      const parts = await work.catch(() => [{ sum: "a", point: Uint8Array.of(1) } as PartialSum]);
      expect(zeros(given)).toBe(true);
      expect(parts.some(({ point }) => !zeros(point))).toBe(true);
      await lead.run({ kind: "finish", key, parts }).catch(() => undefined);
      expect(parts.every(({ point }) => zeros(point))).toBe(true);
    }
  });

  it("keeps no bytes of r and s", async () => {
    const random = vi.spyOn(crypto, "getRandomValues");
    const written = vi.spyOn(Uint8Array.prototype, "set");
    const team = [await Loaded.create()] as const;
    written.mockClear();
    await prove(team);
    const scalars = written.mock.calls.map(([bytes]) => bytes).filter((bytes) => bytes.length === 32) as Uint8Array[];
    // Each term of A, B and C comes with a scalar: the parts, three points of the key, A and B themselves.
    expect(scalars.length).toBeGreaterThan(10);
    expect(scalars.every(zeros)).toBe(true);
    expect(random.mock.calls.length).toBeGreaterThan(0);
    for (const [bytes] of random.mock.calls) expect(zeros(bytes as Uint8Array)).toBe(true);
    vi.restoreAllMocks();
  });
});
