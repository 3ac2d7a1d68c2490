/**
 * The kernel's compiled code: what `npm run prepare` put into dist/kernel, and nothing else.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ArtifactError } from "../errors.ts";
import { KERNEL_SHA256 } from "./codeHash.ts";

/** Beside the compiled module; the sources use that of dist. */
const KERNEL_FILE = new URL(import.meta.url.endsWith(".ts") ? "../../dist/kernel/bn254.wasm" : "./bn254.wasm", import.meta.url);

/** @throws ArtifactError when the file is missing, or is not what these sources compile to */
export async function loadKernelCode(): Promise<WebAssembly.Module> {
  const bytes = await readFile(KERNEL_FILE).catch((cause: unknown) => {
    throw new ArtifactError(KERNEL_FILE.pathname, "is missing; npm run prepare makes it", { cause });
  });
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== KERNEL_SHA256) throw new ArtifactError(KERNEL_FILE.pathname, `must have SHA-256 ${KERNEL_SHA256}, has ${found}`);
  return WebAssembly.compile(bytes);
}
