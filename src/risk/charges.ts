/**
 * What a lot costs beside its scenarios, on each side: charges are at least 0 and never net.
 *
 * @module
 */
import { BASIS_POINTS } from "../protocol/constants.ts";
import { SECONDS_PER_YEAR } from "./black76.ts";
import type { ChargePart } from "./listing.ts";
import type { Issuer } from "./market.ts";
import type { Parameters } from "./parameters.ts";

const BOTH = (part: string, microUsd: number, because: string): ChargePart => {
  const value = BigInt(Math.ceil(microUsd));
  return { part, long: value, short: value, because };
};
const percent = (fraction: number): string => `${Number((100 * fraction).toFixed(4))} %`;

/** A linear row: token, perpetual or dated future. Fractions of the notional, µUSD per lot. */
export interface LinearCost {
  readonly notional: number;
  readonly haircut: number;
  readonly liquidity: number;
  readonly basis: number;
}

/**
 * Share of the price that may be lost while the issuer's chain finalises, the mirror relays and its queue holds, beyond
 * T: z σ √latency, which is the scan range scaled by √(latency / T).
 */
export const latencyShare = (issuer: Issuer, scanBps: number, { horizon }: Parameters): number =>
  (scanBps / BASIS_POINTS) * Math.sqrt((issuer.finalitySeconds + issuer.relaySeconds + issuer.queueSeconds) / horizon);

/** haircut + liquidity + latency = 1 − (1 − h0 − liquidity)(1 − latency share); basis beside it. */
export function linearCharges(cost: LinearCost, issuer: Issuer, latency: number): ChargePart[] {
  const kept = Math.max(1 - cost.haircut - cost.liquidity, 0);
  return [
    BOTH("haircut", cost.notional * cost.haircut, `base haircut ${percent(cost.haircut)}`),
    BOTH("liquidity", cost.notional * cost.liquidity, `spread and impact of a sale, ${percent(cost.liquidity)}`),
    BOTH("latency", cost.notional * kept * latency, latencyReason(issuer, latency)),
    BOTH("basis", cost.notional * cost.basis, `is not the same as spot: ${percent(cost.basis)}`),
  ].filter(isCharged);
}

/** A dated future against spot: a least part and a move of the annualised basis over its time to expiry. */
export const datedBasis = (seconds: number, parameters: Parameters): number =>
  (parameters.futureBasisBps + (parameters.annualBasisMoveBps * seconds) / SECONDS_PER_YEAR) / BASIS_POINTS;

/** An option: µUSD per lot, but for the fractions. */
export interface OptionCost {
  /** Spot price of the lot's units. */
  readonly notional: number;
  /** |delta| · forward of the lot. */
  readonly deltaNotional: number;
  /** Value of one volatility point. */
  readonly vegaPoint: number;
  /** Loss of a short lot when implied volatility makes its up-move and nothing else happens. */
  readonly volatilityUp: number;
  readonly basis: number;
  /** Overrides liquidity by a fraction of the notional. */
  readonly liquidity: number | undefined;
}

export function optionCharges(cost: OptionCost, issuer: Issuer, latency: number, parameters: Parameters): ChargePart[] {
  const minimum = (cost.notional * parameters.shortOptionBps) / BASIS_POINTS;
  const vega = (cost.volatilityUp * parameters.vegaChargeBps) / BASIS_POINTS;
  const liquidity =
    cost.liquidity === undefined
      ? BOTH(
          "liquidity",
          cost.vegaPoint * parameters.optionLiquidityVolPoints,
          `${parameters.optionLiquidityVolPoints} volatility points of spread`,
        )
      : BOTH(
          "liquidity",
          cost.notional * cost.liquidity,
          `spread and impact of a sale, ${percent(cost.liquidity)} of the notional`,
        );
  const shortReason =
    vega > minimum
      ? `${percent(parameters.vegaChargeBps / BASIS_POINTS)} of the loss when volatility alone rises`
      : `${percent(parameters.shortOptionBps / BASIS_POINTS)} of the notional, against losses between scenario points`;
  return [
    liquidity,
    BOTH("latency", cost.deltaNotional * latency, latencyReason(issuer, latency)),
    BOTH("basis", cost.deltaNotional * cost.basis, `its forward is not spot: ${percent(cost.basis)} of the delta`),
    { part: "short option", long: 0n, short: BigInt(Math.ceil(Math.max(minimum, vega))), because: shortReason },
    { part: "rounding", long: 1n, short: 1n, because: "mark and scenarios are rounded to the nearest µUSD" },
  ].filter(isCharged);
}

/** Without a group nothing nets: the worst scenario of each side, in full. */
export function ungroupedCharge(pnl: readonly bigint[], stable: boolean): ChargePart {
  const worst = (side: bigint): bigint =>
    pnl.reduce((most, value) => (-value * side > most ? -value * side : most), 0n);
  return {
    part: stable ? "peg" : "scan",
    long: worst(1n),
    short: worst(-1n),
    because: stable ? "one stable asset is not another: its full scan loss" : "has no risk group: its full scan loss",
  };
}

/** Who is long a token or an option loses no more than its value. */
export function limitLong(parts: readonly ChargePart[], mark: bigint): ChargePart[] {
  const excess = totalCharge(parts, "long") - mark;
  if (excess <= 0n) return [...parts];
  return [...parts, { part: "limit", long: -excess, short: 0n, because: "a long holder loses no more than its value" }];
}

/** Σ of the parts on one side. */
export const totalCharge = (parts: readonly ChargePart[], side: "long" | "short"): bigint =>
  parts.reduce((sum, part) => sum + part[side], 0n);

const isCharged = ({ long, short }: ChargePart): boolean => long !== 0n || short !== 0n;

const latencyReason = ({ chain, finalitySeconds, relaySeconds, queueSeconds }: Issuer, share: number): string =>
  `${chain}: ${finalitySeconds + relaySeconds + queueSeconds} s to declareDefault, relay and queue: ${percent(share)}`;
