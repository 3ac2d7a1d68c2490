/**
 * Compiled circuits for tests: instances from the build, fixtures compiled on first use.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import type { CircuitName, TierName } from "../../src/protocol/constants.ts";
import { loadArtifacts } from "../../src/prover/artifacts.ts";
import { LIBRARIES, runCircom } from "../../src/setup/circom.ts";
import { compileInputs } from "../../src/setup/compile.ts";
import { instanceName, mainComponent } from "../../src/setup/mainComponent.ts";
import { runNode } from "../../src/setup/nodeProcess.ts";

export interface Compiled {
  readonly r1cs: string;
  readonly sym: string;
  readonly wasm: string;
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Where the build puts circuits and keys. */
export const BUILT = join(ROOT, "build/artifacts");

/** An instance of the build; `npm test` builds the tiny tier first. */
export async function compiled(circuit: CircuitName, tier: TierName): Promise<Compiled> {
  return (await loadArtifacts(circuit, tier, ["r1cs", "sym", "wasm"])).paths;
}

/** An instance with all its linear constraints, compiled once per version of the circuits. */
export async function unsimplified(circuit: CircuitName, tier: TierName): Promise<Compiled> {
  const instance = { circuit, tier };
  const inputs = await compileInputs(ROOT, instance);
  return once(`${instanceName(instance)}-O1-${inputs.slice(0, 16)}`, "main", () => mainComponent(instance), simply);
}

/** A template of test/fixtures/<name>.circom with these arguments, compiled once per version of the circuits. */
export async function fixture(name: string, component: string): Promise<Compiled> {
  const source = `pragma circom 2.2.0;\ninclude "${name}.circom";\ncomponent main = ${component};\n`;
  const hash = createHash("sha256").update(source);
  for (const path of [
    `test/fixtures/${name}.circom`,
    ...["table", "hash", "holdings", "margin", "protocol", "ranges"].map((lib) => `circuits/lib/${lib}.circom`),
  ]) {
    hash.update(await readFile(join(ROOT, path)));
  }
  return once(`${name}-${hash.digest("hex").slice(0, 16)}`, `${name}-main`, (root) =>
    source.replace(`"${name}.circom"`, `"${root}test/fixtures/${name}.circom"`),
  );
}

type Compiler = (source: string, outDir: string) => Promise<void>;
const strictly: Compiler = (source, outDir) =>
  runCircom(
    ROOT,
    source,
    outDir,
    ["CA01", "CA02"].map((code) => ({ code, message: "", reason: "a fixture reads less than it makes" })),
  );
/** Equal signals made one and nothing else simplified. */
const simply: Compiler = async (source, outDir) => {
  const cli = createRequire(import.meta.url).resolve("circom2/cli.js");
  const libraries = LIBRARIES.flatMap((path) => ["-l", path]);
  const { code, output } = await runNode(ROOT, [
    cli,
    source,
    "--O1",
    "--r1cs",
    "--wasm",
    "--sym",
    ...libraries,
    "-o",
    outDir,
  ]);
  if (code !== 0) throw new Error(`${source} does not compile:\n${output}`);
};

/** Compiles a main component into build/test/<folder>, unless it is there. */
async function once(
  folder: string,
  main: string,
  source: (root: string) => string,
  compile = strictly,
): Promise<Compiled> {
  const at = join("build/test", folder);
  const paths = {
    r1cs: join(ROOT, at, `${main}.r1cs`),
    sym: join(ROOT, at, `${main}.sym`),
    wasm: join(ROOT, at, `${main}_js/${main}.wasm`),
  };
  if (existsSync(paths.wasm)) return paths;
  const draft = `${at}.${process.pid}`;
  await mkdir(join(ROOT, draft), { recursive: true });
  await writeFile(join(ROOT, draft, `${main}.circom`), source("../../../"));
  await compile(join(draft, `${main}.circom`), draft);
  await rename(join(ROOT, draft), join(ROOT, at)).catch(() => rm(join(ROOT, draft), { recursive: true }));
  return paths;
}
