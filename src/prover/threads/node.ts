/**
 * The prover in Node: threads are worker threads.
 *
 * @module
 */
import { availableParallelism } from "node:os";
import { spawnWorker } from "../../base/worker.ts";
import { kernelCode } from "../../kernel/kernelCode.ts";
import type { Platform } from "./platform.ts";

export const node: Platform = {
  cores: availableParallelism(),
  loadKernelCode: kernelCode,
  startThread({ onReply, onEnd }) {
    const worker = spawnWorker(new URL("./node.worker.ts", import.meta.url));
    worker.unref();
    worker
      .on("message", onReply)
      .on("messageerror", onEnd)
      .on("error", onEnd)
      .on("exit", () => onEnd());
    return {
      post: (request, transfer) => worker.postMessage(request, transfer as never),
      hold: (yes) => (yes ? worker.ref() : worker.unref()),
      end: async () => void (await worker.terminate()),
    };
  },
};
