/**
 * plimsoll margin: measure a portfolio, and what a trade would do to it.
 *
 * @module
 */
import { readText, writeAtomic } from "../base/files.ts";
import { parseTrades, PORTFOLIO_LENGTH, readPortfolio } from "../margin/portfolio.ts";
import { BASIS_POINTS } from "../protocol/constants.ts";
import { renderHtml } from "../margin/report/html.ts";
import { marginReport } from "../margin/report/marginReport.ts";
import { renderTerminal, renderWhatIf } from "../margin/report/terminal.ts";
import { whatIf } from "../margin/report/whatIf.ts";
import { remark, show, type Globals } from "./command.ts";
import { EXIT } from "./exitCodes.ts";
import { loadTable } from "./home.ts";

interface Flags extends Globals {
  readonly portfolio: string;
  readonly table?: string;
  readonly html?: string;
  readonly whatIf?: string[];
  readonly coverage: number;
}

export async function margin(flags: Flags): Promise<void> {
  const listed = await loadTable(flags, flags.table);
  const { positions } = readPortfolio(await readText(flags.portfolio, PORTFOLIO_LENGTH), listed);
  const trades = parseTrades((flags.whatIf ?? []).flatMap((text) => text.split(",")), listed);
  const trade = trades.length === 0 ? undefined : whatIf(positions, trades, listed);
  const report = trade?.before ?? marginReport(positions, listed);
  if (flags.html !== undefined) {
    await writeAtomic(flags.html, renderHtml(report, trade));
    remark(flags, `report written to ${flags.html}`);
  }
  const colour = { colour: process.stdout.isTTY };
  show(flags, trade ?? report, () => renderTerminal(report, colour) + (trade === undefined ? "" : `\n${renderWhatIf(trade, colour)}`));
  const { equity, requirement } = trade?.after ?? report;
  if (equity * BigInt(BASIS_POINTS) < requirement * BigInt(flags.coverage)) process.exitCode = EXIT.refused;
}
