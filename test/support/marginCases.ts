/**
 * test/vectors/margin.json as the types that margin.ts works on. The suites of every language read the same file.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import type { GroupRisk, Margin, Position } from "../../src/margin/rule.ts";
import type { TierName } from "../../src/protocol/constants.ts";
import type { Row } from "../../src/risk/row.ts";

export interface MarginCase {
  readonly name: string;
  readonly rule: string;
  /** Smallest tier that the case fits. */
  readonly tier: TierName;
  readonly groups: number;
  readonly risk: GroupRisk;
  /** In ascending order of instrument. */
  readonly positions: readonly Position[];
  /** S / 3. */
  readonly linear: readonly bigint[];
  readonly expected: Omit<Margin, "linear">;
}

type Digits<T> = T extends bigint
  ? string
  : T extends readonly (infer U)[]
    ? Digits<U>[]
    : T extends object
      ? { [K in keyof T]: Digits<T[K]> }
      : T;
interface CaseFile {
  readonly cases: readonly (Pick<MarginCase, "name" | "rule" | "tier" | "groups"> & {
    readonly correlations: number[][];
    readonly omega: number;
    readonly rows: Digits<Row>[];
    readonly sizes: string[];
    readonly linear: string[];
    readonly expected: Digits<Omit<Margin, "linear">>;
  })[];
}

export function readMarginCases(): MarginCase[] {
  const file = JSON.parse(readFileSync(new URL("../vectors/margin.json", import.meta.url), "utf8")) as CaseFile;
  return file.cases.map(({ name, rule, tier, groups, correlations, omega, rows, sizes, linear, expected }) => ({
    name,
    rule,
    tier,
    groups,
    risk: { groups: correlations.map((_, g) => `G${g}`), correlations, omega },
    positions: rows.map((row, i) => ({ row: toRow(row), size: BigInt(sizes[i]!) })),
    linear: linear.map(BigInt),
    expected: {
      equity: BigInt(expected.equity),
      charges: BigInt(expected.charges),
      losses: expected.losses.map((line) => line.map(BigInt)),
      remainder: expected.remainder.map(BigInt),
      diversified: BigInt(expected.diversified),
      joint: BigInt(expected.joint),
      requirement: BigInt(expected.requirement),
    },
  }));
}

const toRow = (row: Digits<Row>): Row => ({
  ...row,
  mark: BigInt(row.mark),
  chargeLong: BigInt(row.chargeLong),
  chargeShort: BigInt(row.chargeShort),
  cap: BigInt(row.cap),
  issuerCap: BigInt(row.issuerCap),
  pnl: row.pnl.map(BigInt),
});
