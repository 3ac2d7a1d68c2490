/**
 * The story on one machine, where npm has no development node for the platform: a local ledger plays registry, issuers
 * and vaults; everything else is real.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { formatUsd } from "../../src/base/amounts.ts";
import { MarginError } from "../../src/base/errors.ts";
import { writeAtomic } from "../../src/base/files.ts";
import { readPortfolio } from "../../src/margin/portfolio.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { renderHtml } from "../../src/margin/report/html.ts";
import { marginReport } from "../../src/margin/report/marginReport.ts";
import { renderTerminal } from "../../src/margin/report/terminal.ts";
import { buildTable } from "../../src/risk/table.ts";
import { encodeTable } from "../../src/risk/tableFile.ts";
import { readMarket } from "../../src/risk/marketFile.ts";
import { TableTree } from "../../src/risk/tree.ts";
import type { Stopwatch } from "./stopwatch.ts";
import { Trader } from "./localTrader.ts";

/** @param out folder of what the demo leaves behind */
export async function tellLocally(clock: Stopwatch, out: string): Promise<void> {
  clock.chapter("2. The epoch's risk table, from market data");
  const listed = buildTable(readMarket(await readFile("data/market.json", "utf8")));
  const table = await TableTree.build(listed.table, TIERS.M);
  await writeAtomic(`${out}/table.json`, encodeTable(listed));
  console.log(`  epoch ${listed.table.epoch}: ${listed.table.rows.length} instruments in ${listed.table.groups.length} risk groups (${listed.table.groups.join(", ")})`);
  for (const { name, price, scanBps } of listed.underlyings) {
    console.log(`  ${name.padEnd(6)} ${formatUsd(price).padStart(12)} USD   scan range ${(scanBps / 100).toFixed(2).padStart(6)} %`);
  }
  console.log(`  root ${table.root}`);
  clock.done("risk table");

  clock.chapter("3. A portfolio over three venues, three chains and a credit line");
  const portfolio = readPortfolio(await readFile("data/portfolio.json", "utf8"), listed);
  const report = marginReport(portfolio.positions, listed);
  console.log(renderTerminal(report, { colour: process.stdout.isTTY }));
  await writeAtomic(`${out}/margin.html`, renderHtml(report));
  console.log(`  the same with charts: ${out}/margin.html`);
  clock.done("margin report");

  clock.chapter("4. The account opens, borrows, trades, and shows a desk that it is covered");
  const trader = new Trader(table, clock, out);
  try {
    await trader.opensWithCollateral(portfolio.positions);
    await trader.receivesVenueNotes(portfolio.positions);
    await trader.booksCredit(portfolio.positions);
    await trader.receivesReleases(portfolio.positions);
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
