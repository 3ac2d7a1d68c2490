/**
 * The margin report for a terminal: ASCII only, plain unless a style is given.
 *
 * @module
 */
import { formatPercent, formatUsd, formatWholeUsd } from "../../base/amounts.ts";
import { scenarioWords } from "../worst.ts";
import type { MarginReport } from "./marginReport.ts";
import type { WhatIf } from "./whatIf.ts";

/** Emphasises a piece of text; Node's `util.styleText` is one, and knows terminals and NO_COLOR. */
export type Style = (format: "bold" | "red" | "green" | "yellow", text: string) => string;

const WIDTH = 30;
const plain: Style = (_, text) => text;

/** Minus signs and dashes of the words as ASCII. */
const ascii = (text: string): string => text.replaceAll("−", "-").replaceAll("±", "+/-");

/**
 * A report as lines of text, ending in a newline.
 *
 * @example
 * ```ts
 * import { styleText } from "node:util";
 * import { marginReport, renderTerminal } from "plimsoll/toolkit";
 *
 * process.stdout.write(renderTerminal(marginReport(positions, listed), styleText));
 * ```
 */
export function renderTerminal(report: MarginReport, style = plain): string {
  const { parts, netting } = report;
  const section = (title: string, lines: readonly string[]): string[] =>
    lines.length === 0 ? [] : ["", style("bold", title), ...lines];
  const scale = [
    ...parts.charges.map(({ amount }) => amount),
    parts.linear,
    parts.joint,
    ...report.groups.map(({ remainder }) => remainder),
  ];
  const most = scale.reduce((a, b) => (a > b ? a : b), 1n);
  const part = (name: string, amount: bigint): string => `  ${name.padEnd(34)} ${usd(amount)}  ${bar(amount, most)}`;
  return ascii(
    [
      style("bold", `Margin on epoch ${report.epoch}, prices of ${new Date(report.asOf * 1000).toISOString()}`),
      "",
      `  Equity                             ${usd(report.equity)}  USD`,
      `  Initial margin                     ${usd(report.requirement)}  ${verdict(report.covered.initial, style)}`,
      `  Maintenance (80 %)                 ${usd(report.maintenance)}  ${verdict(report.covered.maintenance, style)}`,
      `  Equity over maintenance            ${ratio(report).padStart(18)}  ${bandWord(report, style)}`,
      ...section("What the requirement is made of", [
        ...parts.charges.map(({ part: name, amount }) => part(`charge: ${name}`, amount)),
        part("linear parts, after offsets", parts.linear),
        ...report.groups
          .filter(({ remainder }) => remainder > 0n)
          .map(({ name, remainder }) => part(`remainder: ${name}`, remainder)),
        ...(parts.joint > 0n ? [part("all markets together, on top", parts.joint)] : []),
        `  ${"sum".padEnd(34)} ${usd(report.requirement)}`,
      ]),
      ...section("Worst scenarios", [
        ...report.worst.map(({ words, loss }) => `  ${words.padEnd(34)} ${usd(loss)}`),
        `  ${report.together.worst.padEnd(34)} ${usd(report.together.loss)}`,
      ]),
      ...section(`Each venue and vault alone${" ".repeat(19)}equity${" ".repeat(12)}margin`, [
        ...report.issuers.map(
          ({ name, chain, equity, isolated }) => `  ${`${name} (${chain})`.padEnd(34)} ${usd(equity)} ${usd(isolated)}`,
        ),
        `  ${"added up".padEnd(34)} ${usd(report.equity)} ${usd(netting.issuers)}`,
        `  ${"together".padEnd(34)} ${"".padStart(18)} ${usd(netting.requirement)}`,
        style(
          "green",
          `  ${"saved by netting".padEnd(34)} ${"".padStart(18)} ${usd(netting.issuers - netting.requirement)}`,
        ),
      ]),
      ...section(
        `Each chain alone${" ".repeat(29)}equity${" ".repeat(12)}margin`,
        report.chains.map(({ name, equity, isolated }) => `  ${name.padEnd(34)} ${usd(equity)} ${usd(isolated)}`),
      ),
      ...section(
        `Stays afloat until${" ".repeat(15)}price       falls by    rises by`,
        report.distances.map(
          (d) => `  ${d.underlying.padEnd(14)} ${usd(d.price)}  ${move(d.downBps)} ${move(d.upBps)}`,
        ),
      ),
      ...section(
        `Greeks, USD          delta per 1 %   gamma per 1 %^2    vega per pt   theta per day`,
        report.greeks.map(
          (g) => `  ${g.underlying.padEnd(14)} ${[g.delta, g.gamma, g.vega, g.theta].map(number).join(" ")}`,
        ),
      ),
      ...section("Scenario losses, thousand USD", scenarioTable(report)),
      "",
    ].join("\n"),
  );
}

/** Before and after, side by side. */
export function renderWhatIf({ trades, before, after }: WhatIf, style = plain): string {
  const line = (name: string, a: bigint, b: bigint): string => `  ${name.padEnd(26)} ${usd(a)} ${usd(b)} ${usd(b - a)}`;
  return ascii(
    [
      style("bold", "What if"),
      ...trades.map(({ name, units, unit }) => `  ${name.padEnd(34)} ${units.padStart(18)} ${unit}`),
      "",
      style("bold", `${"".padEnd(26)} ${"before".padStart(20)} ${"after".padStart(18)} ${"change".padStart(18)}`),
      line("Equity", before.equity, after.equity),
      line("Initial margin", before.requirement, after.requirement),
      line("Maintenance", before.maintenance, after.maintenance),
      `  ${"Equity over maintenance".padEnd(26)} ${ratio(before).padStart(18)} ${ratio(after).padStart(18)}`,
      `  ${"Band".padEnd(26)} ${before.band.padStart(18)} ${after.band.padStart(18)}`,
      `  After the trade: initial margin ${verdict(after.covered.initial, style)}, maintenance ${verdict(after.covered.maintenance, style)}`,
      "",
    ].join("\n"),
  );
}

/** Losses are positive; one line a scenario, one column a group. */
function scenarioTable({ groups, together }: MarginReport): string[] {
  const active = groups.filter(({ losses }) => losses.some((loss) => loss !== 0n));
  if (active.length === 0) return [];
  const cells = (values: readonly bigint[]): string =>
    values.map((value) => formatWholeUsd(value / 1000n).padStart(12)).join("");
  return [
    `  ${"".padEnd(24)}${[...active.map(({ name }) => name), "all"].map((name) => name.padStart(12)).join("")}`,
    ...together.losses.map(
      (all, s) => `  ${scenarioWords(s).padEnd(24)}${cells([...active.map(({ losses }) => losses[s]!), all])}`,
    ),
  ];
}

const usd = (micro: bigint): string => formatUsd(micro).padStart(18);
const number = (value: number): string =>
  value.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).padStart(15);
const move = (bps: number | null): string => (bps === null ? "-" : formatPercent(Math.abs(bps))).padStart(11);
const ratio = ({ ratioBps }: MarginReport): string => (ratioBps === null ? "-" : formatPercent(ratioBps));
const bar = (amount: bigint, most: bigint): string => "#".repeat(Number((amount * BigInt(WIDTH) + most - 1n) / most));
const verdict = (fine: boolean, style: Style): string => (fine ? style("green", "covered") : style("red", "SHORT"));
const bandWord = ({ band }: MarginReport, style: Style): string =>
  style(band === "comfortable" ? "green" : band === "under maintenance" ? "red" : "yellow", band);
