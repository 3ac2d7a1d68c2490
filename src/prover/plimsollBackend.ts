/**
 * The kernel's backend in Node, over files.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { node } from "./threads/node.ts";
import { kernelBackend } from "./kernelBackend.ts";
import type { PlimsollOptions } from "./plimsollOptions.ts";
import type { Backend, ProvingArtifacts } from "./prover.ts";

export const plimsollBackend = (options: PlimsollOptions = {}): Backend =>
  kernelBackend<ProvingArtifacts>(
    node,
    ({ wasmPath, zkeyPath, zkeySha256 }) => ({
      name: zkeySha256,
      key: zkeyPath,
      circuit: async () => WebAssembly.compile(await readFile(wasmPath)),
    }),
    options,
  );
