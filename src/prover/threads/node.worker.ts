/**
 * A thread of the prover in Node. Keys are files.
 *
 * @module
 */
import { parentPort } from "node:worker_threads";
import { answering } from "./answering.ts";
import { fileSource } from "./fileSource.ts";

const port = parentPort!;
port.on(
  "message",
  answering(
    (file) => fileSource(file as string),
    (reply, transfer) => port.postMessage(reply, transfer),
  ),
);
// A request that can't be read has no id to answer to: the thread ends, and the host hears of it.
port.on("messageerror", (error) => {
  throw error;
});
