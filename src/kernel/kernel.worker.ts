/**
 * A thread of the prover in Node: tasks come in as messages and are answered in turn. Keys are files.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { PlimsollError } from "../errors.ts";
import { fileSource } from "./fileSource.ts";
import type { Reply, Request } from "./pool.ts";
import { Thread } from "./thread.ts";

const port = parentPort!;
const thread = new Thread(fileSource);
let turn: Promise<void> = Promise.resolve();
port.on("message", (request: Request) => void (turn = turn.then(() => answer(request))));

async function answer({ id, task }: Request): Promise<void> {
  try {
    const result = await thread.run(task);
    port.postMessage({ id, result } satisfies Reply);
  } catch (error) {
    // Errors lose their class on the way. What isn't ours is told apart by its message, see explain().
    const { path, rule } = error instanceof PlimsollError ? (error as { path?: string; rule?: string }) : {};
    port.postMessage({ id, error: { message: error instanceof Error ? error.message : "", path, rule } } satisfies Reply);
  }
}
