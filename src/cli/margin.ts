/**
 * plimsoll margin: measure a portfolio, and what a trade would do to it.
 *
 * @module
 */
import { readText, writeAtomic } from "../files.ts";
import { parseTrades, PORTFOLIO_LENGTH, readPortfolio } from "../portfolio.ts";
import { BASIS_POINTS } from "../protocol.ts";
import { renderHtml } from "../report/html.ts";
import { marginReport } from "../report/marginReport.ts";
import { renderTerminal, renderWhatIf } from "../report/terminal.ts";
import { whatIf } from "../report/whatIf.ts";
import { remark, show, type Globals } from "./command.ts";
import { EXIT } from "./exitCodes.ts";
import { loadBook } from "./home.ts";

interface Flags extends Globals {
  readonly portfolio: string;
  readonly book?: string;
  readonly html?: string;
  readonly whatIf?: string[];
  readonly coverage: number;
}

export async function margin(flags: Flags): Promise<void> {
  const listed = await loadBook(flags, flags.book);
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
