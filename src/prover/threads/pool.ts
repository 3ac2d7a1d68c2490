/**
 * Threads that prove together: they start together, and when one ends, for whatever reason, all do, because no proof can
 * go on without its share.
 *
 * @module
 */
import { ArtifactError, ProofError, type PlimsollError } from "../../base/errors.ts";
import type { Stage } from "../prover.ts";
import { explain } from "../snarkjsErrors.ts";
import type { Failure, Platform, Port, Reply } from "./platform.ts";
import type { ThreadResults, ThreadTask } from "./task.ts";

export class Pool {
  readonly threads: readonly PoolThread[];
  private ending: Promise<unknown> | undefined;

  constructor(platform: Platform, size: number) {
    this.threads = Array.from({ length: size }, () => new PoolThread(platform, (reason) => this.end(reason)));
  }

  /** Whether the threads are gone or going: they refuse every task. */
  get ended(): boolean {
    return this.ending !== undefined;
  }

  /** Resolves when every thread is gone. */
  async close(): Promise<void> {
    await this.end(ended());
  }

  /** The first reason counts. */
  private end(reason: ProofError): Promise<unknown> {
    return (this.ending ??= Promise.all(this.threads.map((thread) => thread.end(reason))));
  }
}

interface Pending {
  readonly stage: Stage;
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A thread, which works on its tasks in turn. */
export class PoolThread {
  private readonly port: Port;
  private readonly pending = new Map<number, Pending>();
  private next = 0;
  private ready = false;
  /** Why it ended. */
  private reason: ProofError | undefined;

  /** @param onEnd hears that the thread ended by itself; it must call `end` */
  constructor(platform: Platform, onEnd: (reason: ProofError) => unknown) {
    this.port = platform.startThread({
      onReply: (reply) => this.receive(reply),
      onEnd: (error) => void onEnd(reasonOf(error, this.ready)),
    });
  }

  /**
   * `transfer` moves buffers instead of copying them.
   *
   * @throws ProofError as the task refuses, when the thread ends before it is done, or when the task can't be copied
   * @throws ArtifactError as the task refuses
   */
  ask<K extends ThreadTask["kind"]>(
    task: Extract<ThreadTask, { kind: K }>,
    transfer: readonly ArrayBuffer[] = [],
  ): Promise<ThreadResults[K]> {
    return new Promise((resolve, reject) => {
      if (this.reason !== undefined) return reject(this.reason);
      const id = this.next++;
      try {
        this.port.post({ id, task }, transfer);
      } catch {
        // The cause may quote what can't be copied.
        return reject(new ProofError(task.kind === "witness" ? "inputs" : task.kind, "can't be copied to a thread"));
      }
      // A thread at work keeps the program alive, an idle one does not.
      if (this.pending.size === 0) this.port.hold(true);
      this.pending.set(id, {
        stage: task.kind === "witness" ? "witness" : "prove",
        resolve: resolve as Pending["resolve"],
        reject,
      });
    });
  }

  /** From now on it takes no task. What it was asked for is refused once it is gone: until then replies may come. */
  async end(reason: ProofError): Promise<void> {
    this.reason = reason;
    await this.port.end();
    for (const { reject } of this.pending.values()) reject(reason);
    this.pending.clear();
  }

  private receive(reply: Reply): void {
    if ("ready" in reply) return void (this.ready = true);
    const pending = this.pending.get(reply.id)!;
    this.pending.delete(reply.id);
    if (this.pending.size === 0) this.port.hold(false);
    if ("result" in reply) pending.resolve(reply.result as never);
    else pending.reject(rebuilt(reply.error, pending.stage));
  }
}

const ended = (): ProofError => new ProofError("prover", "its thread ended before it was done");

/** Why a thread ended, for `error` or without; `ready` if it had come up. Before that it knew no secret to quote. */
function reasonOf(error: Error | undefined, ready: boolean): ProofError {
  if (error === undefined) return ended();
  if (/out of memory/i.test(error.message)) return new ProofError("memory", "ran out");
  return ready ? ended() : new ProofError("prover", "its thread's script did not load", { cause: error });
}

/** A thread's error as one of ours. What isn't ours is told apart by its message. */
function rebuilt({ name, message, path, rule }: Failure, stage: Stage): PlimsollError {
  if (path === undefined || rule === undefined)
    return explain(Object.assign(new Error(message), { name }), stage, "the kernel");
  return name === "ArtifactError" ? new ArtifactError(path, rule) : new ProofError(path, rule);
}
