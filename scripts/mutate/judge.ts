/**
 * Runs tests in a copy of the sources and says whether one failed. A run that failed for any other reason, such as
 * sources that don't compile or a name that no test has, is no verdict and throws.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { foundry } from "../foundry.ts";

const require = createRequire(import.meta.url);
const isSolidity = (path: string): boolean => path.endsWith(".t.sol");

export interface Verdict {
  readonly passed: number;
  /** Names of the tests that failed. */
  readonly failed: readonly string[];
}

/** Runs these test files, or the tests in them whose names match, until the first run that has a failure. */
export async function judge(root: string, tests: readonly string[], match?: string): Promise<Verdict> {
  const [solidity, others] = [tests.filter(isSolidity), tests.filter((path) => !isSolidity(path))];
  const verdicts: Verdict[] = [];
  if (others.length > 0) verdicts.push(await vitest(root, others, match));
  for (const path of solidity) {
    if (verdicts.some(({ failed }) => failed.length > 0)) break;
    verdicts.push(await forge(root, path, match));
  }
  const passed = verdicts.reduce((sum, verdict) => sum + verdict.passed, 0);
  const failed = verdicts.flatMap((verdict) => verdict.failed);
  if (passed + failed.length === 0)
    throw new Error(`no test ran in ${tests.join(", ")}${match === undefined ? "" : ` that matches ${match}`}`);
  return { passed, failed };
}

interface VitestReport {
  readonly testResults: readonly {
    readonly message: string;
    readonly status: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

async function vitest(root: string, tests: readonly string[], match: string | undefined): Promise<Verdict> {
  const report = join(root, "build/report.json");
  await rm(report, { force: true });
  const cli = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
  const names = match === undefined ? [] : ["-t", match];
  const { output } = await run(root, process.execPath, [
    cli,
    "run",
    ...tests,
    ...names,
    "--bail=1",
    "--reporter=default",
    "--reporter=json",
    `--outputFile=${report}`,
  ]);
  const { testResults } = await readFile(report, "utf8").then(
    (text) => JSON.parse(text) as VitestReport,
    () => {
      throw new Error(`vitest reported nothing:\n${output.slice(-2_000)}`);
    },
  );
  const results = testResults.flatMap(({ assertionResults }) => assertionResults);
  const failures = results.filter(({ status }) => status === "failed");
  const broken = testResults.find(
    ({ status, assertionResults }) => status === "failed" && !assertionResults.some((each) => each.status === "failed"),
  );
  // A file that doesn't load, or whose set-up fails, has no failed test: only a verdict of its tests counts.
  if (failures.length === 0 && broken !== undefined)
    throw new Error(`a test file broke before its tests: ${broken.message || output.slice(-2_000)}`);
  const uncompiled = failures
    .flatMap(({ failureMessages }) => failureMessages)
    .find((text) => text.includes("does not compile"));
  if (uncompiled !== undefined) throw new Error(uncompiled);
  return {
    passed: results.filter(({ status }) => status === "passed").length,
    failed: failures.map(({ fullName }) => fullName),
  };
}

type ForgeReport = Readonly<
  Record<string, { readonly test_results: Readonly<Record<string, { readonly status: string }>> }>
>;

async function forge(root: string, path: string, match: string | undefined): Promise<Verdict> {
  const names = match === undefined ? [] : ["--match-test", match];
  const { stdout, output } = await run(root, foundry("forge")!, ["test", "--json", "--match-path", path, ...names]);
  let report: ForgeReport;
  try {
    report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as ForgeReport;
  } catch (cause) {
    throw new Error(`forge reported nothing:\n${output.slice(-2_000)}`, { cause });
  }
  const results = Object.values(report).flatMap(({ test_results }) => Object.entries(test_results));
  return {
    passed: results.filter(([, { status }]) => status === "Success").length,
    failed: results.filter(([, { status }]) => status === "Failure").map(([name]) => name),
  };
}

function run(cwd: string, program: string, args: readonly string[]): Promise<{ stdout: string; output: string }> {
  return new Promise((resolve, reject) => {
    const { PLIMSOLL_ARTIFACTS: _, ...env } = process.env;
    const child = spawn(program, args, {
      cwd,
      env: { ...env, NO_COLOR: "1", FOUNDRY_PROFILE: "mutants" },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, all]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on("data", (chunk: Buffer) => (stdout.push(chunk), all.push(chunk)));
    child.stderr.on("data", (chunk: Buffer) => all.push(chunk));
    child.on("error", reject);
    child.on("close", () =>
      resolve({ stdout: Buffer.concat(stdout).toString(), output: Buffer.concat(all).toString() }),
    );
  });
}
