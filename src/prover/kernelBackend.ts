/**
 * Plimsoll's own Groth16 backend: the WebAssembly kernel on threads, wherever it runs. Several times faster than snarkjs.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import type { Platform } from "./threads/platform.ts";
import { secretsIn, type KeyFile, type ThreadResults, type Scalars, type ThreadTask } from "./threads/task.ts";
import { Pool, type PoolThread } from "./threads/pool.ts";
import type { Over } from "./threads/sums.ts";
import { orAborted } from "../base/abort.ts";
import type { Backend, CircuitKey, ProveOptions } from "./prover.ts";
import type { CircuitInputs } from "../statements/request.ts";
import type { PlimsollOptions } from "./plimsollOptions.ts";

/** What the threads work from. */
export interface KernelFiles {
  /** SHA-256 of the key: keys are kept by it. */
  readonly name: string;
  readonly key: KeyFile;
  circuit(): Promise<WebAssembly.Module>;
}

/**
 * Threads start with the first proof, or with `start`; keys stay in their memory until `close`. When a thread ends or a
 * proof is aborted, all end, and the next proof starts afresh. Idle threads keep no program alive in Node; those that
 * `start` started for nothing, because there are no artifacts, hold no key and wait for the next proof or `close`.
 *
 * @param files finds code and key in the artifacts
 * @throws InputError naming the option that is out of its range
 */
export function kernelBackend<A extends CircuitKey>(
  platform: Platform,
  files: (artifacts: A) => KernelFiles,
  { threads = Math.min(8, platform.cores), pointTableMiB = 0 }: PlimsollOptions = {},
): Backend<A> {
  if (!Number.isSafeInteger(threads) || threads < 1)
    throw new InputError("threads", "must be a whole number of 1 or more", threads);
  if (!Number.isFinite(pointTableMiB) || pointTableMiB < 0)
    throw new InputError("pointTableMiB", "must be a finite number of 0 or more", pointTableMiB);
  let crew: Crew | undefined;
  let ending: Promise<unknown> = Promise.resolve();
  /** Resolves when the crew is gone, and those before it. */
  const dismiss = (): Promise<unknown> => {
    ending = Promise.all([ending, crew?.close()]);
    crew = undefined;
    return ending;
  };
  const ready = (): Crew => {
    if (crew?.ended) void dismiss();
    return (crew ??= new Crew(platform, threads, pointTableMiB * 2 ** 20));
  };
  return {
    name: "plimsoll",
    start: () => void ready(),
    async run(artifacts, inputs, options) {
      options.signal?.throwIfAborted();
      return orAborted(prove(ready(), files(artifacts), inputs, options), options.signal, dismiss);
    },
    close: async () => void (await dismiss()),
  };
}

/** By thread, the scalars that its points take. */
type Needs = readonly (readonly Over[])[];

/** Threads, and what keys they have loaded: both go together. */
class Crew extends Pool {
  private readonly loaded = new Map<string, Needs>();
  private tableBytes = 0;

  constructor(
    private readonly platform: Platform,
    size: number,
    private readonly mostTableBytes: number,
  ) {
    super(platform, size);
  }

  /** Loads the key if it isn't. Proofs take turns, so nobody else is loading it. */
  async needsOf(files: KernelFiles): Promise<Needs> {
    const needs = this.loaded.get(files.name) ?? (await this.load(files));
    this.loaded.set(files.name, needs);
    return needs;
  }

  private async load({ name, key, circuit: compile }: KernelFiles): Promise<Needs> {
    const [code, circuit] = await Promise.all([this.platform.loadKernelCode(), compile()]);
    const tableRoom = this.mostTableBytes - this.tableBytes;
    const results = await allDone(
      this.threads.map((thread, i) =>
        thread.ask({
          kind: "load",
          key: name,
          file: key,
          code,
          thread: i,
          threads: this.threads.length,
          circuit: i === 0 ? circuit : undefined,
          tableRoom,
        }),
      ),
    );
    this.tableBytes += results[0]!.tableBytes;
    return results.map(({ needs }) => needs);
  }
}

/**
 * The lead has every scalar. Threads whose points take some get copies through this host: 2 MB each at tier M, 1 to 2 ms of
 * more than a thousand, so memory that threads share, which pages must be isolated for, is not worth having.
 */
async function prove(
  crew: Crew,
  files: KernelFiles,
  inputs: CircuitInputs,
  { onProgress }: ProveOptions,
): ReturnType<Backend["run"]> {
  onProgress?.("witness", 0);
  const needs = await crew.needsOf(files);
  const { threads } = crew;
  const lead = threads[0]!;
  const key = files.name;
  /** What this host has held of the witness. */
  const secrets: Uint8Array[] = [];
  const ask = async <K extends ThreadTask["kind"]>(
    thread: PoolThread,
    task: Extract<ThreadTask, { kind: K }>,
    transfer?: readonly ArrayBuffer[],
  ): Promise<ThreadResults[K]> => {
    const result = await thread.ask<K>(task, transfer);
    secrets.push(...secretsIn(result));
    return result;
  };
  const workers = (over: Over): PoolThread[] => threads.filter((_, i) => needs[i]!.includes(over));
  const others = (over: Over): boolean => workers(over).some((thread) => thread !== lead);
  const sums = (over: Over, scalars: Scalars | undefined): Promise<ThreadResults["sums"][]> =>
    allDone(
      workers(over).map(async (thread) => {
        if (thread === lead) return ask(lead, { kind: "sums", key, over });
        const copy = scalars!.slice();
        secrets.push(copy);
        return ask(thread, { kind: "sums", key, over, scalars: copy }, [copy.buffer]);
      }),
    );
  try {
    const { signals, scalars } = await ask(lead, { kind: "witness", key, inputs, share: others("witness") });
    onProgress?.("witness", 1);
    onProgress?.("prove", 0);
    const quotient = ask(lead, { kind: "quotient", key, share: others("quotient") });
    const overH = quotient.then(({ scalars: h }) => {
      onProgress?.("prove", 0.2);
      return sums("quotient", h);
    });
    const parts = (await allDone([sums("witness", scalars), overH])).flat(2);
    onProgress?.("prove", 0.99);
    const proof = await ask(
      lead,
      { kind: "finish", key, parts },
      parts.map(({ point }) => point.buffer as ArrayBuffer),
    );
    onProgress?.("prove", 1);
    return { signals, proof };
  } finally {
    await Promise.allSettled(threads.map((thread) => thread.ask({ kind: "wipe", key })));
    // What was moved on has no bytes left here.
    for (const bytes of secrets) if (bytes.byteLength > 0) bytes.fill(0);
  }
}

/** As Promise.all, but waits for all even when one fails, so that nothing comes in after the cleaning up. */
async function allDone<T>(work: readonly Promise<T>[]): Promise<T[]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
