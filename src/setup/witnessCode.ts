/**
 * Makes a witness calculator small. circom writes a function for every instance of a template, and many differ in their
 * constants alone: each round of each Poseidon brings its own 36 KB. Merged, the code shrinks to a fifth, so a browser
 * downloads less, and the first witness, whose code is compiled while it runs, takes about half the time.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { rename, rm } from "node:fs/promises";
import { ArtifactError } from "../base/errors.ts";
import { runNode } from "./nodeProcess.ts";

const require = createRequire(import.meta.url);

/** Of WebAssembly's first version, as circom's own output; see Binaryen's MergeSimilarFunctions.cpp for what is merged. */
export const MERGE_FLAGS = ["--mvp-features", "--merge-similar-functions"] as const;

/** Replaces the code in the file `path`. @throws ArtifactError with the optimizer's words when it fails */
export async function mergeFunctions(path: string): Promise<void> {
  const tool = join(dirname(require.resolve("binaryen/package.json")), "bin/wasm-opt");
  const merged = `${path}.merged`;
  try {
    const { code, output } = await runNode(dirname(path), [tool, ...MERGE_FLAGS, path, "-o", merged]);
    if (code !== 0) throw new ArtifactError(path, `can't be optimized:\n${output.trim()}`);
    await rename(merged, path);
  } finally {
    await rm(merged, { force: true });
  }
}
