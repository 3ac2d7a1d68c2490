/**
 * The story on one machine, where npm has no development node for the platform: a local ledger plays registry, issuers
 * and vaults; everything else is real.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { formatUsd } from "../../src/decimal.ts";
import { MarginError } from "../../src/errors.ts";
import { writeAtomic } from "../../src/files.ts";
import { readPortfolio } from "../../src/portfolio.ts";
import { TIERS } from "../../src/protocol.ts";
import { renderHtml } from "../../src/report/html.ts";
import { marginReport } from "../../src/report/marginReport.ts";
import { renderTerminal } from "../../src/report/terminal.ts";
import { buildBook } from "../../src/risk/book.ts";
import { encodeBook } from "../../src/risk/bookFile.ts";
import { readMarket } from "../../src/risk/marketFile.ts";
import { BookTree } from "../../src/risk/tree.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { Trader } from "./localTrader.ts";

/** @param out folder of what the demo leaves behind */
export async function tellLocally(clock: Stopwatch, out: string): Promise<void> {
  clock.chapter("2. The epoch's risk book, from market data");
  const listed = buildBook(readMarket(await readFile("data/market.json", "utf8")));
  const book = await BookTree.build(listed.book, TIERS.M);
  await writeAtomic(`${out}/book.json`, encodeBook(listed));
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
  await writeAtomic(`${out}/margin.html`, renderHtml(report));
  console.log(`  the same with charts: ${out}/margin.html`);
  clock.done("margin report");

  clock.chapter("4. The account opens, borrows, trades, and shows a desk that it floats");
  const trader = new Trader(book, clock, out);
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
}
