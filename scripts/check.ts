/**
 * npm run check: everything that can be wrong without running a test. Generated copies equal their source, types hold,
 * nothing is exported or installed for nothing, what a user gets has an example that compiles, contracts are laid out
 * alike, and every circuit costs what the snapshot says.
 */
import { spawnSync } from "node:child_process";
import { foundry } from "./foundry.ts";
import { helpIfAsked } from "./help.ts";

helpIfAsked(`
npm run check
Everything that can be wrong without running a test: generated files, the kernel's code,
the rooms' order, types, formats, unused code, examples, licences, costs.
`);

const bin = (name: string): string => `node_modules/.bin/${name}`;
const CHECKS: (readonly [what: string, command: string, ...args: string[]])[] = [
  ["generated files", bin("tsx"), "scripts/generate.ts", "--check"],
  ["kernel: the pinned code from these sources", bin("tsx"), "scripts/kernel.ts"],
  ["imports point down the rooms' order", bin("tsx"), "scripts/imports.ts"],
  ["types", bin("tsc"), "-p", "tsconfig.json"],
  ["layout", bin("prettier"), "--check", "--log-level", "warn", "."],
  ["unused code and packages", bin("knip")],
  ["examples of what the package exports", bin("tsx"), "scripts/docs.ts", "--check"],
  ["licences of interfaces", bin("tsx"), "scripts/licences.ts"],
  ["costs", bin("tsx"), "scripts/costs.ts"],
];
// Prints why where forge has no package for this platform.
const forge = foundry("forge");
if (forge !== undefined) CHECKS.push(["solidity format", forge, "fmt", "--check"]);

let failed = 0;
for (const [what, command, ...args] of CHECKS) {
  console.log(`── ${what}`);
  const { status } = spawnSync(command, args, { stdio: "inherit" });
  if (status !== 0) {
    console.error(`${what}: failed`);
    failed++;
  }
}
process.exit(failed === 0 ? 0 : 1);
