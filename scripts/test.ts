/**
 * npm test: builds the circuits and keys that tests prove with, then runs every test. The last line counts them. With
 * arguments, only the test files whose paths contain one of them; with --fast, only those that need nothing built and
 * start nothing (see test/fastLane.ts).
 */
import { spawnSync } from "node:child_process";
import { startVitest } from "vitest/node";
import { helpIfAsked } from "./help.ts";
import { fastTests } from "./test/fastLane.ts";

helpIfAsked(`
npm test -- [--fast] [part of a path...]
Builds the circuits and keys that tests prove with, then runs every test, or those whose paths contain one of the words.

  --fast   only the tests that need nothing built and start nothing (npm run test:fast)
`);

const fast = process.argv.includes("--fast");
const named = process.argv.slice(2).filter((argument) => argument !== "--fast");
const files = fast
  ? fastTests(process.cwd()).filter((path) => named.length === 0 || named.some((name) => path.includes(name)))
  : named;

if (fast && files.length === 0) {
  console.error("no fast test file has that in its path");
  process.exit(1);
}
if (!fast) {
  const built = spawnSync(process.execPath, ["--import", "tsx", "scripts/build.ts"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
}

const vitest = await startVitest("test", files, { run: true, watch: false });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const broken = vitest.state
  .getTestModules()
  .filter(
    (module) =>
      module.state() === "failed" && ![...module.children.allTests()].some((test) => test.result().state === "failed"),
  ).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const failed = count("failed") + broken + errors;
console.log(
  `${count("passed")} passed, ${failed} failed${count("skipped") > 0 ? `, ${count("skipped")} skipped` : ""}`,
);
process.exit(failed === 0 && count("passed") > 0 ? 0 : 1);
