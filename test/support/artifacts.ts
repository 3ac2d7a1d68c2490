/**
 * Compiled circuits for tests: instances from the build, fixtures compiled on first use.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { CircuitName, TierName } from "../../src/protocol/constants.ts";
import { loadArtifacts } from "../../src/prover/artifacts.ts";
import { runCircom } from "../../src/setup/circom.ts";

export interface Compiled {
  readonly r1cs: string;
  readonly sym: string;
  readonly wasm: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** An instance of the build; `npm test` builds the tiny tier first. */
export async function compiled(circuit: CircuitName, tier: TierName): Promise<Compiled> {
  return (await loadArtifacts(circuit, tier, ["r1cs", "sym", "wasm"])).paths;
}

/** A template of test/fixtures/<name>.circom with these arguments, compiled once per version of the circuits. */
export async function fixture(name: string, component: string): Promise<Compiled> {
  const source = `pragma circom 2.2.0;\ninclude "${name}.circom";\ncomponent main = ${component};\n`;
  const hash = createHash("sha256").update(source);
  for (const path of [`test/fixtures/${name}.circom`, ...["table", "hash", "holdings", "margin", "protocol", "ranges"].map((lib) => `circuits/lib/${lib}.circom`)]) {
    hash.update(await readFile(join(ROOT, path)));
  }
  const folder = join("build/test", `${name}-${hash.digest("hex").slice(0, 16)}`);
  const main = `${name}-main`;
  const paths = { r1cs: join(ROOT, folder, `${main}.r1cs`), sym: join(ROOT, folder, `${main}.sym`), wasm: join(ROOT, folder, `${main}_js/${main}.wasm`) };
  if (existsSync(paths.wasm)) return paths;
  const draft = `${folder}.${process.pid}`;
  await mkdir(join(ROOT, draft), { recursive: true });
  await writeFile(join(ROOT, draft, `${main}.circom`), source.replace(`"${name}.circom"`, `"../../../test/fixtures/${name}.circom"`));
  await runCircom(ROOT, join(draft, `${main}.circom`), draft, 
    ["CA01", "CA02"].map((code) => ({ code, message: "", reason: "a fixture reads less than it makes" })));
  await rename(join(ROOT, draft), join(ROOT, folder)).catch(() => rm(join(ROOT, draft), { recursive: true }));
  return paths;
}
