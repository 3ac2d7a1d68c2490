/**
 * Profit of one lot long in SPAN's sixteen scenarios (CME, "SPAN Risk Array"), in the order of SCENARIO_THIRDS.
 *
 * One row serves both sides, so its numbers can't be rounded against both. Therefore the *scan range* is rounded, up,
 * so that a third of it is a whole number of µUSD on the smallest lot of the underlying: every linear row is then exact
 * and spot, perpetual and future cancel to the unit whatever their lots. Options are revalued at exactly those moves and
 * rounded to the nearest µUSD; charges.ts charges what that may hide.
 *
 * @module
 */
import { BASIS_POINTS, SCENARIO_THIRDS } from "../protocol/constants.ts";
import { black76, SECONDS_PER_YEAR, type Right } from "./black76.ts";
import { DECIMAL_PLACES } from "../base/decimal.ts";
import { pow } from "./normal.ts";
import type { Parameters } from "./parameters.ts";

const DAY = 86_400;
/** Scenarios 15 and 16 move the price three scan ranges, and count a third. */
const EXTREMES = new Set([SCENARIO_THIRDS.length - 2, SCENARIO_THIRDS.length - 1]);
const EXTREME_RANGES = 3;
/** 10^-12 USD · 10^-12 units in one µUSD. */
const PRODUCT_PER_MICRO_USD = 10n ** BigInt(2 * DECIMAL_PLACES - 6);
const QUANTUM_TO_USD = 10 ** (DECIMAL_PLACES - 6);

/** The scan range of one underlying. */
export interface Scan {
  /** Published range, basis points of the spot price. */
  readonly bps: number;
  /** Greatest common divisor of the lots of the underlying's instruments, 10^-12 units. */
  readonly quantum: bigint;
  /** A third of the range on one quantum, µUSD, rounded up. */
  readonly third: bigint;
}

/** third = ⌈price · quantum · bps / 30,000⌉; price and lots in 10^-12. */
export function scanOf(price: bigint, bps: number, lots: readonly bigint[]): Scan {
  const quantum = lots.reduce(greatestCommonDivisor, 0n) || 1n;
  const divisor = PRODUCT_PER_MICRO_USD * BigInt(3 * BASIS_POINTS);
  return { bps, quantum, third: (price * quantum * BigInt(bps) + divisor - 1n) / divisor };
}

/** pnl_s = −k_s · third · lot / quantum: exact. `lot` is a multiple of the quantum. */
export function linearPnl(scan: Scan, lot: bigint): bigint[] {
  const third = scan.third * (lot / scan.quantum);
  return SCENARIO_THIRDS.map((k) => BigInt(-k) * third);
}

/** An option as the formula sees it: USD per unit, seconds to expiry. */
export interface PricedOption {
  readonly right: Right;
  readonly forward: number;
  readonly strike: number;
  readonly sigma: number;
  readonly seconds: number;
}

/**
 * Factors on implied volatility: 1 ± shift · (30 days / time to expiry)^power. Deribit's portfolio margin scales its
 * volatility moves so; far expiries follow the near ones more gently.
 */
export function volatilityFactors(
  seconds: number,
  parameters: Parameters,
): { readonly up: number; readonly down: number } {
  const ratio = (30 * DAY) / Math.max(seconds, parameters.volTenorFloor);
  const scale = pow(ratio, ratio > 1 ? parameters.shortTermVolPower : parameters.longTermVolPower);
  const down = 1 - (parameters.volDownBps / BASIS_POINTS) * scale;
  return { up: 1 + (parameters.volUpBps / BASIS_POINTS) * scale, down: Math.max(down, 0.1) };
}

/**
 * Profit of one unit long, USD: its value one horizon later at the moved forward and volatility, less its value now. The
 * forward moves by the same dollars as spot, as futures do. In the extremes volatility stays and a third counts.
 */
export function optionPnl(option: PricedOption, scan: Scan, parameters: Parameters): number[] {
  const { right, forward, strike, sigma, seconds } = option;
  const now = black76(right, forward, strike, sigma, seconds / SECONDS_PER_YEAR);
  const years = Math.max(seconds - parameters.horizon, 0) / SECONDS_PER_YEAR;
  const third = (Number(scan.third) * QUANTUM_TO_USD) / Number(scan.quantum);
  const { up, down } = volatilityFactors(seconds, parameters);
  return SCENARIO_THIRDS.map((k, s) => {
    if (EXTREMES.has(s)) {
      return (black76(right, forward - EXTREME_RANGES * k * third, strike, sigma, years) - now) / EXTREME_RANGES;
    }
    return black76(right, forward - k * third, strike, sigma * (s % 2 === 0 ? up : down), years) - now;
  });
}

const greatestCommonDivisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : greatestCommonDivisor(b, a % b));
