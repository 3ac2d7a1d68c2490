/**
 * Compiles a weakened circuit as the build does, without its keys. What was compiled once is kept: a rerun that changes
 * nothing compiles nothing.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { LIBRARIES } from "../../src/setup/circom.ts";
import { COMPILED_FILES, compileInputs } from "../../src/setup/compile.ts";
import { mainComponent, type Instance } from "../../src/setup/mainComponent.ts";
import { runNode } from "../../src/setup/nodeProcess.ts";

/** Folder with the compiled instance of the sources at `root`; `kept` holds those of earlier runs. Warnings are let pass. */
export async function compileWeakened(root: string, instance: Instance, kept: string): Promise<string> {
  const folder = join(kept, `${instance.circuit}-${(await compileInputs(root, instance)).slice(0, 32)}`);
  if (existsSync(folder)) return folder;
  const inside = "build/weakened";
  const draft = join(root, inside);
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  await writeFile(join(draft, "weak.circom"), mainComponent(instance));
  const cli = createRequire(import.meta.url).resolve("circom2/cli.js");
  const libraries = LIBRARIES.flatMap((path) => ["-l", path]);
  const { code, output } = await runNode(root, [
    cli,
    `${inside}/weak.circom`,
    "--O2",
    "--r1cs",
    "--wasm",
    "--sym",
    ...libraries,
    "-o",
    inside,
  ]);
  if (code !== 0) throw new Error(`does not compile:\n${output}`);
  const done = join(draft, "done");
  await mkdir(done);
  await rename(join(draft, "weak.r1cs"), join(done, COMPILED_FILES.r1cs));
  await rename(join(draft, "weak.sym"), join(done, COMPILED_FILES.sym));
  await rename(join(draft, "weak_js/weak.wasm"), join(done, COMPILED_FILES.wasm));
  await mkdir(kept, { recursive: true });
  await rename(done, folder).catch((error: unknown) => {
    if (!existsSync(folder)) throw error;
  });
  return folder;
}
