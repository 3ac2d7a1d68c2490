/**
 * npm test: builds the circuits and keys that tests prove with, then runs every test. The last line counts them. With
 * arguments, only the test files whose paths contain one of them.
 */
import { startVitest } from "vitest/node";
import { spawnSync } from "node:child_process";
import { helpIfAsked } from "./help.ts";

helpIfAsked(`
npm test -- [part of a path...]
Builds the circuits and keys that tests prove with, then runs every test, or those whose paths contain one of the words.
`);

const built = spawnSync(process.execPath, ["--import", "tsx", "scripts/build.ts"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

const vitest = await startVitest("test", process.argv.slice(2), { run: true, watch: false });
const tests = vitest.state.getTestModules().flatMap((module) => [...module.children.allTests()]);
const count = (state: string): number => tests.filter((test) => test.result().state === state).length;
const broken = vitest.state.getTestModules().filter((module) => module.state() === "failed" && ![...module.children.allTests()].some((test) => test.result().state === "failed")).length;
const errors = vitest.state.getUnhandledErrors().length;
await vitest.close();

const failed = count("failed") + broken + errors;
console.log(`${count("passed")} passed, ${failed} failed${count("skipped") > 0 ? `, ${count("skipped")} skipped` : ""}`);
process.exit(failed === 0 && count("passed") > 0 ? 0 : 1);
