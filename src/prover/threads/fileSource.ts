/**
 * A key in a file.
 *
 * @module
 */
import { closeSync, openSync, readSync } from "node:fs";
import type { KeySource } from "../../groth16/zkey.ts";

/** Reads at places in a file, which is opened for each read: a key that is loaded keeps nothing open. */
export function fileSource(path: string): KeySource {
  return {
    name: path,
    read(target, position) {
      const file = openSync(path, "r");
      try {
        for (let done = 0; done < target.byteLength;) {
          const count = readSync(file, target, done, target.byteLength - done, position + done);
          if (count === 0) throw new Error("ends early");
          done += count;
        }
      } finally {
        closeSync(file);
      }
    },
  };
}
