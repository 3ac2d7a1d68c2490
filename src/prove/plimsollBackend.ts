/**
 * Plimsoll's own Groth16 backend: the WebAssembly kernel on threads, for Node. Several times faster than snarkjs.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { loadKernelCode } from "../kernel/code.ts";
import { fileSource } from "../kernel/fileSource.ts";
import { plan, type Piece } from "../kernel/plan.ts";
import { Pool, type PoolThread } from "../kernel/pool.ts";
import type { Results } from "../kernel/thread.ts";
import { readLayout } from "../kernel/zkey.ts";
import type { Backend, CircuitInputs, ProveOptions, ProvingArtifacts } from "./prover.ts";

export interface PlimsollOptions {
  /** Threads to prove with; all cores by default, at most 8: what one thread alone does limits more. */
  readonly threads?: number | undefined;
}

type Loaded = readonly Piece[][];

/** Threads start with the first proof; keys stay in their memory until `close`. */
export function plimsollBackend({ threads = Math.min(8, availableParallelism()) }: PlimsollOptions = {}): Backend {
  const pool = new Pool(threads);
  const loaded = new Map<string, Promise<Loaded>>();
  let turn: Promise<unknown> = Promise.resolve();
  const close = async (): Promise<void> => {
    loaded.clear();
    await pool.close();
  };
  return {
    name: "plimsoll",
    run(artifacts, inputs, options) {
      const mine = turn.then(() => {
        options.signal?.throwIfAborted();
        return untilAborted(proveOnce(pool, loaded, artifacts, inputs, options), options.signal, close);
      });
      turn = mine.catch(() => undefined);
      return mine;
    },
    close,
  };
}

async function proveOnce(
  pool: Pool, loaded: Map<string, Promise<Loaded>>, artifacts: ProvingArtifacts, inputs: CircuitInputs, { onProgress }: ProveOptions,
): ReturnType<Backend["run"]> {
  const key = artifacts.zkeyPath;
  const threads = pool.start();
  const lead = threads[0]!;
  const loading = loaded.get(key) ?? load(threads, artifacts);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  onProgress?.("witness", 0);
  const pieces = await loading;
  try {
    const { signals, witness } = await lead.ask({ kind: "witness", key, inputs });
    onProgress?.("witness", 1);
    onProgress?.("prove", 0);
    const withH = threads.filter((_, i) => pieces[i]!.some(({ sum }) => sum === "h"));
    const quotient = lead.ask({ kind: "quotient", key, share: withH.some((thread) => thread !== lead) });
    const overWitness = sums(lead, threads, key, "witness", witness);
    const overH = quotient.then((scalars) => {
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
  lead: PoolThread, threads: readonly PoolThread[], key: string, over: "witness" | "quotient", scalars: Uint8Array | undefined,
): Promise<Results["sums"][]> {
  const asked = threads.map((thread) => {
    if (thread === lead) return thread.ask({ kind: "sums", key, over });
    const copy = scalars!.slice();
    return thread.ask({ kind: "sums", key, over, scalars: copy }, [copy.buffer]);
  });
  scalars?.fill(0);
  return Promise.all(asked);
}

async function load(threads: readonly PoolThread[], { wasmPath, zkeyPath }: ProvingArtifacts): Promise<Loaded> {
  const [code, circuit] = await Promise.all([loadKernelCode(), readFile(wasmPath).then((bytes) => WebAssembly.compile(bytes))]);
  const pieces = plan(readLayout(fileSource(zkeyPath)), threads.length);
  await Promise.all(pieces.map((mine, i) =>
    threads[i]!.ask({ kind: "load", key: zkeyPath, code, pieces: mine, circuit: i === 0 ? circuit : undefined })));
  return pieces;
}

/** Ends the threads when the signal fires: they can't be interrupted otherwise. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, stop: () => Promise<void>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason as Error);
      void stop();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
