/**
 * The margin rule in whole numbers: the specification that circuits/lib/margin.circom must equal (PROTOCOL.md,
 * section 5). Values are µUSD, sizes lots; every rounding goes against the trader.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import {
  BASIS_POINTS,
  JOINT_BITS,
  LINEAR_BITS,
  LOTS_BITS,
  REMAINDER_BITS,
  SCENARIOS,
  SCENARIO_THIRDS,
  SERIAL_BITS,
} from "../protocol/constants.ts";
import type { Row } from "../risk/row.ts";
import type { RiskTable } from "../risk/tree.ts";

/** What an account holds of one instrument. |size| < 2^38 lots; long is positive. */
export interface Position {
  readonly row: Row;
  readonly size: bigint;
}

/** The part of a table that is not in its rows. */
export type GroupRisk = Pick<RiskTable, "groups" | "correlations" | "omega">;

/** Losses before any offsets: what the choice of S works on. */
export interface Exposure {
  /** E: Σ over issuers min(Σ q·mark, cap). */
  readonly equity: bigint;
  /** C: Σ |q| · charge on the side held. */
  readonly charges: bigint;
  /** L(g, s): loss of each group in each scenario. */
  readonly losses: readonly (readonly bigint[])[];
}

/** A requirement and all it is made of. */
export interface Margin extends Exposure {
  /** S_g / 3: loss of the linear part per third of a scan range, as chosen. */
  readonly linear: readonly bigint[];
  /** N_g: what the linear part leaves. */
  readonly remainder: readonly bigint[];
  /** D ≥ root(Σ Σ ρ S S), ω Σ|S|: the linear parts together. */
  readonly diversified: bigint;
  /** X ≥ Σ N + D and ≥ Σ_g L(g, s) in every scenario. */
  readonly joint: bigint;
  /** R = C + X. */
  readonly requirement: bigint;
}

/** Lots that count: above its cap, collateral counts nowhere. */
export const countedLots = ({ row, size }: Position): bigint => (size > row.cap ? row.cap : size);

/**
 * E, C and L of positions in ascending order of instrument, µUSD.
 *
 * @param groups how many risk groups L has: a tier's
 * @throws InputError for a row of a group beyond them
 *
 * @example
 * ```ts
 * import { exposure, protocol } from "plimsoll/toolkit";
 *
 * const { equity, charges, losses } = exposure(positions, protocol.TIERS.M.groups);
 * console.log(equity, charges, losses[0]); // µUSD; the first group's loss in each of 16 scenarios
 * ```
 */
export function exposure(positions: readonly Position[], groups: number): Exposure {
  const byIssuer = new Map<number, { net: bigint; cap: bigint }>();
  const losses = Array.from({ length: groups }, () => Array<bigint>(SCENARIOS).fill(0n));
  let charges = 0n;
  for (const position of positions) {
    const { row } = position;
    const lots = countedLots(position);
    const issuer = row.instrument >> SERIAL_BITS;
    const net = (byIssuer.get(issuer)?.net ?? 0n) + lots * row.mark;
    byIssuer.set(issuer, { net, cap: row.issuerCap });
    charges += lots < 0n ? -lots * row.chargeShort : lots * row.chargeLong;
    const group = losses[row.group];
    if (group === undefined)
      throw new InputError(`instrument ${row.instrument}`, `group must be below ${groups}`, row.group);
    row.pnl.forEach((pnl, s) => (group[s]! -= lots * pnl));
  }
  let equity = 0n;
  for (const { net, cap } of byIssuer.values()) equity += net < cap ? net : cap;
  return { equity, charges, losses };
}

/**
 * The requirement for a given choice of S, |S_g / 3| < 2^80 µUSD, one of each group. Any choice is safe;
 * `chooseOffsets` in offsets.ts finds a good one.
 *
 * @throws InputError for a value that no circuit could take
 *
 * @example
 * ```ts
 * import { chooseOffsets, exposure, protocol, requirement } from "plimsoll/toolkit";
 *
 * const exposed = exposure(positions, protocol.TIERS.M.groups);
 * const alone = requirement(exposed, exposed.losses.map(() => 0n), listed.table);
 * const netted = requirement(exposed, chooseOffsets(exposed, listed.table), listed.table);
 * console.log(alone.requirement - netted.requirement); // what offsets across groups save, µUSD
 * ```
 */
export function requirement(exposed: Exposure, linear: readonly bigint[], risk: GroupRisk): Margin {
  const remainder = exposed.losses.map((losses, g) =>
    losses.reduce((most, loss, s) => max(most, loss - BigInt(SCENARIO_THIRDS[s]!) * linear[g]!), 0n),
  );
  const diversified = diversify(linear, risk);
  const joint = max(jointLoss(exposed), sum(remainder) + diversified);
  inRange(
    "linear",
    linear.reduce((most, value) => max(most, abs(value)), 0n),
    LINEAR_BITS,
  );
  inRange("remainder", remainder.reduce(max, 0n), REMAINDER_BITS);
  inRange("diversified", diversified, REMAINDER_BITS);
  inRange("joint", joint, JOINT_BITS);
  return { ...exposed, linear, remainder, diversified, joint, requirement: exposed.charges + joint };
}

/** J = max_s Σ_g L(g, s), and at least 0. */
export const jointLoss = ({ losses }: Exposure): bigint =>
  Array.from({ length: SCENARIOS }, (_, s) => sum(losses.map((group) => group[s]!))).reduce(max, 0n);

/** Least D ≥ 0 with 10,000·D² ≥ Σ Σ ρ S S and 10,000·D ≥ ω Σ|S|. */
export function diversify(linear: readonly bigint[], { correlations, omega }: GroupRisk): bigint {
  const whole = linear.map((third) => 3n * third);
  let variance = 0n;
  whole.forEach((a, g) =>
    whole.forEach((b, h) => (variance += BigInt(g === h ? BASIS_POINTS : (correlations[g]?.[h] ?? 0)) * a * b)),
  );
  const scale = BigInt(BASIS_POINTS);
  const root = variance <= 0n ? 0n : ceilRoot(ceilDiv(variance, scale));
  return max(root, ceilDiv(BigInt(omega) * sum(whole.map(abs)), scale));
}

/**
 * Is covered at `coverage` basis points: E · 10,000 ≥ R · coverage.
 *
 * @example
 * ```ts
 * import { isCovered, marginOf, protocol } from "plimsoll/toolkit";
 *
 * const margin = marginOf(positions, listed.table);
 * console.log(isCovered(margin, protocol.COVERAGE_INITIAL), isCovered(margin, protocol.COVERAGE_MAINTENANCE));
 * ```
 */
export const isCovered = (margin: Pick<Margin, "equity" | "requirement">, coverage: number): boolean =>
  margin.equity * BigInt(BASIS_POINTS) >= margin.requirement * BigInt(coverage);

/** Throws an InputError unless |size| < 2^38. */
export function checkSize(size: bigint, path: string): void {
  if (abs(size) >= 1n << BigInt(LOTS_BITS))
    throw new InputError(path, `must be below 2^${LOTS_BITS} lots either side`, size);
}

function inRange(name: string, value: bigint, bits: number): void {
  if (value >= 1n << BigInt(bits))
    throw new InputError(`margin.${name}`, `must be below 2^${bits} µUSD to be provable`, value);
}

const abs = (value: bigint): bigint => (value < 0n ? -value : value);
const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const ceilDiv = (a: bigint, b: bigint): bigint => (a + b - 1n) / b;

/** Least r with r² ≥ value, by Newton's method from above. */
function ceilRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let root = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (root + value / root) >> 1n;
    if (next >= root) break;
    root = next;
  }
  return root * root < value ? root + 1n : root;
}
