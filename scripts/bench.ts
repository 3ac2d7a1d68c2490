/**
 * npm run bench: how long proving and verifying take, beside snarkjs on the same key and witness, and what tables and
 * margins cost. Solvency at tier M over the sample portfolio in data/. Times in milliseconds, medians; spread: the fastest
 * and the slowest. `--browser` compares the provers in Chromium instead, `--tiers` what a constraint costs as circuits grow, and
 * `--proofs` whether a long-lived prover stays right and small, with `--table-mib` for its tables.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { toJson } from "../src/base/json.ts";
import { readPortfolio } from "../src/margin/portfolio.ts";
import { TIERS, tableRows, type TierName } from "../src/protocol/constants.ts";
import { artifactsFolder, loadProvingArtifacts } from "../src/prover/artifacts.ts";
import { nobleVerifier } from "../src/groth16/nobleVerifier.ts";
import { plimsollBackend } from "../src/prover/plimsollBackend.ts";
import { createProver, type Backend, type ProvingArtifacts } from "../src/prover/prover.ts";
import { snarkjsBackend } from "../src/prover/snarkjsProver.ts";
import { snarkjsVerifier } from "../src/prover/snarkjsVerifier.ts";
import { verify } from "../src/groth16/verify.ts";
import { buildTable } from "../src/risk/table.ts";
import type { Market } from "../src/risk/market.ts";
import { readMarket } from "../src/risk/marketFile.ts";
import { TableTree } from "../src/risk/tree.ts";
import { marginOf } from "../src/margin/offsets.ts";
import { haveArtifacts } from "./artifacts.ts";
import { compareInBrowser } from "./bench/browser.ts";
import { compareColdProcesses } from "./bench/coldProcess.ts";
import { compareProvers, median, type ProverTiming } from "./bench/compare.ts";
import { endurance } from "./bench/endurance.ts";
import { solvencyRequest } from "./bench/request.ts";
import { tierCosts } from "./bench/tiers.ts";

const THREADS = 2;
/** Memory for the tables of the prover that has some, MiB. */
const TABLE_MIB = 512;
/** Processes take seconds each: no more of them than show how far they spread. */
const MOST_COLD_RUNS = 5;
const flags = new Command("npm run bench --")
  .option("--runs <n>", "times each thing is measured", "5")
  .option("--browser", "compare the provers in Chromium")
  .option("--tiers <tiers>", "what a constraint costs at these tiers: M,L")
  .option("--proofs <n>", "prove so many times in a row: failures, and memory on the way")
  .option("--table-mib <n>", "with --proofs: memory for tables of the key's points", "0")
  .option("--json", "print JSON")
  .parse()
  .opts<{ runs: string; browser?: boolean; tiers?: string; proofs?: string; tableMib: string; json?: boolean }>();
const runs = Math.max(1, Number.parseInt(flags.runs, 10) || 1);
const say = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`${text}\n`));
const machine = { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model };

const market = readMarket(await readFile("data/market.json", "utf8"));
const listed = buildTable(market);
const { positions } = readPortfolio(await readFile("data/portfolio.json", "utf8"), listed);

if (flags.browser) await benchBrowser();
else if (flags.tiers !== undefined) await benchTiers(flags.tiers.split(",") as TierName[]);
else if (flags.proofs !== undefined)
  await benchEndurance(Number.parseInt(flags.proofs, 10) || 1, Number.parseInt(flags.tableMib, 10) || 0);
else await benchAll();

async function benchBrowser(): Promise<void> {
  const { verificationKey } = await artifactsOfM();
  const { userAgent, cores, timings } = await compareInBrowser(
    await solvencyRequest("M", positions, listed.table),
    verificationKey,
    THREADS,
    runs,
  );
  print(
    {
      machine: { ...machine, userAgent, browserCores: cores },
      runs,
      solvencyM: timings,
      timesSnarkjs: ratios(timings),
    },
    timings,
  );
}

async function benchTiers(tiers: readonly TierName[]): Promise<void> {
  await haveArtifacts(tiers.map((tier) => ({ circuit: "solvency", tier })));
  const requests = Object.fromEntries(
    await Promise.all(tiers.map(async (tier) => [tier, await solvencyRequest(tier, positions, listed.table)] as const)),
  );
  const costs = await tierCosts(requests, THREADS, runs);
  if (flags.json) console.log(JSON.stringify({ machine, runs, threads: THREADS, solvency: costs }, null, 2));
  else
    console.table(
      Object.fromEntries(Object.entries(costs).map(([tier, { warm, ...cost }]) => [tier, { ...cost, ...flat(warm) }])),
    );
}

async function benchEndurance(count: number, pointTableMiB: number): Promise<void> {
  const artifacts = await artifactsOfM();
  const prover = createProver<ProvingArtifacts>(plimsollBackend({ threads: THREADS, pointTableMiB }), () =>
    Promise.resolve(artifacts),
  );
  const result = await endurance(
    prover,
    await solvencyRequest("M", positions, listed.table),
    count,
    (proofs, failures, mebibytes, seconds) =>
      console.error(`${proofs} proofs, ${failures} failures, ${mebibytes} MiB, ${seconds} s`),
  );
  await prover.close();
  console.log(JSON.stringify({ machine, pointTableMiB, ...result }, null, 2));
  if (result.failures > 0) process.exitCode = 1;
}

async function benchAll(): Promise<void> {
  say("table and margin");
  const full = fullMarket(market);
  const tableBuild = await times(async () => TableTree.build(buildTable(full).table, TIERS.M));
  const marginTime =
    (await timed(() => {
      for (let i = 0; i < 50; i++) marginOf(positions, listed.table);
    })) / 50;
  const request = await solvencyRequest("M", positions, listed.table);
  const artifacts = await artifactsOfM();

  say("provers");
  const snarkjsProcess = snarkjsBackend();
  const over = (backend: Backend) => createProver<ProvingArtifacts>(backend, () => Promise.resolve(artifacts));
  const provers = await compareProvers(
    {
      plimsoll: over(plimsollBackend({ threads: THREADS })),
      plimsollOneThread: over(plimsollBackend({ threads: 1 })),
      plimsollTables: over(plimsollBackend({ threads: THREADS, pointTableMiB: TABLE_MIB })),
      snarkjs: over(snarkjsProcess),
      snarkjsSingleThread: over(snarkjsBackend({ singleThread: true })),
    },
    request,
    runs,
  );
  const fromCold = await compareColdProcesses(
    ["plimsoll", "snarkjs"],
    artifactsFolder(),
    request,
    Math.min(runs, MOST_COLD_RUNS),
  );
  const timesSnarkjs = {
    ...ratios(provers),
    warmTables: timesAs(provers.snarkjs, provers.plimsollTables),
    coldProcess: ratio(fromCold.snarkjs.total, fromCold.plimsoll.total),
  };
  const prover = over(plimsollBackend());
  const proof = await prover.prove(request);

  say("verifiers");
  const snarkjs = snarkjsVerifier();
  await verify(proof, artifacts.verificationKey, [nobleVerifier, snarkjs]);
  const noble = await times(() => verify(proof, artifacts.verificationKey));
  const other = await times(() => verify(proof, artifacts.verificationKey, [snarkjs]));
  await Promise.all([prover.close(), snarkjs.close()]);

  say("snarkjs command line");
  const inputs = toJson(request.inputs);
  const snarkjsCli = await snarkjsCommandLine(artifacts, inputs);
  const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
  print(
    {
      machine,
      runs,
      solvencyM: provers,
      coldProcess: fromCold,
      snarkjsCli,
      timesSnarkjs,
      verify: { noble, snarkjs: other },
      tableBuild4095: tableBuild,
      marginsPerSecond: Math.round(1000 / marginTime),
      peakMemoryMiB: {
        snarkjs: mebibytes(snarkjsProcess.peakBytes),
        plimsoll: fromCold.plimsoll.peakMiB,
        toolkit: mebibytes(process.resourceUsage().maxRSS * 1024),
      },
    },
    provers,
  );
}

/** JSON, or the timings as a table and the rest below it. */
function print(result: Readonly<Record<string, unknown>>, timings: Readonly<Record<string, ProverTiming>>): void {
  if (flags.json) return console.log(JSON.stringify(result, null, 2));
  console.table(
    Object.fromEntries(
      Object.entries(timings).flatMap(([name, { cold, warm }]) => [
        [`${name}, cold`, cold],
        [`${name}, warm`, flat(warm)],
      ]),
    ),
  );
  const { machine: _, solvencyM: __, ...rest } = result;
  console.dir(rest, { depth: null });
}

function flat({ spread: [fastest, slowest], ...medians }: ProverTiming["warm"]) {
  return { ...medians, fastest, slowest };
}

async function artifactsOfM(): Promise<ProvingArtifacts> {
  await haveArtifacts([{ circuit: "solvency", tier: "M" }]);
  return loadProvingArtifacts("solvency", "M");
}

function ratio(slow: number, fast: number): number {
  return Math.round((100 * slow) / fast) / 100;
}

/** How often a prover of ours fits into one of snarkjs, all stages included; `fastest` is what other load disturbs least. */
function ratios({
  plimsoll,
  plimsollOneThread,
  snarkjs,
  snarkjsSingleThread,
}: Readonly<Record<"plimsoll" | "plimsollOneThread" | "snarkjs" | "snarkjsSingleThread", ProverTiming>>) {
  return { warm: timesAs(snarkjs, plimsoll), warmOneThread: timesAs(snarkjsSingleThread, plimsollOneThread) };
}

function timesAs(slow: ProverTiming, fast: ProverTiming): { readonly median: number; readonly fastest: number } {
  return { median: ratio(slow.warm.total, fast.warm.total), fastest: ratio(slow.warm.spread[0], fast.warm.spread[0]) };
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

async function times(work: () => unknown): Promise<number> {
  const all: number[] = [];
  for (let i = 0; i < runs; i++) all.push(await timed(work));
  return Math.round(median(all));
}

/** The sample market with its options repeated until the table is full. */
function fullMarket(sample: Market): Market {
  const options = sample.instruments.filter(({ type }) => type === "option");
  const missing = tableRows(TIERS.M) - 1 - sample.instruments.length;
  const more = Array.from({ length: missing }, (_, i) => {
    const option = options[i % options.length]!;
    return { ...option, serial: 20_000 + i, name: `${option.name}-${i}` };
  });
  const instruments = [...sample.instruments, ...more].sort((a, b) => a.issuer - b.issuer || a.serial - b.serial);
  return { ...sample, instruments };
}

async function snarkjsCommandLine(
  { wasmPath, zkeyPath }: ProvingArtifacts,
  inputs: string,
): Promise<Readonly<Record<"witness" | "prove" | "total", number>>> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  const cli = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "cli.cjs");
  const run = (...args: string[]) => promisify(execFile)(process.execPath, [cli, ...args], { cwd: folder });
  try {
    await writeFile(join(folder, "input.json"), inputs, { mode: 0o600 });
    const witness = await times(() => run("wtns", "calculate", wasmPath, "input.json", "witness.wtns"));
    const prove = await times(() => run("groth16", "prove", zkeyPath, "witness.wtns", "proof.json", "public.json"));
    return { witness, prove, total: witness + prove };
  } finally {
    await rm(folder, { recursive: true });
  }
}
