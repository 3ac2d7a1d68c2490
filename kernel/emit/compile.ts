/**
 * Runs the AssemblyScript compiler on the kernel's modules, in memory.
 *
 * @module
 */
import asc from "assemblyscript/asc";
import { kernelModules } from "./modules.ts";

/** The kernel's code. The same sources give the same bytes on every machine. */
export async function compileKernel(): Promise<Uint8Array> {
  const modules = await kernelModules(new URL("../assembly/", import.meta.url));
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      "index.ts",
      "--outFile",
      "bn254.wasm",
      "-O3",
      "--runtime",
      "stub",
      "--noAssert",
      "--enable",
      "simd",
      "--importMemory",
      "--initialMemory",
      "2",
    ],
    {
      readFile: (name) => modules.get(name.replace(/\.ts$/, "")) ?? null,
      writeFile: (_name, contents) => {
        if (typeof contents !== "string") binary = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || binary === undefined) throw new Error(`the kernel does not compile:\n${stderr.toString()}`);
  return binary;
}
