/**
 * A margin as people want to see it: what it is made of, what hurts, what netting saves, how far it is from the edge.
 *
 * @module
 */
import { toJson } from "../../base/json.ts";
import { countedLots, isCovered, jointLoss, type Margin } from "../rule.ts";
import { lotsToUnits } from "../../base/amounts.ts";
import type { ListedPosition } from "../portfolio.ts";
import {
  BASIS_POINTS,
  COVERAGE_INITIAL,
  COVERAGE_MAINTENANCE,
  PROTOCOL_VERSION,
  SCENARIO_THIRDS,
} from "../../protocol/constants.ts";
import type { Greeks, ListedTable } from "../../risk/listing.ts";
import { marginOf } from "../offsets.ts";
import { worstScenarios, worstTogether } from "../worst.ts";
import { distances, type Distance } from "./distance.ts";

/** Bands of equity over maintenance, basis points, and what they are called; below the last an account is under. */
export const BANDS = [
  { from: 12_500, name: "comfortable" },
  { from: 11_000, name: "watch" },
  { from: 10_000, name: "warning" },
] as const;
type Band = (typeof BANDS)[number]["name"] | "under maintenance";

/** A share of the account on its own: all amounts in µUSD. */
interface Share {
  readonly name: string;
  readonly chain: string;
  readonly equity: bigint;
  /** R of these holdings alone. */
  readonly isolated: bigint;
}

/** Amounts are µUSD, Greeks USD. JSON.stringify writes whole numbers as decimal strings: see {@link reportJson}. */
export interface MarginReport {
  readonly format: "plimsoll-margin";
  readonly version: number;
  readonly epoch: number;
  readonly asOf: number;
  readonly equity: bigint;
  readonly requirement: bigint;
  /** R at 80 %, rounded up. */
  readonly maintenance: bigint;
  /** Equity over maintenance, basis points rounded down; null when nothing is required. */
  readonly ratioBps: number | null;
  readonly band: Band;
  readonly covered: { readonly initial: boolean; readonly maintenance: boolean };
  /** R = Σ charges + Σ remainder + linear + joint. */
  readonly parts: {
    readonly charges: readonly { readonly part: string; readonly amount: bigint }[];
    /** The linear parts after offsets across groups (D), and added up without any. */
    readonly linear: bigint;
    readonly linearAlone: bigint;
    /** What the joint move J adds above Σ N + D; 0 unless it binds. */
    readonly joint: bigint;
  };
  readonly groups: readonly {
    readonly name: string;
    /** L(g, s) for the 16 scenarios, S_g, N_g. */
    readonly losses: readonly bigint[];
    readonly linear: bigint;
    readonly remainder: bigint;
  }[];
  /** Σ_g L(g, s). */
  readonly together: { readonly losses: readonly bigint[]; readonly worst: string; readonly loss: bigint };
  readonly worst: readonly { readonly words: string; readonly loss: bigint }[];
  readonly issuers: readonly Share[];
  readonly chains: readonly Omit<Share, "chain">[];
  /** Requirements added up: each holding alone, each issuer alone; then all together. Sub-additive, so they fall. */
  readonly netting: { readonly holdings: bigint; readonly issuers: bigint; readonly requirement: bigint };
  readonly distances: readonly Distance[];
  readonly greeks: readonly (Greeks & { readonly underlying: string })[];
  readonly holdings: readonly {
    readonly name: string;
    readonly units: string;
    readonly unit: string;
    readonly value: bigint;
    readonly charges: bigint;
  }[];
}

/**
 * Measures positions in ascending order of instrument. Throws an InputError for values out of range.
 *
 * @example
 * ```ts
 * import { marginReport, renderTerminal } from "plimsoll/toolkit";
 *
 * const report = marginReport(positions, listed);
 * console.log(report.band, report.netting.issuers - report.requirement); // what netting across issuers saves, µUSD
 * console.log(renderTerminal(report));
 * ```
 */
export function marginReport(positions: readonly ListedPosition[], listed: ListedTable): MarginReport {
  const { table } = listed;
  const margin = marginOf(positions, table);
  const isolated = (some: readonly ListedPosition[]): bigint => marginOf(some, table).requirement;
  const issuers = shares(positions, ({ listing }) => listing.issuer, listed);
  const maintenance =
    (margin.requirement * BigInt(COVERAGE_MAINTENANCE) + BigInt(BASIS_POINTS - 1)) / BigInt(BASIS_POINTS);
  const split = sum(margin.remainder) + margin.diversified;
  const together = worstTogether(margin);
  const ratioBps = maintenance === 0n ? null : Number(floorDiv(margin.equity * BigInt(BASIS_POINTS), maintenance));
  return {
    format: "plimsoll-margin",
    version: PROTOCOL_VERSION,
    epoch: table.epoch,
    asOf: table.asOf,
    equity: margin.equity,
    requirement: margin.requirement,
    maintenance,
    ratioBps,
    band: bandOf(margin, ratioBps),
    covered: { initial: isCovered(margin, COVERAGE_INITIAL), maintenance: isCovered(margin, COVERAGE_MAINTENANCE) },
    parts: {
      charges: chargeParts(positions),
      linear: margin.diversified,
      linearAlone: sum(margin.linear.map((third) => 3n * abs(third))),
      joint: jointLoss(margin) > split ? jointLoss(margin) - split : 0n,
    },
    groups: table.groups.map((name, g) => ({
      name,
      losses: margin.losses[g]!,
      linear: 3n * margin.linear[g]!,
      remainder: margin.remainder[g]!,
    })),
    together: {
      losses: SCENARIO_THIRDS.map((_, s) => sum(margin.losses.map((line) => line[s]!))),
      worst: together.words,
      loss: together.loss,
    },
    worst: worstScenarios(margin, table.groups).map(({ words, loss }) => ({ words, loss })),
    issuers,
    chains: shares(positions, ({ listing }) => listing.chain, listed).map(({ name, equity, isolated }) => ({
      name,
      equity,
      isolated,
    })),
    netting: {
      holdings: sum(positions.map((position) => isolated([position]))),
      issuers: sum(issuers.map((share) => share.isolated)),
      requirement: margin.requirement,
    },
    distances: distances(positions, margin.requirement, listed),
    greeks: portfolioGreeks(positions),
    holdings: positions.map(({ row, listing, size }) => ({
      name: listing.name,
      units: lotsToUnits(size, listing.lot),
      unit: listing.unit,
      value: countedLots({ row, size }) * row.mark,
      charges: chargesOf({ row, size }),
    })),
  };
}

/**
 * A report as JSON: amounts in µUSD as decimal strings.
 *
 * @example
 * ```ts
 * import { marginReport, reportJson } from "plimsoll/toolkit";
 *
 * const text = reportJson(marginReport(positions, listed));
 * ```
 */
export const reportJson = (report: unknown): string => toJson(report, 2);

function bandOf(margin: Margin, ratioBps: number | null): Band {
  if (!isCovered(margin, COVERAGE_MAINTENANCE)) return "under maintenance";
  return BANDS.find(({ from }) => ratioBps === null || ratioBps >= from)?.name ?? "warning";
}

/** Charges added up by what they are for, largest first; the parts of a listing add up to its row's charge. */
function chargeParts(positions: readonly ListedPosition[]): { part: string; amount: bigint }[] {
  const parts = new Map<string, bigint>();
  for (const position of positions) {
    const lots = countedLots(position);
    for (const { part, long, short } of position.listing.charges) {
      parts.set(part, (parts.get(part) ?? 0n) + (lots < 0n ? -lots * short : lots * long));
    }
  }
  return [...parts]
    .flatMap(([part, amount]) => (amount === 0n ? [] : [{ part, amount }]))
    .sort((a, b) => (a.amount < b.amount ? 1 : a.amount > b.amount ? -1 : 0));
}

const chargesOf = (position: Pick<ListedPosition, "row" | "size">): bigint => {
  const lots = countedLots(position);
  return lots < 0n ? -lots * position.row.chargeShort : lots * position.row.chargeLong;
};

/** Equity and margin of each issuer or chain on its own, in order of appearance. */
function shares(
  positions: readonly ListedPosition[],
  key: (position: ListedPosition) => string,
  { table }: ListedTable,
): Share[] {
  return [...new Set(positions.map(key))].map((name) => {
    const own = positions.filter((position) => key(position) === name);
    const { equity, requirement } = marginOf(own, table);
    return { name, chain: own[0]!.listing.chain, equity, isolated: requirement };
  });
}

/** Greeks of all counted lots by underlying, those without any left out. */
function portfolioGreeks(positions: readonly ListedPosition[]): (Greeks & { underlying: string })[] {
  const totals = new Map<string, { delta: number; gamma: number; vega: number; theta: number }>();
  for (const position of positions) {
    const { underlying, greeks } = position.listing;
    const lots = Number(countedLots(position));
    const total = totals.get(underlying) ?? { delta: 0, gamma: 0, vega: 0, theta: 0 };
    for (const name of ["delta", "gamma", "vega", "theta"] as const) total[name] += lots * greeks[name];
    totals.set(underlying, total);
  }
  return [...totals].flatMap(([underlying, total]) =>
    Object.values(total).some((value) => value !== 0) ? [{ underlying, ...total }] : [],
  );
}

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const floorDiv = (a: bigint, b: bigint): bigint => a / b - (a % b !== 0n && a < 0n !== b < 0n ? 1n : 0n);
