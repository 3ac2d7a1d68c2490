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
import { Pool } from "../kernel/pool.ts";
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
  const everyone = Array.from({ length: pool.size }, (_, i) => i);
  const others = everyone.slice(1);
  const loading = loaded.get(key) ?? load(pool, artifacts);
  loaded.set(key, loading);
  loading.catch(() => loaded.delete(key));
  onProgress?.("witness", 0);
  const pieces = await loading;
  try {
    const { signals, witness } = await pool.ask(0, { kind: "witness", key, inputs });
    onProgress?.("witness", 1);
    onProgress?.("prove", 0);
    const share = others.some((i) => pieces[i]!.some(({ sum }) => sum === "h"));
    const quotient = pool.ask(0, { kind: "quotient", key, share });
    const overWitness = everyone.map((i) => {
      if (i === 0) return pool.ask(0, { kind: "sums", key, over: "witness" });
      const scalars = witness.slice();
      return pool.ask(i, { kind: "sums", key, over: "witness", scalars }, [scalars.buffer]);
    });
    witness.fill(0);
    const h = quotient.then((scalars) => {
      onProgress?.("prove", 0.2);
      const sums = everyone.filter((i) => pieces[i]!.some(({ sum }) => sum === "h")).map((i) => {
        if (i === 0) return pool.ask(0, { kind: "sums", key, over: "quotient" });
        const copy = scalars!.slice();
        return pool.ask(i, { kind: "sums", key, over: "quotient", scalars: copy }, [copy.buffer]);
      });
      scalars?.fill(0);
      return Promise.all(sums);
    });
    const parts = (await Promise.all([...overWitness, h])).flat(2);
    onProgress?.("prove", 0.99);
    const proof = await pool.ask(0, { kind: "finish", key, parts });
    onProgress?.("prove", 1);
    return { signals, proof };
  } finally {
    await Promise.allSettled(everyone.map((i) => pool.ask(i, { kind: "wipe", key })));
  }
}

async function load(pool: Pool, { wasmPath, zkeyPath }: ProvingArtifacts): Promise<Loaded> {
  const [code, circuit] = await Promise.all([loadKernelCode(), readFile(wasmPath).then((bytes) => WebAssembly.compile(bytes))]);
  const pieces = plan(readLayout(fileSource(zkeyPath)), pool.size);
  await Promise.all(pieces.map((mine, i) =>
    pool.ask(i, { kind: "load", key: zkeyPath, code, pieces: mine, circuit: i === 0 ? circuit : undefined })));
  return pieces;
}

/** Ends the threads when the signal fires: they can't be interrupted otherwise. */
function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined, stop: () => Promise<void>): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const onAbort = (): void => void stop().then(() => reject(signal.reason as Error));
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
