/**
 * A row: everything that circuits know about one instrument in one epoch.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import { hash } from "../protocol/hash.ts";
import { InputError } from "../base/errors.ts";
import {
  FIELD,
  INSTRUMENT_BITS,
  ISSUER_CAP_BITS,
  KINDS,
  LOTS_BITS,
  PNL_BITS,
  PNL_SIGNALS,
  SCENARIOS,
  SCENARIOS_PER_SIGNAL,
  SCENARIO_SLOT_BITS,
  VALUE_BITS,
  type Kind,
} from "../protocol/constants.ts";

/** All values in µUSD per lot unless said otherwise. */
export interface Row {
  /** Instrument id, 24 bits; 0 only in the empty row. */
  readonly instrument: number;
  readonly kind: Kind;
  /** Risk group, 0 to groups − 1. A row without P&L may name any. */
  readonly group: number;
  /** Worth nothing on either side for good: a holding of it may be dropped. */
  readonly dead: boolean;
  /** Fair value of one lot, 0 ≤ mark < 2^40. */
  readonly mark: bigint;
  /** What one lot costs beside its scenarios, held long or short: 0 ≤ charge < 2^40. */
  readonly chargeLong: bigint;
  readonly chargeShort: bigint;
  /** Lots that count, at most 2^38 − 1. For credit: the largest net debt. */
  readonly cap: bigint;
  /** What the issuer's instruments may be worth together, µUSD; the same in all its rows. */
  readonly issuerCap: bigint;
  /** Profit of one lot long in each of the 16 scenarios, |pnl| < 2^37. */
  readonly pnl: readonly bigint[];
}

/** Row 0 of every table: what an empty slot looks up. */
export const EMPTY_ROW: Row = {
  instrument: 0,
  kind: "collateral",
  group: 0,
  dead: false,
  mark: 0n,
  chargeLong: 0n,
  chargeShort: 0n,
  cap: 0n,
  issuerCap: 0n,
  pnl: Array<bigint>(SCENARIOS).fill(0n),
};

/** Throws an {@link InputError} naming the field under `path` that is out of range. */
export function checkRow(row: Row, path: string): void {
  const range = (name: string, value: bigint, low: bigint, bits: number): void => {
    if (value < low || value >= 1n << BigInt(bits)) {
      throw new InputError(`${path}.${name}`, `must be at least ${low} and below 2^${bits}; choose another lot`, value);
    }
  };
  range("instrument", BigInt(row.instrument), 0n, INSTRUMENT_BITS);
  range("mark", row.mark, 0n, VALUE_BITS);
  range("chargeLong", row.chargeLong, 0n, VALUE_BITS);
  range("chargeShort", row.chargeShort, 0n, VALUE_BITS);
  range("cap", row.cap, 0n, LOTS_BITS);
  range("issuerCap", row.issuerCap, 0n, ISSUER_CAP_BITS);
  if (row.pnl.length !== SCENARIOS)
    throw new InputError(`${path}.pnl`, `must have ${SCENARIOS} entries`, row.pnl.length);
  row.pnl.forEach((pnl, s) => range(`pnl[${s}]`, pnl, 1n - (1n << BigInt(PNL_BITS)), PNL_BITS));
  const zero = [row.mark, row.chargeLong, row.chargeShort, ...row.pnl].every((value) => value === 0n);
  if (row.dead && !zero) throw new InputError(`${path}.dead`, "a dead row is worth zero on both sides", row.instrument);
}

/** Instrument (24 bits), kind (2), group (3), dead (1), least significant first. */
const rowMeta = (row: Row): bigint =>
  BigInt(row.instrument) +
  (BigInt(KINDS.indexOf(row.kind) + 4 * row.group + 32 * Number(row.dead)) << BigInt(INSTRUMENT_BITS));

/** Six signals of three scenario columns each: Σ pnl_{3j+i} · 2^(84 i), as a field element. */
function packPnl(pnl: readonly bigint[]): bigint[] {
  return Array.from({ length: PNL_SIGNALS }, (_, j) => {
    const columns = pnl.slice(j * SCENARIOS_PER_SIGNAL, (j + 1) * SCENARIOS_PER_SIGNAL);
    const sum = columns.reduce((acc, value, i) => acc + (value << BigInt(SCENARIO_SLOT_BITS * i)), 0n);
    return mod(sum, FIELD);
  });
}

/** The inputs of a row's hash after its tag, in order. */
export const rowSignals = (row: Row): bigint[] => [
  rowMeta(row),
  row.mark,
  row.chargeLong,
  row.chargeShort,
  row.cap,
  row.issuerCap,
  ...packPnl(row.pnl),
];

/**
 * P(ROW, meta, mark, chargeLong, chargeShort, cap, issuerCap, pnl_0..pnl_5): the row's leaf in its table's tree.
 *
 * @example
 * ```ts
 * import { rowHash } from "plimsoll/toolkit";
 *
 * const leaves = listed.table.rows.map(rowHash);
 * ```
 */
export const rowHash = (row: Row): bigint => hash("ROW", ...rowSignals(row));
