/**
 * Nothing of a witness stays in the host's memory, whatever becomes of the proof. What threads keep: test/prover/threads/thread.test.ts.
 */
import { describe, expect, it } from "vitest";
import { secretsIn, secretsOf, type ThreadTask } from "../../src/prover/threads/task.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";
import { refusal } from "../support/proverRules.ts";
import { Watched, backendOver, proveToy } from "./watched.ts";

/** Bytes that came to the host or that it made. */
const held = ({ results, tasks }: Watched): Uint8Array[] => [
  ...results.flatMap(secretsIn),
  ...tasks.flatMap(({ task }) => secretsOf(task)),
];
/** A buffer that was moved on has no bytes left. */
const isWiped = (bytes: Uint8Array): boolean => bytes.byteLength === 0 || bytes.every((byte) => byte === 0);
const lastTasks = ({ ports, tasks }: Watched): (ThreadTask["kind"] | undefined)[] =>
  ports.map((_, i) => tasks.findLast(({ thread }) => thread === i)?.task.kind);

function expectWiped(watched: Watched): void {
  expect(held(watched).filter((bytes) => !isWiped(bytes))).toEqual([]);
  expect(new Set(lastTasks(watched))).toEqual(new Set(["wipe"]));
}

describe("the host keeps nothing of a witness", () => {
  it.each([1, 2, 3, 8])("after a proof on %i threads, each of which was sent what it needs", async (threads) => {
    const watched = new Watched();
    const backend = backendOver(watched, { threads });
    const secrets: boolean[] = [];
    watched.before = (kind) =>
      void (kind === "finish" && secrets.push(...held(watched).map((bytes) => !isWiped(bytes))));
    await proveToy(backend);
    expect(secrets).toContain(true);
    expectWiped(watched);
    // A thread without a part in a sum isn't asked for one.
    const sums = watched.results.filter((result) => Array.isArray(result));
    expect(sums).toHaveLength(watched.count("sums"));
    for (const parts of sums) expect(parts.length).toBeGreaterThan(0);
    const copies = watched.results.filter((result) => result !== undefined && "scalars" in result);
    expect(copies).toHaveLength(threads === 1 ? 0 : 2);
    await backend.close();
  });

  it.each([1, 2, 3, 4, 5, 6])("when the listener fails at its %ith call", async (call) => {
    const watched = new Watched();
    const backend = backendOver(watched);
    let calls = 0;
    const onProgress = (): void => {
      if (++calls === call) throw new Error("the listener failed");
    };
    await proveToy(backend);
    await expect(proveToy(backend, { onProgress })).rejects.toThrow("the listener failed");
    expectWiped(watched);
    await proveToy(backend);
    expect(watched.ports).toHaveLength(2);
    await backend.close();
  });

  it.each(["sums", "finish"] as const)("when a thread can't take its task: %s", async (kind) => {
    const watched = new Watched();
    const backend = backendOver(watched);
    watched.before = (each, thread) => {
      if (each === kind && (kind === "finish" || thread === 1)) throw new Error("no room");
    };
    expect((await refusal(backend.run(await toyArtifacts(), TOY_INPUTS, {}))).message).toBe(
      `${kind}: can't be copied to a thread`,
    );
    // The wiping comes last: nothing is sent after it.
    expectWiped(watched);
    await backend.close();
  });

  it.each([0, 1])("when thread %i ends during the sums", async (mortal) => {
    const watched = new Watched();
    const backend = backendOver(watched);
    watched.before = (kind, thread) => void (kind === "sums" && thread === mortal && watched.ports[mortal]!.end());
    await refusal(backend.run(await toyArtifacts(), TOY_INPUTS, {}));
    expect(held(watched).length).toBeGreaterThan(0);
    expect(held(watched).every(isWiped)).toBe(true);
    await backend.close();
  });
});

it("inputs that can't be copied are refused without a value of them, and keep no program alive", async () => {
  const watched = new Watched();
  const backend = backendOver(watched);
  const inputs = { ...TOY_INPUTS, lots: new Proxy([700n], {}) };
  const error = await refusal(backend.run(await toyArtifacts(), inputs, {}));
  expect([error.message, error.cause]).toEqual(["inputs: can't be copied to a thread", undefined]);
  expect(watched.held.size).toBe(0);
  await proveToy(backend);
  expect(watched.ports).toHaveLength(2);
  await backend.close();
});
