/**
 * The margin report as one page that needs nothing else: no script, no font, no request.
 *
 * @module
 */
import { formatPercent, formatUsd, formatWholeUsd } from "../../base/amounts.ts";
import { buildUp, distanceBars, escape, gauge, heatmap, waterfall } from "./charts.ts";
import type { MarginReport } from "./marginReport.ts";
import { STYLE } from "./style.ts";
import type { WhatIf } from "./whatIf.ts";

/**
 * The page; with `trade`, what that would change is its second section, and all figures are those after it.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { marginReport, renderHtml } from "plimsoll/toolkit";
 *
 * await writeFile("margin.html", renderHtml(marginReport(positions, listed)));
 * ```
 */
export function renderHtml(before: MarginReport, trade?: WhatIf): string {
  const report = trade?.after ?? before;
  const { netting } = report;
  const saved = netting.issuers - netting.requirement;
  const share = netting.issuers > 0n ? Number((saved * 10_000n) / netting.issuers) : 0;
  const spare = report.equity - report.requirement;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Plimsoll margin report, epoch ${report.epoch}</title><style>${STYLE}</style></head><body><main>
<header><svg class="mark" viewBox="0 0 40 40" aria-hidden="true"><circle cx="20" cy="20" r="12"/><path d="M2 20h36"/></svg>
<div><h1>Margin report</h1><p class="faint">${trade === undefined ? "" : "After the trade. "}Epoch ${report.epoch}, prices of ${new Date(report.asOf * 1000).toISOString().replace(".000Z", " UTC").replace("T", " ")}</p></div>
<span class="pill ${report.covered.initial ? "good" : report.covered.maintenance ? "warn" : "bad"}">${report.covered.initial ? "covered" : report.covered.maintenance ? "is covered at maintenance only" : "is not covered"}</span></header>
<section class="tiles">
${tile("Equity", formatWholeUsd(report.equity), "USD")}
${tile("Initial margin", formatWholeUsd(report.requirement), spare >= 0n ? `${formatWholeUsd(spare)} to spare` : `short by ${formatWholeUsd(-spare)}`)}
${tile("Maintenance", formatWholeUsd(report.maintenance), "80 % of initial")}
${tile("Saved by netting", formatWholeUsd(saved), `${formatPercent(share)} of each venue alone`)}
</section>
${trade === undefined ? "" : card("What the trade would do", whatIfTable(trade), trade.trades.map(({ name, units, unit }) => `${name} ${units.replace("-", "−")} ${unit}`).join("; "))}
${card("Equity over maintenance", gauge(report), "Bands begin at 1.25, 1.10 and 1.00 of maintenance.")}
${card("Scenario losses", heatmap(report), worstWords(report))}
${card("What the requirement is made of", buildUp(report), `Linear parts would be ${formatWholeUsd(report.parts.linearAlone)} without offsets across groups.`)}
${card("What netting saves", waterfall(report), "Requirements of parts of the account, each measured as if nothing else were held.")}
${card("Stays afloat until", distanceBars(report), "Price move that brings equity down to maintenance, other prices standing still: along the scenario columns, the requirement held at today's. None was found within three scan ranges where it says so.")}
<div class="pair">
${card("By venue and vault", shareTable(report), "")}
${card("Greeks", greekTable(report), "USD per 1 % of price, per 1 % of price squared, per volatility point, per day.")}
</div>
${card("Holdings", holdingTable(report), "")}
</main></body></html>
`;
}

const tile = (name: string, value: string, note: string): string =>
  `<div class="tile"><div class="faint">${name}</div><div class="figure">${value}</div><div class="faint">${note}</div></div>`;

const card = (title: string, body: string, note: string): string =>
  `<section class="card"><h2>${title}</h2>${note === "" ? "" : `<p class="faint">${escape(note)}</p>`}${body}</section>`;

/** Rows of cells; the first column is text, the others are numbers. */
const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  `<div class="scroll"><table><thead><tr>${head.map((cell) => `<th>${escape(cell)}</th>`).join("")}</tr></thead><tbody>` +
  `${rows.map((row) => `<tr>${row.map((cell) => `<td>${escape(cell)}</td>`).join("")}</tr>`).join("")}</tbody></table></div>`;

const worstWords = ({ worst, together }: MarginReport): string =>
  [...worst, { words: together.worst, loss: together.loss }]
    .filter(({ loss }) => loss > 0n)
    .map(({ words, loss }) => `${words}: ${formatWholeUsd(loss)}`)
    .join(". ") || "No scenario loses.";

const shareTable = ({ issuers, chains, netting, equity }: MarginReport): string =>
  table(
    ["alone", "chain", "equity", "margin"],
    [
      ...issuers.map(({ name, chain, equity, isolated }) => [
        name,
        chain,
        formatWholeUsd(equity),
        formatWholeUsd(isolated),
      ]),
      ["added up", "", formatWholeUsd(equity), formatWholeUsd(netting.issuers)],
      ...chains.map(({ name, equity, isolated }) => [
        "all of it on",
        name,
        formatWholeUsd(equity),
        formatWholeUsd(isolated),
      ]),
    ],
  );

const greekTable = ({ greeks }: MarginReport): string =>
  table(
    ["", "delta", "gamma", "vega", "theta"],
    greeks.map(({ underlying, delta, gamma, vega, theta }) => [
      underlying,
      ...[delta, gamma, vega, theta].map((value) =>
        value.toLocaleString("en-US", { maximumFractionDigits: Math.abs(value) >= 1000 ? 0 : 2 }).replace("-", "−"),
      ),
    ]),
  );

const holdingTable = ({ holdings }: MarginReport): string =>
  table(
    ["instrument", "size", "value", "charges"],
    holdings.map(({ name, units, unit, value, charges }) => [
      name,
      `${units.replace("-", "−")} ${unit}`,
      formatUsd(value),
      formatUsd(charges),
    ]),
  );

const whatIfTable = ({ before, after }: WhatIf): string => {
  const line = (name: string, a: bigint, b: bigint): string[] => [name, formatUsd(a), formatUsd(b), formatUsd(b - a)];
  const ratio = ({ ratioBps }: MarginReport): string => (ratioBps === null ? "–" : formatPercent(ratioBps));
  return table(
    ["", "before", "after", "change"],
    [
      line("equity", before.equity, after.equity),
      line("initial margin", before.requirement, after.requirement),
      line("maintenance", before.maintenance, after.maintenance),
      ["equity over maintenance", ratio(before), ratio(after), ""],
      ["band", before.band, after.band, ""],
    ],
  );
};
