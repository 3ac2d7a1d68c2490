/**
 * Exact decimals: what a market file writes as "0.001" is an integer count of 10^-12, so lots and prices multiply
 * without a rounding that depends on the machine.
 *
 * @module
 */

/** Digits after the point that a decimal may have. */
export const DECIMAL_PLACES = 12;
export const DECIMAL_ONE = 10n ** BigInt(DECIMAL_PLACES);

/** At most 15 digits before the point and 12 after; no exponent, no plus sign, no leading zeros. */
const DECIMAL = /^(-?)(0|[1-9]\d{0,14})(?:\.(\d{1,12}))?$/;

/** Whether `text` is a decimal that {@link parseDecimal} takes. */
export const isDecimal = (text: string): boolean => DECIMAL.test(text);

/** "0.001" → 10^9, in units of 10^-12. Throws a RangeError unless {@link isDecimal}. */
export function parseDecimal(text: string): bigint {
  const match = DECIMAL.exec(text);
  if (match === null) throw new RangeError(`not a decimal: ${text}`);
  const [, sign, whole, fraction = ""] = match;
  const value = BigInt(whole!) * DECIMAL_ONE + BigInt(fraction.padEnd(DECIMAL_PLACES, "0"));
  return sign === "-" ? -value : value;
}

/** 10^9 → "0.001": the shortest decimal of the value. */
export function formatDecimal(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = String(size % DECIMAL_ONE)
    .padStart(DECIMAL_PLACES, "0")
    .replace(/0+$/, "");
  return `${value < 0n ? "-" : ""}${size / DECIMAL_ONE}${fraction === "" ? "" : `.${fraction}`}`;
}

/** The nearest double; parsing text is exact to half a unit in the last place on every engine. */
export const decimalToNumber = (value: bigint): number => Number(formatDecimal(value));
