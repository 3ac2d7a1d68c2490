/**
 * The prover in browsers: threads are web workers, the kernel's code is fetched from beside this module. Both addresses
 * are written as bundlers want to find them; without a bundler they are right as they stand.
 *
 * @module
 */
import { ArtifactError } from "../errors.ts";
import { compileCode } from "./code.ts";
import type { Platform, Reply } from "./platform.ts";

export const browser: Platform = {
  get cores() {
    return navigator.hardwareConcurrency;
  },
  async loadKernelCode() {
    const url = new URL("./bn254.wasm", import.meta.url);
    const response = await fetch(url);
    if (!response.ok) throw new ArtifactError(url.href, `is not there: status ${response.status}`);
    return compileCode(new Uint8Array(await response.arrayBuffer()), url.href);
  },
  startThread({ onReply, onEnd }) {
    const worker = new Worker(new URL("./browser.worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => onReply(data as Reply);
    worker.onerror = ({ message }) => {
      worker.terminate();
      onEnd(new Error(message));
    };
    return {
      post: (request, transfer) => worker.postMessage(request, [...transfer]),
      hold: () => undefined,
      async end() {
        worker.terminate();
        onEnd();
      },
    };
  },
};
