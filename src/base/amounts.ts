/**
 * Fixed-point decimals for people: what reports, errors and portfolio files write of whole numbers.
 *
 * @module
 */
import { formatDecimal, parseDecimal } from "./decimal.ts";

const CENT = 10_000n;

/** µUSD as USD with thousands separators and cents, rounded half away from zero: 12345678901n → "12,345.68". */
export function formatUsd(micro: bigint): string {
  const cents = ((micro < 0n ? -micro : micro) + CENT / 2n) / CENT;
  return `${micro < 0n && cents > 0n ? "−" : ""}${thousands(cents / 100n)}.${(cents % 100n).toString().padStart(2, "0")}`;
}

/** µUSD as whole USD with thousands separators, rounded half away from zero: 12345678901n → "12,346". */
export function formatWholeUsd(micro: bigint): string {
  const whole = ((micro < 0n ? -micro : micro) + 500_000n) / 1_000_000n;
  return `${micro < 0n && whole > 0n ? "−" : ""}${thousands(whole)}`;
}

/** Basis points as per cent: 8_000 → "80 %", 12_345 → "123.45 %". */
export const formatPercent = (bps: number): string => `${Number((bps / 100).toFixed(2))} %`.replace("-", "−");

/** Whole lots as units of an instrument: 38_000 lots of "0.001" → "38". */
export const lotsToUnits = (lots: bigint, lot: string): string => formatDecimal(lots * parseDecimal(lot));

/**
 * Units as whole lots: "-12.5" in lots of "0.001" → −12,500. Undefined when that isn't a whole number. Both must be
 * decimals as `isDecimal` knows them, the lot above 0.
 */
export function unitsToLots(units: string, lot: string): bigint | undefined {
  const scaled = parseDecimal(units);
  const each = parseDecimal(lot);
  return scaled % each === 0n ? scaled / each : undefined;
}

const thousands = (whole: bigint): string => whole.toString().replace(/\B(?=(\d{3})+$)/g, ",");
