/**
 * Ctrl-C: work that heeds a signal ends in order, and work that doesn't is left where it is; nothing is ever half-written.
 *
 * @module
 */
import { setTimeout } from "node:timers/promises";
import { PlimsollError } from "../base/errors.ts";
import { orAborted } from "../base/abort.ts";
import { EXIT } from "./exitCodes.ts";

/** Thrown when the user interrupts. */
export class Interrupted extends PlimsollError {
  override readonly name = "Interrupted";
  constructor() {
    super("interrupted");
  }
}

/** Milliseconds that work has to end in order: threads to stop, files to go. */
const ORDERLY = 500;

/** Runs work that an interrupt ends; a second interrupt ends the process at once. Throws {@link Interrupted}. */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(EXIT.interrupted);
    stop.abort(new Interrupted());
  };
  process.on("SIGINT", onSignal);
  const running = work(stop.signal);
  try {
    return await orAborted(running, stop.signal);
  } catch (error) {
    if (stop.signal.aborted)
      await Promise.race([running.catch(() => undefined), setTimeout(ORDERLY, undefined, { ref: false })]);
    throw error;
  } finally {
    process.off("SIGINT", onSignal);
  }
}
