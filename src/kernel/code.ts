/**
 * The kernel's compiled code: what `npm run kernel` put into dist/kernel, and nothing else.
 *
 * @module
 */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { ArtifactError } from "../base/errors.ts";
import { KERNEL_SHA256 } from "./codeHash.ts";

/**
 * @param path what to call it in an error
 * @throws ArtifactError when these bytes are not what the sources compile to
 */
export function compileCode(bytes: Uint8Array<ArrayBuffer>, path: string): Promise<WebAssembly.Module> {
  const found = bytesToHex(sha256(bytes));
  if (found !== KERNEL_SHA256) throw new ArtifactError(path, `must have SHA-256 ${KERNEL_SHA256}, has ${found}`);
  return WebAssembly.compile(bytes);
}
