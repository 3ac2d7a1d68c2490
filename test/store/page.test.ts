/** A wallet, and all that it stands on, can live in a page: nothing of it asks for a disk. */
import { readdir } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join, relative } from "node:path";
import { build, type Plugin } from "vite";
import { expect, it } from "vitest";

const SRC = new URL("../../src/", import.meta.url).pathname;
const ROOMS = ["account", "chain", "wallet", "venue"];
const ADAPTERS = ["store/store.ts", "store/memoryStore.ts", "store/indexedDbStore.ts"];

it("bundles for browsers without a module of Node", async () => {
  const rooms = await Promise.all(
    ROOMS.map(async (room) => (await readdir(join(SRC, room))).map((name) => join(room, name))),
  );
  const entries = [...rooms.flat().filter((path) => /^[^.]*\.ts$/.test(path)), ...ADAPTERS];
  expect(entries.length).toBeGreaterThan(40);
  const asked = new Set<string>();
  const watch: Plugin = {
    name: "node-imports",
    enforce: "pre",
    resolveId(module, importer = "") {
      if (module.startsWith("node:") || builtinModules.includes(module))
        asked.add(`${module} by ${relative(SRC, importer)}`);
    },
  };
  await build({
    root: SRC,
    configFile: false,
    logLevel: "silent",
    plugins: [watch],
    build: {
      write: false,
      minify: false,
      target: "es2022",
      rollupOptions: { input: entries.map((entry) => join(SRC, entry)), preserveEntrySignatures: "strict" },
    },
    worker: { format: "es", plugins: () => [watch] },
  });
  expect([...asked].filter((line) => !line.includes("node_modules"))).toEqual([]);
});
