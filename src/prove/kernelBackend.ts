/**
 * Plimsoll's own Groth16 backend: the WebAssembly kernel on threads, wherever it runs. Several times faster than snarkjs.
 *
 * @module
 */
import type { KeyFile, Platform } from "../kernel/platform.ts";
import { Pool, type PoolThread } from "../kernel/pool.ts";
import type { SumName } from "../kernel/plan.ts";
import type { Results } from "../kernel/thread.ts";
import { orAborted } from "./abort.ts";
import type { Backend, CircuitKey, ProveOptions } from "./prover.ts";

export interface PlimsollOptions {
  /** Threads to prove with; all cores by default, at most 8: what one thread alone does limits more. */
  readonly threads?: number | undefined;
}

/** What the threads work from. */
export interface KernelFiles {
  /** SHA-256 of the key: keys are kept by it. */
  readonly name: string;
  readonly key: KeyFile;
  circuit(): Promise<WebAssembly.Module>;
}

/** By thread, the sums that it has a part in. */
type Shares = readonly (readonly SumName[])[];

/**
 * Threads start with the first proof; keys stay in their memory until `close`.
 *
 * @param files finds code and key in the artifacts
 */
export function kernelBackend<A extends CircuitKey>(
  platform: Platform, files: (artifacts: A) => KernelFiles, { threads = Math.min(8, platform.cores) }: PlimsollOptions = {},
): Backend<A> {
  const pool = new Pool(platform, threads);
  const loaded = new Map<string, Promise<Shares>>();
  let turn: Promise<unknown> = Promise.resolve();
  const close = async (): Promise<void> => {
    loaded.clear();
    await pool.close();
  };
  const sharesOf = (workers: readonly PoolThread[], key: KernelFiles): Promise<Shares> => {
    const loading = loaded.get(key.name) ?? load(platform, workers, key);
    loaded.set(key.name, loading);
    loading.catch(() => loaded.delete(key.name));
    return loading;
  };
  return {
    name: "plimsoll",
    run(artifacts, inputs, options) {
      const mine = turn.then(() => {
        options.signal?.throwIfAborted();
        const workers = pool.start();
        const key = files(artifacts);
        return orAborted(prove(workers, key.name, () => sharesOf(workers, key), inputs, options), options.signal, close);
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
    close,
  };
}

async function prove(
  threads: readonly PoolThread[], key: string, load: () => Promise<Shares>, inputs: Parameters<Backend["run"]>[1], { onProgress }: ProveOptions,
): ReturnType<Backend["run"]> {
  const lead = threads[0]!;
  onProgress?.("witness", 0);
  const shares = await load();
  try {
    const { signals, scalars: witness } = await lead.ask({ kind: "witness", key, inputs });
    onProgress?.("witness", 1);
    onProgress?.("prove", 0);
    const withH = threads.filter((_, i) => shares[i]!.includes("h"));
    const quotient = lead.ask({ kind: "quotient", key, share: withH.some((thread) => thread !== lead) });
    const overWitness = sums(lead, threads, key, "witness", witness);
    const overH = quotient.then(({ scalars }) => {
      onProgress?.("prove", 0.2);
      return sums(lead, withH, key, "quotient", scalars);
    });
    const parts = (await Promise.all([overWitness, overH])).flat(2);
    onProgress?.("prove", 0.99);
    const proof = await lead.ask({ kind: "finish", key, parts });
    onProgress?.("prove", 1);
    return { signals, proof };
  } finally {
    await Promise.allSettled(threads.map((thread) => thread.ask({ kind: "wipe", key })));
  }
}

/** Sums of `threads` over scalars that the lead has; the others get copies, which they wipe. */
function sums(
  lead: PoolThread, threads: readonly PoolThread[], key: string, over: "witness" | "quotient", scalars: Uint8Array<ArrayBuffer> | undefined,
): Promise<Results["sums"][]> {
  const asked = threads.map((thread) => {
    if (thread === lead) return thread.ask({ kind: "sums", key, over });
    const copy = scalars!.slice();
    return thread.ask({ kind: "sums", key, over, scalars: copy }, [copy.buffer]);
  });
  scalars?.fill(0);
  return Promise.all(asked);
}

async function load(platform: Platform, threads: readonly PoolThread[], { name, key, circuit: compile }: KernelFiles): Promise<Shares> {
  const [code, circuit] = await Promise.all([platform.loadKernelCode(), compile()]);
  return Promise.all(threads.map((thread, i) =>
    thread.ask({ kind: "load", key: name, file: key, code, thread: i, threads: threads.length, circuit: i === 0 ? circuit : undefined })));
}
