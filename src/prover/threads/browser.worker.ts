/**
 * A thread of the prover in a browser. Keys are Blobs, of which a worker reads slices at once; the rest stays where the
 * browser keeps it.
 *
 * @module
 */
import { answering } from "./answering.ts";
import type { KeySource } from "../../groth16/zkey.ts";

/** Workers alone have it, so the types of pages don't. */
declare const FileReaderSync: new () => { readAsArrayBuffer(blob: Blob): ArrayBuffer };

const reader = new FileReaderSync();
const blobSource = (blob: Blob): KeySource => ({
  name: "key",
  read(target, position) {
    const bytes = new Uint8Array(reader.readAsArrayBuffer(blob.slice(position, position + target.byteLength)));
    if (bytes.byteLength < target.byteLength) throw new Error("ends early");
    target.set(bytes);
  },
});

const answer = answering(
  (file) => blobSource(file as Blob),
  (reply, transfer) => self.postMessage(reply, { transfer: [...transfer] }),
);
self.onmessage = ({ data }) => answer(data as Parameters<typeof answer>[0]);
// A request that can't be read has no id to answer to: the thread ends, and the host hears of it.
self.onmessageerror = () => {
  throw new Error("a request can't be read");
};
