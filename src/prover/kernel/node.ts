/**
 * The prover in Node: threads are worker threads, the kernel's code is a file.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { ArtifactError } from "../../base/errors.ts";
import { spawnWorker } from "../../base/worker.ts";
import { compileCode } from "./code.ts";
import type { Platform } from "./platform.ts";

/** Beside the compiled module; the sources use that of dist. */
const KERNEL_FILE = new URL(import.meta.url.endsWith(".ts") ? "../../dist/kernel/bn254.wasm" : "./bn254.wasm", import.meta.url);

export const node: Platform = {
  cores: availableParallelism(),
  async loadKernelCode() {
    const bytes = await readFile(KERNEL_FILE).catch((cause: unknown) => {
      throw new ArtifactError(KERNEL_FILE.pathname, "is missing: in a clone npm run prepare makes it, an installed package has it", { cause });
    });
    return compileCode(bytes as Uint8Array<ArrayBuffer>, KERNEL_FILE.pathname);
  },
  startThread({ onReply, onEnd }) {
    const worker = spawnWorker(new URL("./node.worker.ts", import.meta.url));
    worker.unref();
    worker.on("message", onReply).on("messageerror", onEnd).on("error", onEnd).on("exit", () => onEnd());
    return {
      post: (request, transfer) => worker.postMessage(request, transfer as never),
      hold: (yes) => (yes ? worker.ref() : worker.unref()),
      end: async () => void (await worker.terminate()),
    };
  },
};
