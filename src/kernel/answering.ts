/**
 * A thread's end of the conversation: requests are answered one after another, in the order in which they came.
 *
 * @module
 */
import { PlimsollError } from "../errors.ts";
import type { KeyFile, Reply, Request } from "./platform.ts";
import { Thread } from "./thread.ts";
import type { KeySource } from "./zkey.ts";

/**
 * Takes requests for a thread of its own.
 *
 * @param open gives a key's bytes
 * @param post sends a reply, moving the buffers of `transfer`
 */
export function answering(open: (file: KeyFile) => KeySource, post: (reply: Reply, transfer: readonly ArrayBuffer[]) => void): (request: Request) => void {
  const thread = new Thread(open);
  let turn: Promise<void> = Promise.resolve();
  const answer = async ({ id, task }: Request): Promise<void> => {
    try {
      const result = await thread.run(task);
      // Scalars are moved, not copied: no copy of the witness stays behind in this thread.
      const scalars = task.kind === "witness" || task.kind === "quotient" ? (result as { readonly scalars?: Uint8Array<ArrayBuffer> }).scalars : undefined;
      post({ id, result }, scalars === undefined ? [] : [scalars.buffer]);
    } catch (error) {
      // Errors lose their class on the way. What isn't ours is told apart by its message, see explain().
      const { path, rule } = error instanceof PlimsollError ? (error as { path?: string; rule?: string }) : {};
      post({ id, error: { message: error instanceof Error ? error.message : "", path, rule } }, []);
    }
  };
  return (request) => void (turn = turn.then(() => answer(request)));
}
