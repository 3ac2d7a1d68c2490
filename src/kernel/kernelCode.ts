/**
 * The kernel's code wherever this runs: a file beside this module, read in Node and fetched in a page.
 *
 * @module
 */
import { ArtifactError } from "../base/errors.ts";
import { compileCode } from "./code.ts";

/** @throws ArtifactError when the code is not there, or is not what these sources compile to */
export async function kernelCode(): Promise<WebAssembly.Module> {
  // Asked for by name, so that a bundler for browsers finds no module of Node to complain of.
  const fs = globalThis.process?.getBuiltinModule?.("node:fs/promises");
  // The sources use that of dist. Bundlers look for the second address alone: they read no other than a plain literal.
  const url = import.meta.url.endsWith(".ts")
    ? new URL(["../..", "dist/kernel/bn254.wasm"].join("/"), import.meta.url)
    : new URL("./bn254.wasm", import.meta.url);
  try {
    const bytes =
      fs !== undefined && url.protocol === "file:" ? await fs.readFile(url).catch(missing(url)) : await fetched(url);
    return await compileCode(bytes as Uint8Array<ArrayBuffer>, url.href);
  } catch (cause) {
    throw cause instanceof ArtifactError ? cause : new ArtifactError(url.href, "can't be read or compiled", { cause });
  }
}

const missing =
  (url: URL) =>
  (cause: unknown): never => {
    throw new ArtifactError(
      url.pathname,
      "is missing: in a clone npm run prepare makes it, an installed package has it",
      { cause },
    );
  };

async function fetched(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok)
    throw new ArtifactError(
      url.href,
      `is not there: status ${response.status}; bn254.wasm and browser.worker.js belong beside the bundle`,
    );
  return new Uint8Array(await response.arrayBuffer());
}
