/**
 * The mixer circuit, compiled once for each version of it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { cp, mkdir, readFile, rename, rm } from "node:fs/promises";
import { join, relative } from "node:path";
import { ROOT } from "../../src/setup/build.ts";
import { runCircom } from "../../src/setup/circom.ts";

export const MIXER_INPUTS = { a: 3n, b: [4n, 5n], k: 7n };

export async function compiledMixer(): Promise<{ readonly r1cs: string; readonly sym: string; readonly wasm: string }> {
  const source = join(ROOT, "test/fixtures/mixer.circom");
  const version = createHash("sha256")
    .update(await readFile(source))
    .digest("hex")
    .slice(0, 16);
  const folder = join(ROOT, "build/test", `mixer-${version}`);
  if (!existsSync(folder)) {
    const draft = `${folder}.${process.pid}.tmp`;
    await mkdir(draft, { recursive: true });
    await cp(source, join(draft, "mixer.circom"));
    await runCircom(ROOT, relative(ROOT, join(draft, "mixer.circom")), relative(ROOT, draft));
    await rename(draft, folder).catch(() => rm(draft, { recursive: true }));
  }
  return {
    r1cs: join(folder, "mixer.r1cs"),
    sym: join(folder, "mixer.sym"),
    wasm: join(folder, "mixer_js/mixer.wasm"),
  };
}
