/**
 * Compiles the WebAssembly kernel into dist/kernel: field arithmetic written by kernel/emit, the rest from
 * kernel/assembly, by AssemblyScript. The result must have the hash in src/kernel/codeHash.ts; after a change of the
 * kernel's sources, `--pin` writes the new one there.
 */
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { compileKernel } from "../kernel/emit/compile.ts";
import { writeAtomic } from "../src/base/files.ts";

const HASH_FILE = new URL("../src/kernel/codeHash.ts", import.meta.url);
const OUT = new URL("../dist/kernel/", import.meta.url);

const code = await compileKernel();
const hash = createHash("sha256").update(code).digest("hex");
if (process.argv.includes("--pin")) {
  await writeFile(
    HASH_FILE,
    `/** SHA-256 of the kernel's code; \`npm run kernel -- --pin\` writes it. */\nexport const KERNEL_SHA256 = "${hash}";\n`,
  );
}
const { KERNEL_SHA256 } = (await import(HASH_FILE.href)) as { KERNEL_SHA256: string };
if (hash !== KERNEL_SHA256) {
  console.error(
    `the kernel has SHA-256 ${hash}, src/kernel/codeHash.ts says ${KERNEL_SHA256}: if its sources were meant to change, npm run kernel -- --pin`,
  );
  process.exit(1);
}
await mkdir(OUT, { recursive: true });
await writeAtomic(new URL("bn254.wasm", OUT).pathname, code);
