/**
 * Options on a forward by Black's formula (F. Black, "The pricing of commodity contracts", 1976), undiscounted: crypto
 * venues settle premium and margin in the coin or the dollar stable and quote no discounting. Values are USD per unit
 * of the underlying; σ is the annualised implied volatility as a fraction, t years to expiry.
 *
 * @module
 */
import { ln, normalCdf, normalPdf } from "./normal.ts";

export type Right = "call" | "put";

export const SECONDS_PER_YEAR = 365 * 86_400;

/**
 * call = F Φ(d1) − K Φ(d2),  put = K Φ(−d2) − F Φ(−d1),  d1,2 = ln(F/K)/(σ√t) ± σ√t/2.
 * Expired (t ≤ 0): what exercise pays. For F ≤ 0, which only the extreme scenarios reach, the line K − F goes on: a put
 * keeps the same slope as the linear holdings that hedge it.
 */
export function black76(right: Right, forward: number, strike: number, sigma: number, years: number): number {
  const root = sigma * Math.sqrt(Math.max(years, 0));
  if (forward <= 0 || root === 0) {
    return Math.max(right === "call" ? forward - strike : strike - forward, 0);
  }
  const d1 = ln(forward / strike) / root + root / 2;
  const d2 = d1 - root;
  const value =
    right === "call"
      ? forward * normalCdf(d1) - strike * normalCdf(d2)
      : strike * normalCdf(-d2) - forward * normalCdf(-d1);
  return Math.max(value, 0);
}

/** Derivatives of {@link black76}: by F, twice by F, by σ (per 1.00 of volatility), and by time passing (per year). */
export interface OptionGreeks {
  readonly delta: number;
  readonly gamma: number;
  readonly vega: number;
  readonly theta: number;
}

export function black76Greeks(
  right: Right,
  forward: number,
  strike: number,
  sigma: number,
  years: number,
): OptionGreeks {
  const root = sigma * Math.sqrt(Math.max(years, 0));
  if (root === 0) {
    const exercised = right === "call" ? forward > strike : forward < strike;
    return { delta: exercised ? (right === "call" ? 1 : -1) : 0, gamma: 0, vega: 0, theta: 0 };
  }
  const d1 = ln(forward / strike) / root + root / 2;
  const density = normalPdf(d1);
  return {
    delta: right === "call" ? normalCdf(d1) : -normalCdf(-d1),
    gamma: density / (forward * root),
    vega: forward * density * Math.sqrt(years),
    theta: (-forward * density * sigma) / (2 * Math.sqrt(years)),
  };
}
