#!/usr/bin/env node
// The native compiler's command line, as far as Foundry uses it, over npm's solc: --version, and standard JSON on stdin.
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  console.log(
    `solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace(".Emscripten.clang", ".Linux.g++")}`,
  );
} else {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
}
