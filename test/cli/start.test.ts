/**
 * What a command's start costs: nothing is imported before it is known which command runs.
 */
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { expect, it } from "vitest";

const IMPORT = /^(?:import|export)(?! type)[^;]*? from "([^"]+)";|^import "([^"]+)";/gm;

/** Modules and packages that importing `path` loads, without what is imported later. */
function loadedBy(path: string, found = new Set<string>()): Set<string> {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, from, alone] of readFileSync(path, "utf8").matchAll(IMPORT)) {
    const name = (from ?? alone)!;
    if (name.startsWith(".")) loadedBy(resolve(dirname(path), name), found);
    else found.add(name);
  }
  return found;
}

it("imports declarations alone", () => {
  const loaded = [...loadedBy(resolve("src/cli/main.ts"))];
  expect(loaded.filter((name) => !name.startsWith("/")).sort()).toEqual(["commander", "node:os", "node:path"]);
  const modules = loaded.filter((name) => name.startsWith("/")).map((name) => name.slice(resolve("src").length + 1));
  expect(modules.filter((name) => !name.startsWith("cli/commands/")).sort()).toEqual(["cli/exitCodes.ts", "cli/main.ts", "prove/backendName.ts", "protocol.ts"].sort());
});

it("finds what a command's module imports, as a check of the test above", () => {
  expect([...loadedBy(resolve("src/cli/prove.ts"))]).toEqual(expect.arrayContaining(["ethers", resolve("src/prover/prover.ts")]));
});
