/**
 * The prover in browsers: threads are web workers, whose address is written as bundlers want to find it; without a
 * bundler it is right as it stands.
 *
 * @module
 */
import { kernelCode } from "../../kernel/kernelCode.ts";
import type { Platform, Reply } from "./platform.ts";

export const browser: Platform = {
  get cores() {
    // Some browsers keep it to themselves.
    return navigator.hardwareConcurrency ?? 1;
  },
  loadKernelCode: kernelCode,
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
