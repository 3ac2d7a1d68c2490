/**
 * A thread's end of the conversation: requests are answered one after another, in the order in which they came.
 *
 * @module
 */
import { PlimsollError } from "../../base/errors.ts";
import { Turns } from "../../base/turns.ts";
import type { Failure, Reply, Request } from "./platform.ts";
import { secretsIn, type KeyFile } from "./task.ts";
import { Thread } from "./thread.ts";
import type { KeySource } from "../../groth16/zkey.ts";

/**
 * Takes requests for a thread of its own, and says that it is there.
 *
 * @param open gives a key's bytes
 * @param post sends a reply, moving the buffers of `transfer`
 */
export function answering(
  open: (file: KeyFile) => KeySource,
  post: (reply: Reply, transfer: readonly ArrayBuffer[]) => void,
): (request: Request) => void {
  const thread = new Thread(open);
  const turns = new Turns();
  const answer = async ({ id, task }: Request): Promise<void> => {
    try {
      const result = await thread.run(task);
      // Moved, not copied: nothing of the witness stays behind in this thread.
      post(
        { id, result },
        secretsIn(result).map(({ buffer }) => buffer),
      );
    } catch (error) {
      post({ id, error: failure(error) }, []);
    }
  };
  post({ ready: true }, []);
  return (request) => void turns.run(() => answer(request));
}

function failure(error: unknown): Failure {
  const { name, message } = error instanceof Error ? error : { name: typeof error, message: "" };
  const { path, rule } = error instanceof PlimsollError ? (error as { path?: string; rule?: string }) : {};
  return { name, message, path, rule };
}
