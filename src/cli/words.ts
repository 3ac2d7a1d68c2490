/**
 * Times, sizes and long numbers as people read them.
 *
 * @module
 */
const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** Unix seconds as `2025-10-25T00:05:00Z`. */
export const date = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");

/** Seconds as their largest unit, rounded down: `13 months`, `2 d`, `3 h`, `5 min`. A month is 30 days. */
export function duration(seconds: number): string {
  if (seconds >= 60 * DAY) return `${Math.floor(seconds / (30 * DAY))} months`;
  if (seconds >= DAY) return `${Math.floor(seconds / DAY)} d`;
  return seconds >= HOUR ? `${Math.floor(seconds / HOUR)} h` : `${Math.floor(seconds / MINUTE)} min`;
}

/** A field element by its ends, enough to compare at a glance: `0x1a2b3c…9f8e7d`. Small ones as they are. */
export function short(value: bigint): string {
  const hex = value.toString(16);
  return hex.length <= 16 ? String(value) : `0x${hex.slice(0, 6)}…${hex.slice(-6)}`;
}

/** A decimal with thousands separators: `1234567.5` → `1,234,567.5`. */
export const grouped = (decimal: string): string =>
  decimal.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ","));
