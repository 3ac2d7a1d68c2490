/**
 * What the prover takes from where it runs, and the messages between host and thread. node.ts and browser.ts are the two
 * platforms; everything else is the same on both.
 *
 * @module
 */
import type { ThreadResults, ThreadTask } from "./task.ts";

export interface Request {
  readonly id: number;
  readonly task: ThreadTask;
}

/** A thread says that it is there, then answers each request. */
export type Reply =
  | { readonly ready: true }
  | { readonly id: number; readonly result: ThreadResults[ThreadTask["kind"]] }
  | { readonly id: number; readonly error: Failure };

/** An error without its class, which is lost on the way: `name` is the class's, path and rule are those of our own errors. */
export interface Failure {
  readonly name: string;
  readonly message: string;
  readonly path?: string | undefined;
  readonly rule?: string | undefined;
}

/** A thread's host end. */
export interface Port {
  /** `transfer` moves buffers instead of copying them. Throws when the request can't be copied. */
  post(request: Request, transfer: readonly ArrayBuffer[]): void;
  /** Whether the program must stay alive for this thread. */
  hold(yes: boolean): void;
  /** Resolves when the thread is gone, at once if it is already; no reply comes after it. */
  end(): Promise<void>;
}

interface PortEvents {
  onReply(reply: Reply): void;
  /** The thread is gone, or of no more use: for `error`, or because it was told to. May be called again. */
  onEnd(error?: Error): void;
}

export interface Platform {
  /** Processors that a program may keep busy. */
  readonly cores: number;
  /** The kernel's compiled code. @throws ArtifactError when it is missing, or is not what these sources compile to */
  loadKernelCode(): Promise<WebAssembly.Module>;
  startThread(events: PortEvents): Port;
}
