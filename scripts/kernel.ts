/**
 * Compiles the WebAssembly kernel into dist/kernel: field arithmetic written by kernel/emit, the rest from
 * kernel/assembly, by AssemblyScript.
 */
import { mkdir } from "node:fs/promises";
import { writeAtomic } from "../src/files.ts";
import { compileKernel } from "../kernel/emit/compile.ts";

const out = new URL("../dist/kernel/", import.meta.url);
await mkdir(out, { recursive: true });
await writeAtomic(new URL("bn254.wasm", out).pathname, await compileKernel());
