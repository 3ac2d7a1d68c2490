/**
 * Keeps snarkjs warm in a process of its own. A thread would not do: snarkjs starts threads for its curve through the
 * package web-worker, which works on a main thread only. A process also has memory of its own to measure, is stopped
 * at once whatever it is doing, and takes the witness with it.
 *
 * @module
 */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ProofError } from "../base/errors.ts";
import { Turns } from "../base/turns.ts";
import { orAborted } from "../base/abort.ts";
import type { ProveOptions } from "./prover.ts";
import { MEMORY_VARIABLE, type ProveResult, type SnarkjsReply, type SnarkjsTask } from "./snarkjsTask.ts";

export interface SnarkjsOptions {
  /** Most memory that the process may have resident, MiB; no limit by default. Solvency M takes about 600. */
  readonly maxMemoryMiB?: number | undefined;
  /** Without threads for the curve, to compare one thread with one thread. */
  readonly singleThread?: boolean | undefined;
}

/** Runs one task after another; starts with the first, and again after a stop. */
export class SnarkjsProcess {
  private child: ChildProcess | undefined;
  private readonly turns = new Turns();
  /** Most memory that a process had resident after a task, bytes. */
  peakBytes = 0;

  constructor(private readonly options: SnarkjsOptions = {}) {}

  /**
   * The result of a task, once those before it are done. Aborting ends the process if it works on this task.
   *
   * @throws ProofError as the task refuses, or when the process ends
   */
  run(task: SnarkjsTask, { onProgress, signal }: ProveOptions = {}): Promise<ProveResult | undefined> {
    const mine = this.turns.run(() => {
      signal?.throwIfAborted();
      return this.ask(task, { onProgress, signal });
    });
    return orAborted(mine, signal);
  }

  /** Stops what is running and waits for the end of the process. */
  async close(): Promise<void> {
    const { child } = this;
    this.child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, "exit");
    child.ref();
    child.kill("SIGKILL");
    await exit;
  }

  private ask(task: SnarkjsTask, { onProgress, signal }: ProveOptions): Promise<ProveResult | undefined> {
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      const settle = (how: () => void): void => {
        child.off("message", onMessage).off("exit", onExit).off("error", onExit);
        signal?.removeEventListener("abort", onAbort);
        idle(child, true);
        how();
      };
      const onMessage = (reply: SnarkjsReply): void => {
        if (reply.kind === "progress") return onProgress?.(reply.stage, reply.fraction);
        if (reply.kind === "done") this.peakBytes = Math.max(this.peakBytes, reply.peakBytes);
        settle(() => (reply.kind === "done" ? resolve(reply.result) : reject(new ProofError(reply.path, reply.rule))));
      };
      const onExit = (): void => {
        if (this.child === child) this.child = undefined;
        settle(() => reject(new ProofError("prover", "its process ended before it was done")));
      };
      const onAbort = (): void => {
        void this.close();
        settle(() => reject(signal!.reason as Error));
      };
      child.on("message", onMessage).on("exit", onExit).on("error", onExit);
      signal?.addEventListener("abort", onAbort);
      idle(child, false);
      child.send(task, (error) => error !== null && onExit());
    });
  }

  private start(): ChildProcess {
    const { maxMemoryMiB } = this.options;
    const source = import.meta.url.endsWith(".ts");
    const entry = new URL(source ? "./snarkjs.worker.ts" : "./snarkjs.worker.js", import.meta.url);
    const child = fork(fileURLToPath(entry), {
      execArgv: source ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href] : [],
      env: { ...process.env, [MEMORY_VARIABLE]: String(maxMemoryMiB ?? "") },
      // Bigints survive; and what a circuit logs, which may be secret, goes nowhere.
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    });
    child.once("exit", () => {
      if (this.child === child) this.child = undefined;
    });
    return child;
  }
}

/** An idle child does not keep this process alive; when this one ends, the child notices and ends too. */
function idle(child: ChildProcess, yes: boolean): void {
  if (yes) child.unref();
  else child.ref();
  if (yes) child.channel?.unref();
  else child.channel?.ref();
}
