/**
 * npm run bench: how long proving and verifying take, beside snarkjs's own command line on the same key and witness, and
 * what books and margins cost. Solvency at tier M over the sample portfolio in data/. Times in milliseconds, medians.
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { Account } from "../src/account/account.ts";
import { randomSpendKey, spendKeys } from "../src/account/keys.ts";
import { GrowingTree } from "../src/account/trees.ts";
import { publicKey, randomScalar } from "../src/compliance/seal.ts";
import { readPortfolio } from "../src/portfolio.ts";
import { TIERS, bookRows } from "../src/protocol.ts";
import { artifactsFolder, loadProvingArtifacts } from "../src/prove/artifacts.ts";
import { plimsollBackend } from "../src/prove/plimsollBackend.ts";
import { nobleVerifier } from "../src/prove/nobleVerifier.ts";
import { createProver } from "../src/prove/prover.ts";
import { snarkjsBackend } from "../src/prove/snarkjsProver.ts";
import { snarkjsVerifier } from "../src/prove/snarkjsVerifier.ts";
import { verify } from "../src/prove/verify.ts";
import { buildBook } from "../src/risk/book.ts";
import type { Market } from "../src/risk/market.ts";
import { readMarket } from "../src/risk/marketFile.ts";
import { BookTree } from "../src/risk/tree.ts";
import { build } from "../src/setup/build.ts";
import { marginOf } from "../src/split.ts";
import { coldProcess, compareBackends, median } from "./bench/provers.ts";
import { solvencyStatement } from "../src/statements/solvency.ts";
import { proofRequest } from "../src/statements/statement.ts";

const flags = new Command("npm run bench --")
  .option("--runs <n>", "times each thing is measured", "5")
  .option("--json", "print JSON")
  .parse()
  .opts<{ runs: string; json?: boolean }>();
const runs = Math.max(1, Number.parseInt(flags.runs, 10) || 1);
const say = (text: string): void => void (process.stderr.isTTY && process.stderr.write(`${text}\n`));

const ratio = (slow: number, fast: number): number => Math.round((100 * slow) / fast) / 100;
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

/** The sample market with its options repeated until the book is full. */
function fullMarket(market: Market): Market {
  const options = market.instruments.filter(({ type }) => type === "option");
  const missing = bookRows(TIERS.M) - 1 - market.instruments.length;
  const more = Array.from({ length: missing }, (_, i) => {
    const option = options[i % options.length]!;
    return { ...option, serial: 20_000 + i, name: `${option.name}-${i}` };
  });
  const instruments = [...market.instruments, ...more].sort((a, b) => a.issuer - b.issuer || a.serial - b.serial);
  return { ...market, instruments };
}

await build([{ circuit: "solvency", tier: "M" }]);
const artifacts = await loadProvingArtifacts("solvency", "M");
const market = readMarket(await readFile("data/market.json", "utf8"));
const listed = buildBook(market);
const { positions } = readPortfolio(await readFile("data/portfolio.json", "utf8"), listed);

say("book and margin");
const full = fullMarket(market);
const bookBuild = await times(async () => BookTree.build(buildBook(full).book, TIERS.M));
const marginTime = await timed(() => {
  for (let i = 0; i < 50; i++) marginOf(positions, listed.book);
}) / 50;

const book = await BookTree.build(listed.book, TIERS.M);
const keys = spendKeys(randomSpendKey());
const account = Account.open("M", keys, positions.map(({ row, size }) => ({ instrument: row.instrument, size })));
const path = new GrowingTree(TIERS.M.depth, [account.commitment]).path(account.commitment);
const committee = [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())] as const;
const request = proofRequest(solvencyStatement({
  account, keys, path, book, coverage: 10_000, issuerId: positions[0]!.row.instrument >> 16, committee, context: 1n,
}));

say("provers");
const snarkjsProcess = snarkjsBackend();
const provers = await compareBackends(
  { plimsoll: plimsollBackend({ threads: 2 }), plimsollOneThread: plimsollBackend({ threads: 1 }), snarkjs: snarkjsProcess },
  artifacts, request, runs,
);
const fromCold = { plimsoll: await coldProcess("plimsoll", artifactsFolder(), request), snarkjs: await coldProcess("snarkjs", artifactsFolder(), request) };
const ratios = {
  warm: ratio(provers.snarkjs.warm.total, provers.plimsoll.warm.total), coldProcess: ratio(fromCold.snarkjs.total, fromCold.plimsoll.total),
};
const prover = createProver(plimsollBackend(), () => Promise.resolve(artifacts));
const proof = await prover.prove(request);

say("verifiers");
const snarkjs = snarkjsVerifier();
await verify(proof, artifacts.verificationKey, [nobleVerifier, snarkjs]);
const noble = await times(() => verify(proof, artifacts.verificationKey));
const other = await times(() => verify(proof, artifacts.verificationKey, [snarkjs]));
await Promise.all([prover.close(), snarkjs.close()]);

say("snarkjs command line");
const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
const cli = join(dirname(createRequire(import.meta.url).resolve("snarkjs")), "cli.cjs");
const snarkjsCli = (...args: string[]) => promisify(execFile)(process.execPath, [cli, ...args], { cwd: folder });
let command: { witness: number; prove: number; total: number };
try {
  const inputs = JSON.stringify(request.inputs, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
  await writeFile(join(folder, "input.json"), inputs, { mode: 0o600 });
  const witness = await times(() => snarkjsCli("wtns", "calculate", artifacts.wasmPath, "input.json", "witness.wtns"));
  const proving = await times(() => snarkjsCli("groth16", "prove", artifacts.zkeyPath, "witness.wtns", "proof.json", "public.json"));
  command = { witness, prove: proving, total: witness + proving };
} finally {
  await rm(folder, { recursive: true });
}

const mebibytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
const result = {
  machine: { node: process.version, cores: availableParallelism(), cpu: cpus()[0]?.model }, runs,
  solvencyM: { ...provers, coldProcess: fromCold, snarkjsCli: command, timesSnarkjs: ratios },
  verify: { noble, snarkjs: other },
  bookBuild4095: bookBuild,
  marginsPerSecond: Math.round(1000 / marginTime),
  peakMemoryMiB: { snarkjs: mebibytes(snarkjsProcess.peakBytes), plimsoll: fromCold.plimsoll.peakMiB, toolkit: mebibytes(process.resourceUsage().maxRSS * 1024) },
};
if (flags.json) console.log(JSON.stringify(result, null, 2));
else {
  const rows = Object.entries(provers).flatMap(([name, { cold, warm }]) => [[`${name}, cold`, cold], [`${name}, warm`, warm]] as const);
  console.table({ ...Object.fromEntries(rows), "snarkjs command line": command });
  console.log({ coldProcess: fromCold, timesSnarkjs: ratios });
}
if (!flags.json) console.log({ verify: result.verify, bookBuild4095: bookBuild, marginsPerSecond: result.marginsPerSecond, peakMemoryMiB: result.peakMemoryMiB });
