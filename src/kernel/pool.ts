/**
 * Threads that prove together. They start with the first proof, keep their keys, and end with `close` or when a proof is
 * aborted.
 *
 * @module
 */
import { ProofError } from "../errors.ts";
import type { Stage } from "../prove/prover.ts";
import { explain } from "../prove/snarkjsErrors.ts";
import type { Platform, Port, Reply } from "./platform.ts";
import type { Results, Task } from "./thread.ts";

interface Pending {
  readonly stage: Stage;
  resolve(result: never): void;
  reject(error: Error): void;
}

export class Pool {
  private threads: PoolThread[] | undefined;

  constructor(private readonly platform: Platform, private readonly size: number) {}

  /** The threads, started if they aren't. Those that `close` ended refuse every task, so no proof goes on with others. */
  start(): readonly PoolThread[] {
    return (this.threads ??= Array.from({ length: this.size }, () => new PoolThread(this.platform)));
  }

  async close(): Promise<void> {
    const threads = this.threads ?? [];
    this.threads = undefined;
    await Promise.all(threads.map((thread) => thread.close()));
  }
}

/** A thread, which works on its tasks in turn. */
export class PoolThread {
  private readonly port: Port;
  private readonly pending = new Map<number, Pending>();
  private next = 0;
  private ended = false;

  constructor(platform: Platform) {
    this.port = platform.startThread({ onReply: (reply) => this.settle(reply), onEnd: (error) => this.fail(error) });
  }

  /** `transfer` moves buffers instead of copying them. */
  ask<K extends Task["kind"]>(task: Extract<Task, { kind: K }>, transfer: readonly ArrayBuffer[] = []): Promise<Results[K]> {
    return new Promise((resolve, reject) => {
      if (this.ended) return reject(ended());
      const id = this.next++;
      // A thread at work keeps the process alive, an idle one does not.
      if (this.pending.size === 0) this.port.hold(true);
      this.pending.set(id, { stage: task.kind === "witness" ? "witness" : "prove", resolve: resolve as Pending["resolve"], reject });
      this.port.post({ id, task }, transfer);
    });
  }

  async close(): Promise<void> {
    await this.port.end();
  }

  private settle(reply: Reply): void {
    const pending = this.pending.get(reply.id)!;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.port.hold(false);
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
