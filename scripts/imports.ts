/**
 * npm run imports: who imports whom between the rooms of src, and whether every import points down their order.
 * `--json` prints `{"folders", "edges", "cycles", "wrong", "twice"}`; without it the first wrong import is named and ends the check.
 */
import { existsSync, readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";

/** From the ground up: a room may import the rooms before it, its own files, and nothing after it. */
const ROOMS = [
  "base",
  "kernel",
  "protocol",
  "risk",
  "margin",
  "account",
  "committee",
  "iden3",
  "groth16",
  "statements",
  "prover",
  "setup",
  "store",
  "chain",
  "wallet",
  "venue",
  "services",
  "cli",
] as const;
/** Files beside the rooms are the package's entries: they only re-export, and nothing imports them but other entries. */
const ENTRIES = "entries";

const ROOT = resolve(import.meta.dirname, "../src");

interface Import {
  readonly from: string;
  readonly to: string;
}

interface Source {
  readonly file: string;
  /** Files of src that it imports, in whatever way: types, dynamic imports and workers' URLs among them. */
  readonly imports: readonly string[];
  /** Names that it declares and exports; what it passes on has its home elsewhere. */
  readonly exports: readonly string[];
}

async function sourcesOf(root: string): Promise<Source[]> {
  const files = (await readdir(root, { recursive: true }))
    .filter((file) => /\.m?ts$/.test(file) && !file.endsWith(".d.ts"))
    .sort();
  return files.map((file) => {
    const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.Latest, true);
    const imports = new Set<string>();
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteral(node) && /^\.\.?\//.test(node.text)) {
        const target = join(root, dirname(file), node.text);
        if (existsSync(target) && /\.m?ts$/.test(target)) imports.add(relative(root, target));
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return { file, imports: [...imports], exports: source.statements.flatMap(exportedNames) };
  });
}

function exportedNames(statement: ts.Statement): string[] {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  if (!modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return [];
  if (ts.isVariableStatement(statement))
    return statement.declarationList.declarations.map(({ name }) => name.getText());
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

const roomOf = (file: string): string => (file.includes("/") ? file.slice(0, file.indexOf("/")) : ENTRIES);
const heightOf = (room: string): number =>
  room === ENTRIES ? ROOMS.length : (ROOMS as readonly string[]).indexOf(room);

/** An import that points up, or out of a room that the order doesn't have. */
const isWrong = ({ from, to }: Import): boolean => {
  const [low, high] = [heightOf(roomOf(from)), heightOf(roomOf(to))];
  return low < 0 || high < 0 || high > low;
};

/** Groups of files that reach each other, by Tarjan's strongly connected components. */
function cyclesOf(imports: readonly Import[]): string[][] {
  const next = new Map<string, string[]>();
  for (const { from, to } of imports) next.set(from, [...(next.get(from) ?? []), to]);
  const index = new Map<string, number>();
  const low = new Map<string, number>();
  const stack: string[] = [];
  const cycles: string[][] = [];
  const connect = (file: string): void => {
    index.set(file, index.size);
    low.set(file, index.get(file)!);
    stack.push(file);
    for (const other of next.get(file) ?? []) {
      if (!index.has(other)) connect(other);
      if (stack.includes(other)) low.set(file, Math.min(low.get(file)!, low.get(other)!));
    }
    if (low.get(file) !== index.get(file)) return;
    const members = stack.splice(stack.indexOf(file));
    if (members.length > 1) cycles.push(members.sort());
  };
  for (const file of next.keys()) if (!index.has(file)) connect(file);
  return cycles;
}

const sources = await sourcesOf(ROOT);
const imports = sources.flatMap(({ file, imports: targets }) => targets.map((to) => ({ from: file, to })));
const homes = new Map<string, string[]>();
for (const { file, exports } of sources)
  for (const name of new Set(exports)) homes.set(name, [...(homes.get(name) ?? []), file]);
const twice = [...homes].filter(([, files]) => files.length > 1).map(([name, files]) => `${name}: ${files.join(", ")}`);
const wrong = imports.filter(isWrong).map(({ from, to }) => `${from} → ${to}`);
const cycles = cyclesOf(imports);
const folders = [...new Set(imports.flatMap(({ from, to }) => [roomOf(from), roomOf(to)]))].sort(
  (a, b) => heightOf(a) - heightOf(b),
);
const edges: Record<string, string[]> = {};
for (const folder of folders) {
  edges[folder] = folders.filter(
    (other) => other !== folder && imports.some(({ from, to }) => roomOf(from) === folder && roomOf(to) === other),
  );
}

if (process.argv.includes("--json"))
  console.log(JSON.stringify({ folders, edges, cycles: cycles.length, wrong, twice }));
else if (wrong.length > 0)
  console.error(
    `${wrong[0]}: imports point down the rooms' order alone (${ROOMS.join(", ")})${wrong.length > 1 ? `; ${wrong.length - 1} more` : ""}`,
  );
else if (cycles.length > 0) console.error(`these import each other: ${cycles[0]!.join(", ")}`);
else if (twice.length > 0) console.error(`${twice[0]}: a name is exported from one file`);
else console.log(`${folders.length} rooms; every import points down their order, and every exported name has one home`);
process.exitCode = wrong.length + cycles.length + twice.length === 0 ? 0 : 1;
