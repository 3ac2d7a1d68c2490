/**
 * Compiles the contracts with npm's solc for tests and deployments, by the settings that foundry.toml states, and keeps
 * the result by the hash of everything it was made from.
 */
import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { InterfaceAbi } from "ethers";
import { writeAtomic } from "../src/files.ts";

/** A compiled contract. `links` are places in the bytecode that take a library's address. */
export interface CompiledContract {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly links: Readonly<Record<string, readonly { readonly start: number; readonly length: number }[]>>;
}
export type CompiledContracts = Readonly<Record<string, CompiledContract>>;

interface SolcOutput {
  readonly errors?: readonly { readonly severity: string; readonly errorCode: string; readonly formattedMessage: string }[];
  readonly contracts: Readonly<Record<string, Readonly<Record<string, {
    readonly abi: InterfaceAbi;
    readonly evm: { readonly bytecode: { readonly object: string; readonly linkReferences: Record<string, CompiledContract["links"]> } };
  }>>>>;
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUT = join(ROOT, "build/contracts/out");
const FOLDERS = ["contracts", "build/contracts/verifiers", "test/contracts/support"];

/** Every contract of the project, the verifiers of this build and what tests deploy, by name. */
export async function compileContracts(): Promise<CompiledContracts> {
  const files = (await Promise.all(FOLDERS.map(solidityFiles))).flat().sort();
  const sources = Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(ROOT, file), "utf8") }]));
  const settings = {
    optimizer: { enabled: true, runs: Number(foundrySetting("optimizer_runs").replaceAll("_", "")) },
    evmVersion: foundrySetting("evm_version"),
    metadata: { bytecodeHash: "none" },
    outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.bytecode.linkReferences"] } },
  };
  const input = JSON.stringify({ language: "Solidity", sources, settings });
  const lock = readFileSync(join(ROOT, "package-lock.json"), "utf8");
  const cached = join(OUT, `${createHash("sha256").update(input).update(lock).digest("hex").slice(0, 32)}.json`);
  if (existsSync(cached)) return JSON.parse(await readFile(cached, "utf8")) as CompiledContracts;

  const solc = createRequire(import.meta.url)("solc") as { compile(input: string, callbacks: object): string };
  const output = JSON.parse(solc.compile(input, { import: readImport })) as SolcOutput;
  const failures = output.errors?.filter(({ severity }) => severity === "error") ?? [];
  if (failures.length > 0) throw new Error(failures.map(({ formattedMessage }) => formattedMessage).join("\n"));
  const contracts = Object.fromEntries(Object.values(output.contracts).flatMap((file) =>
    Object.entries(file).map(([name, { abi, evm: { bytecode } }]) =>
      [name, { abi, bytecode: bytecode.object, links: Object.assign({}, ...Object.values(bytecode.linkReferences)) as CompiledContract["links"] }] as const)));
  await mkdir(OUT, { recursive: true });
  await writeAtomic(cached, JSON.stringify(contracts));
  return contracts;
}

/** Bytecode with the addresses of its libraries. */
export function link({ bytecode, links }: CompiledContract, libraries: Readonly<Record<string, string>>): string {
  let linked = bytecode;
  for (const [name, places] of Object.entries(links)) {
    const address = libraries[name];
    if (address === undefined) throw new Error(`needs library ${name}`);
    for (const { start, length } of places) {
      linked = linked.slice(0, 2 * start) + address.slice(2).toLowerCase() + linked.slice(2 * (start + length));
    }
  }
  return `0x${linked}`;
}

function readImport(path: string): { contents: string } | { error: string } {
  for (const file of [join(ROOT, path), join(ROOT, "node_modules", path)]) {
    if (existsSync(file)) return { contents: readFileSync(file, "utf8") };
  }
  return { error: `${path} is not there` };
}

async function solidityFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true, recursive: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function foundrySetting(name: string): string {
  const found = new RegExp(`^${name} = "?([^"\\n]+)"?$`, "m").exec(readFileSync(join(ROOT, "foundry.toml"), "utf8"));
  if (found === null) throw new Error(`foundry.toml: ${name} is missing`);
  return found[1]!;
}
