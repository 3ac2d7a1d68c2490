/**
 * What hurts most, in words, and the refusal that quotes it.
 *
 * @module
 */
import { formatUsd } from "../base/amounts.ts";
import { MarginError } from "../base/errors.ts";
import { isCovered, type Margin } from "./rule.ts";
import {
  BASIS_POINTS,
  COVERAGE_INITIAL,
  COVERAGE_MAINTENANCE,
  SCENARIOS,
  SCENARIO_THIRDS,
} from "../protocol/constants.ts";

/** The last two scenarios are ±3 scan ranges at a third of their loss. */
const EXTREMES_FROM = SCENARIOS - 2;

/** Scenario 10 → "+1 scan, vol up"; 14 → "+3 scans at a third". Prices up are positive. */
export function scenarioWords(s: number): string {
  const up = -SCENARIO_THIRDS[s]!;
  const sign = up > 0 ? "+" : "−";
  if (s >= EXTREMES_FROM) return `${sign}3 scans at a third`;
  const size = Math.abs(up) === 3 ? "1 scan" : `${Math.abs(up)}/3 scan`;
  return `${up === 0 ? "price unchanged" : sign + size}, vol ${s % 2 === 0 ? "up" : "down"}`;
}

/** The worst scenario of each group that can lose, most first. Loss in µUSD. */
export function worstScenarios(
  { losses }: Pick<Margin, "losses">,
  groups: readonly string[],
): { group: string; scenario: number; loss: bigint; words: string }[] {
  return losses
    .flatMap((line, g) => {
      const scenario = largest(line);
      const loss = line[scenario]!;
      const group = groups[g] ?? `group ${g}`;
      return loss > 0n ? [{ group, scenario, loss, words: `${group} ${scenarioWords(scenario)}` }] : [];
    })
    .sort((a, b) => (a.loss < b.loss ? 1 : a.loss > b.loss ? -1 : 0));
}

/** The worst scenario when all markets make the same move: its number and Σ_g L(g, s), which may be a gain. */
export function worstTogether({ losses }: Pick<Margin, "losses">): { scenario: number; loss: bigint; words: string } {
  const sums = SCENARIO_THIRDS.map((_, s) => losses.reduce((sum, line) => sum + line[s]!, 0n));
  const scenario = largest(sums);
  return { scenario, loss: sums[scenario]!, words: `all ${scenarioWords(scenario)}` };
}

/**
 * Throws a MarginError unless E · 10,000 ≥ R · coverage: "short of initial margin by 12,345.67 USD; worst: BTC −1 scan,
 * vol up". The amount is rounded up to the cent: paying it in is enough.
 *
 * @param coverage basis points: 10,000 is initial margin, 8,000 maintenance
 * @param groups names of the table's risk groups
 *
 * @example
 * ```ts
 * import { assertCovered, marginOf, protocol } from "plimsoll/toolkit";
 *
 * assertCovered(marginOf(positions, listed.table), protocol.COVERAGE_INITIAL, listed.table.groups);
 * ```
 */
export function assertCovered(margin: Margin, coverage: number, groups: readonly string[]): void {
  if (isCovered(margin, coverage)) return;
  const scale = BigInt(BASIS_POINTS);
  const required = (margin.requirement * BigInt(coverage) + scale - 1n) / scale;
  const cents = (required - margin.equity + 9_999n) / 10_000n;
  const worst = worstScenarios(margin, groups)[0]?.words ?? "no scenario, charges alone";
  throw new MarginError(
    coverage,
    margin.equity,
    required,
    `short of ${coverageWords(coverage)} by ${formatUsd(cents * 10_000n)} USD; worst: ${worst}`,
  );
}

/** 10,000 → "initial margin". */
const coverageWords = (coverage: number): string =>
  coverage === COVERAGE_INITIAL
    ? "initial margin"
    : coverage === COVERAGE_MAINTENANCE
      ? "maintenance margin"
      : `${coverage / 100} % of initial margin`;

const largest = (values: readonly bigint[]): number =>
  values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
