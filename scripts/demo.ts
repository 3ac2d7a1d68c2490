/**
 * npm run demo: from market data and a real portfolio to a verified solvency proof, with nothing set up beforehand.
 * Everything is real but the ledger, which plays registry, issuers and vaults on this machine, and the keys of the
 * proof system, which are development keys made on the spot.
 */
import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { formatUsd } from "../src/decimal.ts";
import { MarginError, PlimsollError } from "../src/errors.ts";
import { writeAtomic } from "../src/files.ts";
import { readPortfolio } from "../src/portfolio.ts";
import { TIERS } from "../src/protocol.ts";
import { renderHtml } from "../src/report/html.ts";
import { marginReport } from "../src/report/marginReport.ts";
import { renderTerminal } from "../src/report/terminal.ts";
import { buildBook } from "../src/risk/book.ts";
import { encodeBook } from "../src/risk/bookFile.ts";
import { readMarket } from "../src/risk/marketFile.ts";
import { BookTree } from "../src/risk/tree.ts";
import { Stopwatch } from "./demo/stopwatch.ts";
import { Trader } from "./demo/trader.ts";

const OUT = "build/demo";
const clock = new Stopwatch();

try {
  clock.chapter("1. Circuits and development keys (first run only: a minute or two)");
  const built = spawnSync(process.execPath, ["--import", "tsx", "scripts/build.ts", "--tier", "M"], { stdio: "inherit" });
  if (built.status !== 0) process.exit(built.status ?? 1);
  clock.done("circuits and keys");

  clock.chapter("2. The epoch's risk book, from market data");
  const listed = buildBook(readMarket(await readFile("data/market.json", "utf8")));
  const book = await BookTree.build(listed.book, TIERS.M);
  await writeAtomic(`${OUT}/book.json`, encodeBook(listed));
  console.log(`  epoch ${listed.book.epoch}: ${listed.book.rows.length} instruments in ${listed.book.groups.length} risk groups (${listed.book.groups.join(", ")})`);
  for (const { name, price, scanBps } of listed.underlyings) {
    console.log(`  ${name.padEnd(6)} ${formatUsd(price).padStart(12)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`);
  }
  console.log(`  root ${book.root}`);
  clock.done("risk book");

  clock.chapter("3. A portfolio over three venues, three chains and a credit line");
  const portfolio = readPortfolio(await readFile("data/portfolio.json", "utf8"), listed);
  const report = marginReport(portfolio.positions, listed);
  console.log(renderTerminal(report, { colour: process.stdout.isTTY }));
  await writeAtomic(`${OUT}/margin.html`, renderHtml(report));
  console.log(`  the same with charts: ${OUT}/margin.html`);
  clock.done("margin report");

  clock.chapter("4. The account opens, borrows, trades, and shows a desk that it floats");
  const trader = new Trader(book, clock, OUT);
  try {
    await trader.opensWithCollateral(portfolio.positions);
    await trader.foldsVenueNotes(portfolio.positions);
    await trader.booksCredit(portfolio.positions);
    await trader.foldsReleases(portfolio.positions);
    const proof = await trader.showsSolvency();
    await trader.withdraws();

    clock.chapter("5. What must fail");
    await trader.attacks(proof);
    const short = readPortfolio(await readFile("data/portfolio-short.json", "utf8"), listed);
    await trader.refused("a portfolio that is short of margin", async () => trader.tryToProve(short.positions), MarginError);
  } finally {
    await trader.close();
  }
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  console.error(`error: ${error.message}`);
  process.exit(1);
}

clock.table();
console.log(`\nThe proof is in ${OUT}/solvency-proof.json; check it with: npx plimsoll verify ${OUT}/solvency-proof.json`);
