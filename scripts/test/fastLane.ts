/**
 * Which test files are fast: those that reach, by imports that run, nothing that starts a process, a thread or a browser
 * or computes a witness. So they need no chain, key or compiled circuit, and nothing built.
 *
 * @module
 */
import { readFileSync, readdirSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";

const SLOW = ["node:child_process", "node:worker_threads", "playwright-core", "circom_runtime", "snarkjs"];
/** `import … from "x"`, `export … from "x"` and `import "x"`, but not types. */
const IMPORT = /^(?:import|export)\s+(?!type\b)(?:[^;"]*?\sfrom\s+)?"([^"]+)"/gms;

/** The fast test files below `root`, relative to it. */
export function fastTests(root: string): string[] {
  const known = new Map<string, readonly string[]>();
  /** What a file imports: packages by name, files relative to the root. */
  const importsOf = (path: string): readonly string[] => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const names = [...readFileSync(join(root, path), "utf8").matchAll(IMPORT)].map(([, name]) => name!);
    const found = names.map((name) => (name.startsWith(".") ? normalize(join(dirname(path), name)) : name));
    known.set(path, found);
    return found;
  };
  const isFile = (path: string): boolean => statSync(join(root, path), { throwIfNoEntry: false })?.isFile() === true;
  const isFast = (test: string): boolean => {
    const reached = new Set([test]);
    for (const path of reached) {
      if (SLOW.includes(path)) return false;
      if (isFile(path)) for (const name of importsOf(path)) reached.add(name);
    }
    return true;
  };
  return readdirSync(join(root, "test"), { recursive: true, encoding: "utf8" })
    .map((path) => join("test", path))
    .filter((path) => path.endsWith(".test.ts") && isFast(path))
    .sort();
}
