/**
 * Compiles one circuit instance and says what went into it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join, relative } from "node:path";
import * as v from "valibot";
import { ArtifactError } from "../base/errors.ts";
import { readJson } from "../base/files.ts";
import { TIERS, publicSignals } from "../protocol/constants.ts";
import { CIRCOM_FLAGS, LIBRARIES, runCircom, type AllowedWarning } from "./circom.ts";
import { instanceName, mainComponent, type Instance } from "./mainComponent.ts";
import { protocolCircom } from "./protocolCircom.ts";
import { readR1cs } from "./r1cs.ts";
import { checkPublicSignals } from "./symbols.ts";
import { MERGE_FLAGS, mergeFunctions } from "./witnessCode.ts";

const require = createRequire(import.meta.url);
const ALLOWED_WARNINGS = "circuits/allowed-warnings.json";
const allowedSchema = v.array(
  v.strictObject({ code: v.string(), message: v.string(), reason: v.pipe(v.string(), v.nonEmpty()) }),
);

/** Names of the files of a compiled instance inside its folder. */
export const COMPILED_FILES = { r1cs: "circuit.r1cs", sym: "circuit.sym", wasm: "circuit.wasm" } as const;

/** What an instance came to. */
export interface Counts {
  readonly constraints: number;
  /** Wires, the constant 1 among them. */
  readonly wires: number;
  readonly publicSignals: number;
  readonly domain: number;
}

/**
 * Compiles an instance into `folder`, which must lie inside `root` and be nobody else's.
 *
 * @throws ArtifactError when a generated source is stale, the compiler objects, or the public signals differ
 */
export async function compile(root: string, instance: Instance, folder: string): Promise<Counts> {
  await checkGenerated(root);
  const name = instanceName(instance);
  await mkdir(folder, { recursive: true });
  const inside = relative(root, folder);
  await writeFile(join(folder, `${name}.circom`), mainComponent(instance));
  await runCircom(root, join(inside, `${name}.circom`), inside, await allowedWarnings(root));
  await rename(join(folder, `${name}.r1cs`), join(folder, COMPILED_FILES.r1cs));
  await rename(join(folder, `${name}.sym`), join(folder, COMPILED_FILES.sym));
  await rename(join(folder, `${name}_js`, `${name}.wasm`), join(folder, COMPILED_FILES.wasm));
  await mergeFunctions(join(folder, COMPILED_FILES.wasm));
  await rm(join(folder, `${name}_js`), { recursive: true });
  await rm(join(folder, `${name}.circom`));

  const { constraints, wires, publicSignals: count, domain } = await readR1cs(join(folder, COMPILED_FILES.r1cs));
  const sym = await readFile(join(folder, COMPILED_FILES.sym), "utf8");
  checkPublicSignals(name, sym, count, publicSignals(instance.circuit, TIERS[instance.tier]));
  return { constraints, wires, publicSignals: count, domain };
}

/** SHA-256 over everything the compiler's result depends on: sources with their includes, compilers, flags, allowances. */
export async function compileInputs(root: string, instance: Instance): Promise<string> {
  const main = mainComponent(instance);
  const hash = createHash("sha256");
  const add = (label: string, content: string | Uint8Array): void => {
    hash.update(`${label} ${content.length}\n`).update(content);
  };
  add("main", main);
  add("flags", [...CIRCOM_FLAGS, ...MERGE_FLAGS].join(" "));
  add("compiler", await readFile(join(dirname(require.resolve("circom2/package.json")), "circom.wasm")));
  add("optimizer", await readFile(require.resolve("binaryen/package.json")));
  add("allowed", JSON.stringify(await allowedWarnings(root)));
  const seen = new Map<string, string>();
  await collectIncludes(root, "", main, seen);
  for (const [path, text] of [...seen].sort(([a], [b]) => (a < b ? -1 : 1))) add(path, text);
  return hash.digest("hex");
}

/** Reads every file that `text`, at `path`, includes, and what those include; paths relative to the root. */
async function collectIncludes(root: string, path: string, text: string, seen: Map<string, string>): Promise<void> {
  for (const [, name] of text.matchAll(/^\s*include\s+"([^"]+)"\s*;/gm)) {
    const found = [dirname(path), ...LIBRARIES]
      .map((dir) => join(dir, name!))
      .find((file) => existsSync(join(root, file)));
    if (found === undefined) throw new ArtifactError(path || "main component", `includes ${name}, which is nowhere`);
    if (seen.has(found)) continue;
    const source = await readFile(join(root, found), "utf8");
    seen.set(found, source);
    await collectIncludes(root, found, source, seen);
  }
}

async function allowedWarnings(root: string): Promise<AllowedWarning[]> {
  const path = join(root, ALLOWED_WARNINGS);
  if (!existsSync(path)) return [];
  const parsed = v.safeParse(allowedSchema, await readJson(path));
  if (!parsed.success) throw new ArtifactError(ALLOWED_WARNINGS, parsed.issues[0].message);
  return parsed.output;
}

/** circuits/lib/protocol.circom is a copy of protocol.ts; a stale one would be compiled without a word. */
async function checkGenerated(root: string): Promise<void> {
  const path = "circuits/lib/protocol.circom";
  const text = await readFile(join(root, path), "utf8").catch(() => "");
  if (text !== protocolCircom())
    throw new ArtifactError(path, "differs from src/protocol/constants.ts; run npm run generate");
}
