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
import { writeAtomic } from "../src/base/files.ts";

/** Bytes of a bytecode. */
interface Place {
  readonly start: number;
  readonly length: number;
}

/**
 * A compiled contract. `links` are places in the bytecode that take a library's address; `runtime` is what stands at its
 * address once deployed, in hex, with the places that take libraries and those that deploying fills with immutables.
 */
export interface CompiledContract {
  readonly abi: InterfaceAbi;
  readonly bytecode: string;
  readonly links: Readonly<Record<string, readonly Place[]>>;
  readonly runtime: {
    readonly code: string;
    readonly libraries: CompiledContract["links"];
    readonly filled: readonly Place[];
  };
}
export type CompiledContracts = Readonly<Record<string, CompiledContract>>;

interface SolcOutput {
  readonly errors?: readonly {
    readonly severity: string;
    readonly errorCode: string;
    readonly formattedMessage: string;
  }[];
  readonly contracts: Readonly<Record<string, Readonly<Record<string, SolcContract>>>>;
  readonly sources: Readonly<Record<string, { readonly ast: { readonly license?: string } }>>;
}

interface SolcCode {
  readonly object: string;
  readonly linkReferences: Readonly<Record<string, CompiledContract["links"]>>;
}

interface SolcContract {
  readonly abi: InterfaceAbi;
  readonly evm: {
    readonly bytecode: SolcCode;
    readonly deployedBytecode: SolcCode & { readonly immutableReferences?: Readonly<Record<string, readonly Place[]>> };
  };
}

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const OUT = join(ROOT, "build/contracts/out");
const FOLDERS = ["contracts", "build/contracts/verifiers", "test/contracts/support"];
/** What a deployment takes from packages as it is. */
const PACKAGED = ["@openzeppelin/contracts/governance/TimelockController.sol"];

/** Every contract of the project, the verifiers of this build, timelocks and what tests deploy, by name. */
export async function compileContracts(): Promise<CompiledContracts> {
  const files = [...(await Promise.all(FOLDERS.map(solidityFiles))).flat().sort(), ...PACKAGED];
  const sources = Object.fromEntries(files.map((file) => [file, { content: contents(file)! }]));
  const settings = {
    optimizer: { enabled: true, runs: Number(foundrySetting(/^optimizer_runs = (\w+)$/m).replaceAll("_", "")) },
    evmVersion: foundrySetting(/^evm_version = "(\w+)"$/m),
    metadata: { bytecodeHash: "none" },
    outputSelection: {
      "*": {
        "*": [
          "abi",
          ...["bytecode", "deployedBytecode"].flatMap((code) => [`evm.${code}.object`, `evm.${code}.linkReferences`]),
          "evm.deployedBytecode.immutableReferences",
        ],
      },
    },
  };
  const byIr = foundrySetting(/^compilation_restrictions = \[\{ paths = "([^"]+)", via_ir = true \}\]$/m);
  const inputs = [
    { language: "Solidity", sources, settings },
    {
      language: "Solidity",
      sources: { [byIr]: sources[byIr] },
      settings: { ...settings, viaIR: true, outputSelection: { [byIr]: settings.outputSelection["*"] } },
    },
  ].map((input) => JSON.stringify(input));
  const [lock, self] = ["package-lock.json", "scripts/solidity.ts"].map((file) => readFileSync(join(ROOT, file)));
  const cached = join(
    OUT,
    `${createHash("sha256").update(inputs.join()).update(lock!).update(self!).digest("hex").slice(0, 32)}.json`,
  );
  if (existsSync(cached)) return JSON.parse(await readFile(cached, "utf8")) as CompiledContracts;

  const contracts: CompiledContracts = Object.assign({}, ...inputs.map(compile)) as CompiledContracts;
  await mkdir(OUT, { recursive: true });
  await writeAtomic(cached, JSON.stringify(contracts));
  return contracts;
}

/** Licence of some files and of all that they import, by file; undefined where a file states none. */
export function licencesOf(files: readonly string[]): Readonly<Record<string, string | undefined>> {
  const sources = Object.fromEntries(files.map((file) => [file, { content: contents(file)! }]));
  const settings = { outputSelection: { "*": { "": ["ast"] } } };
  const trees = run(JSON.stringify({ language: "Solidity", sources, settings })).sources;
  return Object.fromEntries(Object.entries(trees).map(([file, { ast }]) => [file, ast.license]));
}

/** Interfaces of the contracts in some files, by name. Quick: nothing is translated to bytecode. */
export function abisOf(files: readonly string[]): Readonly<Record<string, InterfaceAbi>> {
  const sources = Object.fromEntries(files.map((file) => [file, { content: contents(file)! }]));
  const settings = { outputSelection: { "*": { "*": ["abi"] } } };
  return Object.fromEntries(
    solve(JSON.stringify({ language: "Solidity", sources, settings })).map(([name, { abi }]) => [name, abi]),
  );
}

function compile(input: string): CompiledContracts {
  return Object.fromEntries(
    solve(input).map(
      ([
        name,
        {
          abi,
          evm: { bytecode, deployedBytecode },
        },
      ]) => {
        const immutables = Object.values(deployedBytecode.immutableReferences ?? {}).flat();
        const runtime = {
          code: deployedBytecode.object,
          libraries: linksOf(deployedBytecode),
          filled: [...immutables, ...ownAddress(deployedBytecode)],
        };
        return [name, { abi, bytecode: bytecode.object, links: linksOf(bytecode), runtime }];
      },
    ),
  );
}

/** A library refuses calls of itself: behind its first opcode, PUSH20, it holds its own address. */
const ownAddress = ({ object }: SolcCode): Place[] =>
  object.startsWith(`73${"00".repeat(20)}3014`) ? [{ start: 1, length: 20 }] : [];

const linksOf = ({ linkReferences }: SolcCode): CompiledContract["links"] =>
  Object.assign({}, ...Object.values(linkReferences)) as CompiledContract["links"];

/** Contracts that the compiler makes of its standard JSON, each with its name. */
const solve = (input: string): (readonly [name: string, SolcContract])[] =>
  Object.values(run(input).contracts).flatMap((file) => Object.entries(file));

/** Runs the compiler on its standard JSON. Throws what it finds wrong. */
function run(input: string): SolcOutput {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string, callbacks: object): string };
  const output = JSON.parse(solc.compile(input, { import: readImport })) as SolcOutput;
  const failures = output.errors?.filter(({ severity }) => severity === "error") ?? [];
  if (failures.length > 0) throw new Error(failures.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output;
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
  const found = contents(path);
  return found === undefined ? { error: `${path} is not there` } : { contents: found };
}

/** Text of a source of the project or of a package. */
function contents(path: string): string | undefined {
  const file = [join(ROOT, path), join(ROOT, "node_modules", path)].find(existsSync);
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

async function solidityFiles(folder: string): Promise<string[]> {
  const entries = await readdir(join(ROOT, folder), { withFileTypes: true, recursive: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".sol"))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)));
}

function foundrySetting(line: RegExp): string {
  const found = line.exec(readFileSync(join(ROOT, "foundry.toml"), "utf8"));
  if (found === null) throw new Error(`foundry.toml: nothing matches ${line.source}`);
  return found[1]!;
}
