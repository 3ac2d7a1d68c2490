/**
 * src/risk/cephesCode.ts: of the package cephes, which starts itself asynchronously and brings two hundred functions, the
 * four that the risk engine calls, instruction for instruction.
 */
import binaryen from "binaryen";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The module of the package that has a function, by what it exports, and what is kept of it. */
const MODULES = { cmath: ["exp", "log", "pow"], cprob: ["ndtr"] } as const;

/** Text of src/risk/cephesCode.ts. */
export function cephesTypescript(): string {
  const text = readFileSync(fileURLToPath(import.meta.resolve("cephes")), "utf8");
  const modules = [...text.matchAll(/"([A-Za-z0-9+/=]{1000,})"/g)].map(([, code]) => Buffer.from(code!, "base64"));
  const constants = Object.entries(MODULES).map(([name, kept]) => {
    const code = modules.map((module) => reduced(module, kept)).find((found) => found !== undefined);
    if (code === undefined) throw new Error(`cephes has no module with ${kept.join(", ")}`);
    return `/** ${kept.join(", ")} */\nexport const ${name.toUpperCase()} =\n${(code.match(/.{1,120}/g) ?? []).map((line) => `  "${line}"`).join(" +\n")};\n`;
  });
  return `/**
 * Cephes' functions as WebAssembly, base64. Generated from the package cephes by \`npm run generate\`; do not edit.
 *
 * @module
 */
${constants.join("\n")}`;
}

/** The module with nothing but what it takes to export `kept`; undefined if it has them not. */
function reduced(code: Uint8Array, kept: readonly string[]): string | undefined {
  const module = binaryen.readBinary(code);
  try {
    module.setFeatures(binaryen.Features.All);
    const names = Array.from(
      { length: module.getNumExports() },
      (_, i) => binaryen.getExportInfo(module.getExportByIndex(i)).name,
    );
    if (!kept.every((name) => names.includes(name))) return undefined;
    for (const name of names) if (!kept.includes(name)) module.removeExport(name);
    module.runPasses(["remove-unused-module-elements", "memory-packing"]);
    return Buffer.from(module.emitBinary()).toString("base64");
  } finally {
    module.dispose();
  }
}
