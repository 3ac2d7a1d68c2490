/**
 * The prover in browsers: threads are web workers, the kernel's code is fetched from beside this module. Both addresses
 * are written as bundlers want to find them; without a bundler they are right as they stand.
 *
 * @module
 */
import { ArtifactError } from "../../base/errors.ts";
import { compileCode } from "./code.ts";
import type { Platform, Reply } from "./platform.ts";

export const browser: Platform = {
  get cores() {
    // Some browsers keep it to themselves.
    return navigator.hardwareConcurrency ?? 1;
  },
  async loadKernelCode() {
    const url = new URL("./bn254.wasm", import.meta.url);
    const response = await fetch(url);
    if (!response.ok) throw new ArtifactError(url.href, `is not there: status ${response.status}; bn254.wasm and browser.worker.js belong beside the bundle`);
    return compileCode(new Uint8Array(await response.arrayBuffer()), url.href);
  },
  startThread({ onReply, onEnd }) {
    const worker = new Worker(new URL("./browser.worker.js", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }) => onReply(data as Reply);
    worker.onmessageerror = () => onEnd(new Error("a reply can't be read"));
    // A script that doesn't load gives no message.
    worker.onerror = ({ message }) => onEnd(new Error(message));
    return {
      post: (request, transfer) => worker.postMessage(request, [...transfer]),
      hold: () => undefined,
      end: async () => worker.terminate(),
    };
  },
};
