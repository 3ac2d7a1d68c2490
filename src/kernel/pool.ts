/**
 * Threads that prove together. They start with the first proof, keep their keys, and end with `close` or when a proof is
 * aborted.
 *
 * @module
 */
import type { Worker } from "node:worker_threads";
import { ProofError } from "../errors.ts";
import { explain } from "../prove/snarkjsErrors.ts";
import type { Stage } from "../prove/prover.ts";
import { spawnWorker } from "../worker.ts";
import type { Results, Task } from "./thread.ts";

export interface Request {
  readonly id: number;
  readonly task: Task;
}

export type Reply =
  | { readonly id: number; readonly result: Results[Task["kind"]] }
  | { readonly id: number; readonly error: { readonly message: string; readonly path?: string | undefined; readonly rule?: string | undefined } };

interface Pending {
  readonly stage: Stage;
  resolve(result: never): void;
  reject(error: Error): void;
}

export class Pool {
  private threads: PoolThread[] | undefined;

  constructor(readonly size: number) {}

  /** The threads, started if they aren't. Those that `close` ended refuse every task, so no proof goes on with others. */
  start(): readonly PoolThread[] {
    return (this.threads ??= Array.from({ length: this.size }, () => new PoolThread()));
  }

  async close(): Promise<void> {
    const threads = this.threads ?? [];
    this.threads = undefined;
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

/** A thread, which works on its tasks in turn. */
export class PoolThread {
  private readonly worker: Worker;
  private readonly pending = new Map<number, Pending>();
  private next = 0;
  private ended = false;

  constructor() {
    this.worker = spawnWorker(new URL("./kernel.worker.ts", import.meta.url));
    this.worker.unref();
    this.worker.on("message", (reply: Reply) => this.settle(reply));
    this.worker.on("error", (error) => this.fail(error));
    this.worker.on("exit", () => this.fail());
  }

  /** `transfer` moves buffers instead of copying them. */
  ask<K extends Task["kind"]>(task: Extract<Task, { kind: K }>, transfer: readonly ArrayBuffer[] = []): Promise<Results[K]> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(ended());
      const id = this.next++;
      // A thread at work keeps the process alive, an idle one does not.
      if (this.pending.size === 0) this.worker.ref();
      this.pending.set(id, { stage: task.kind === "witness" ? "witness" : "prove", resolve: resolve as Pending["resolve"], reject });
      this.worker.postMessage({ id, task } satisfies Request, transfer as never);
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private settle(reply: Reply): void {
    const pending = this.pending.get(reply.id)!;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.worker.unref();
    if ("result" in reply) return pending.resolve(reply.result as never);
    const { message, path, rule } = reply.error;
    pending.reject(path !== undefined && rule !== undefined ? new ProofError(path, rule) : explain(new Error(message), pending.stage, "the kernel"));
  }

  private fail(error?: Error): void {
    const reason = /memory/i.test(error?.message ?? "") ? new ProofError("memory", "ran out") : ended();
    this.ended = true;
    for (const { reject } of this.pending.values()) reject(reason);
    this.pending.clear();
  }
}

const ended = (): ProofError => new ProofError("prover", "its thread ended before it was done");
