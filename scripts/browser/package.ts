/**
 * The package as it is published, compiled from these sources, and pages bundled against it.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "vite";
import { compileKernel } from "../../kernel/emit/compile.ts";

const root = new URL("../../", import.meta.url).pathname;

/** Compiles the package into a folder of its own, from which node_modules is found, and returns it. */
export async function compilePackage(): Promise<string> {
  await mkdir(join(root, "build/test"), { recursive: true });
  const out = await mkdtemp(join(root, "build/test/package-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", out]);
  await writeFile(join(out, "kernel/bn254.wasm"), await compileKernel());
  return out;
}

/** Bundles the page in `page` against a compiled package. Returns who asked for modules of Node. */
export async function bundle(
  page: string,
  packageFolder: string,
  outDir: string,
): Promise<{ readonly module: string; readonly importer: string }[]> {
  const asked: { module: string; importer: string }[] = [];
  const watch: Plugin = {
    name: "node-imports",
    enforce: "pre",
    resolveId(module, importer = "") {
      if (module.startsWith("node:") || builtinModules.includes(module)) asked.push({ module, importer });
    },
  };
  await build({
    root: page,
    configFile: false,
    logLevel: "error",
    base: "./",
    plugins: [watch],
    resolve: {
      alias: {
        "plimsoll/prove": join(packageFolder, "prove.js"),
        "plimsoll/toolkit": join(packageFolder, "toolkit.js"),
      },
    },
    build: { outDir, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 4096 },
    worker: { format: "es", plugins: () => [watch] },
  });
  return asked;
}
