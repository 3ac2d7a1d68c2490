/**
 * One instrument of a market becomes a row for circuits and a listing for people. A new type of instrument is a schema
 * in market.ts and a case here.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import {
  BASIS_POINTS,
  ISSUER_CAP_BITS,
  MICRO_USD,
  NO_ISSUER_CAP,
  NO_LOT_CAP,
  SCENARIOS,
} from "../protocol/constants.ts";
import { black76, black76Greeks, SECONDS_PER_YEAR } from "./black76.ts";
import {
  datedBasis,
  latencyShare,
  limitLong,
  linearCharges,
  optionCharges,
  totalCharge,
  ungroupedCharge,
} from "./charges.ts";
import { decimalToNumber, DECIMAL_ONE, DECIMAL_PLACES, formatDecimal } from "../base/decimal.ts";
import type { ChargePart, Greeks, Listing } from "./listing.ts";
import type { Instrument, Issuer, Option } from "./market.ts";
import { instrumentId } from "../protocol/instrument.ts";
import type { Parameters } from "./parameters.ts";
import { withinBps } from "./price.ts";
import type { Row } from "./row.ts";
import { linearPnl, optionPnl, volatilityFactors, type PricedOption, type Scan } from "./scenarios.ts";

/** An underlying once measured. */
export interface MeasuredAsset {
  readonly name: string;
  /** 10^-12 USD per unit. */
  readonly price: bigint;
  /** Index of its risk group; undefined: pays its scan loss as a charge. */
  readonly group: number | undefined;
  readonly stable: boolean;
  /** Undefined for the unit of account, which can't move. */
  readonly scan: Scan | undefined;
}

/** What a row is made from beside its instrument. */
export interface RowContext {
  readonly asset: MeasuredAsset;
  readonly issuer: Issuer;
  /** Prices of the dated futures by name, 10^-12 USD. */
  readonly futures: ReadonlyMap<string, bigint>;
  readonly asOf: number;
  readonly parameters: Parameters;
  /** Path of the instrument in the market file, for errors. */
  readonly path: string;
}

/** Fair value, scenarios, charges and Greeks of one lot. */
interface Valuation {
  readonly mark: bigint;
  readonly pnl: readonly bigint[];
  readonly charges: readonly ChargePart[];
  readonly greeks: Greeks;
}

const STILL: readonly bigint[] = Array<bigint>(SCENARIOS).fill(0n);
const NO_GREEKS: Greeks = { delta: 0, gamma: 0, vega: 0, theta: 0 };
const PRODUCT_PER_MICRO_USD = 10n ** BigInt(2 * DECIMAL_PLACES - 6);

/** Row and listing of one instrument. Throws an InputError for a price too far from spot. */
export function listInstrument(instrument: Instrument, context: RowContext): { row: Row; listing: Listing } {
  const { asset, issuer } = context;
  const id = instrumentId(instrument.issuer, instrument.serial);
  const valued = value(instrument, context);
  // A credit and its release together are the net debt: a charge on either would be paid twice over on what is drawn.
  const free = instrument.type === "credit" || instrument.type === "release";
  const inGroup = asset.group !== undefined && !issuer.delisted;
  const moves = valued.pnl.some((pnl) => pnl !== 0n);
  const parts =
    asset.group === undefined && moves && !free && !issuer.delisted
      ? [...valued.charges, ungroupedCharge(valued.pnl, asset.stable)]
      : valued.charges;
  const limited = instrument.type === "token" || instrument.type === "option" ? limitLong(parts, valued.mark) : parts;
  const row: Row = {
    instrument: id,
    kind:
      instrument.type === "token" || instrument.type === "cash" ? "collateral" : free ? instrument.type : "position",
    group: asset.group ?? 0,
    dead: instrument.dead,
    mark: valued.mark,
    chargeLong: totalCharge(limited, "long"),
    chargeShort: totalCharge(limited, "short"),
    cap: "cap" in instrument ? instrument.cap / instrument.lot : NO_LOT_CAP,
    issuerCap: issuerCap(issuer, context.path),
    pnl: inGroup ? valued.pnl : STILL,
  };
  const listing: Listing = {
    instrument: id,
    name: instrument.name,
    issuer: issuer.name,
    chain: issuer.chain,
    underlying: asset.name,
    unit: asset.name,
    lot: formatDecimal(instrument.lot),
    greeks: valued.greeks,
    charges: limited,
  };
  return { row, listing };
}

function value(instrument: Instrument, context: RowContext): Valuation {
  const still = (mark: bigint): Valuation => ({ mark, pnl: STILL, charges: [], greeks: NO_GREEKS });
  if (instrument.dead) return still(0n);
  if ("settlement" in instrument && instrument.settlement !== undefined) {
    return still(nearestMicroUsd(instrument.settlement, instrument.lot));
  }
  switch (instrument.type) {
    case "token":
      return linear(instrument, context.asset.price, (instrument.basisBps ?? 0) / BASIS_POINTS, context);
    case "perpetual":
      return linear(instrument, instrument.price, context.parameters.perpetualBasisBps / BASIS_POINTS, context);
    case "future":
      return linear(
        instrument,
        instrument.price,
        datedBasis(instrument.expiry - context.asOf, context.parameters),
        context,
      );
    case "option":
      return option(instrument, context);
    case "cash":
    case "credit":
    case "release": {
      const { scan, price } = context.asset;
      const mark = nearestMicroUsd(price, instrument.lot);
      const exact = price * instrument.lot === mark * PRODUCT_PER_MICRO_USD;
      return {
        mark,
        pnl: scan === undefined ? STILL : linearPnl(scan, instrument.lot),
        charges: exact || instrument.type !== "cash" ? [] : [ROUNDING],
        greeks: linearGreeks(mark, scan),
      };
    }
  }
}

type Linear = Extract<Instrument, { type: "token" | "perpetual" | "future" }>;
const ROUNDING: ChargePart = {
  part: "rounding",
  long: 1n,
  short: 1n,
  because: "the mark is rounded to the nearest µUSD",
};

function linear(instrument: Linear, price: bigint, basis: number, context: RowContext): Valuation {
  const { asset, issuer, parameters, path } = context;
  checkNearSpot(price, context, `${path}.price`);
  const mark = nearestMicroUsd(price, instrument.lot);
  const exact = price * instrument.lot === mark * PRODUCT_PER_MICRO_USD;
  const scan = asset.scan!;
  const byType = {
    token: parameters.tokenLiquidityBps,
    perpetual: parameters.perpetualLiquidityBps,
    future: parameters.futureLiquidityBps,
  }[instrument.type];
  const cost = {
    notional: Number(mark),
    haircut: instrument.type === "token" ? instrument.haircutBps / BASIS_POINTS : 0,
    liquidity: (instrument.liquidityBps ?? byType) / BASIS_POINTS,
    basis,
  };
  return {
    mark,
    pnl: linearPnl(scan, instrument.lot),
    charges: [...linearCharges(cost, issuer, latencyShare(issuer, scan.bps, parameters)), ...(exact ? [] : [ROUNDING])],
    greeks: linearGreeks(mark, scan),
  };
}

function option(instrument: Option, context: RowContext): Valuation {
  const { asset, issuer, futures, asOf, parameters, path } = context;
  const scan = asset.scan!;
  const forwardPrice = instrument.forward ?? futures.get(instrument.future!)!;
  checkNearSpot(forwardPrice, context, `${path}.forward`);
  const lot = decimalToNumber(instrument.lot);
  const priced: PricedOption = {
    right: instrument.right,
    forward: decimalToNumber(forwardPrice),
    strike: decimalToNumber(instrument.strike),
    sigma: instrument.iv,
    seconds: instrument.expiry - asOf,
  };
  const { right, forward, strike, sigma, seconds } = priced;
  const years = seconds / SECONDS_PER_YEAR;
  const worth = black76(right, forward, strike, sigma, years);
  const greeks = black76Greeks(right, forward, strike, sigma, years);
  const microUsd = (usdPerUnit: number): number => usdPerUnit * lot * MICRO_USD;
  const cost = {
    notional: microUsd(decimalToNumber(asset.price)),
    deltaNotional: microUsd(Math.abs(greeks.delta) * forward),
    vegaPoint: microUsd(greeks.vega / 100),
    volatilityUp: microUsd(
      black76(right, forward, strike, sigma * volatilityFactors(seconds, parameters).up, years) - worth,
    ),
    basis: datedBasis(seconds, parameters),
    liquidity: instrument.liquidityBps === undefined ? undefined : instrument.liquidityBps / BASIS_POINTS,
  };
  const step = forward / 100;
  return {
    mark: BigInt(Math.round(microUsd(worth))),
    pnl: optionPnl(priced, scan, parameters).map((profit) => BigInt(Math.round(microUsd(profit)))),
    charges: optionCharges(cost, issuer, latencyShare(issuer, scan.bps, parameters), parameters),
    greeks: {
      delta: greeks.delta * step * lot,
      gamma: greeks.gamma * step * step * lot,
      vega: (greeks.vega / 100) * lot,
      theta: (greeks.theta / 365) * lot,
    },
  };
}

/** A linear lot gains a hundredth of its mark per 1 % rise, and is bent, decays and sways by nothing else. */
const linearGreeks = (mark: bigint, scan: Scan | undefined): Greeks =>
  scan === undefined ? NO_GREEKS : { ...NO_GREEKS, delta: Number(mark) / MICRO_USD / 100 };

/** price · lot in µUSD, to the nearest. */
function nearestMicroUsd(price: bigint, lot: bigint): bigint {
  return (2n * price * lot + PRODUCT_PER_MICRO_USD) / (2n * PRODUCT_PER_MICRO_USD);
}

function checkNearSpot(price: bigint, { asset, parameters }: RowContext, path: string): void {
  if (!withinBps(price, asset.price, parameters.maxBasisBps)) {
    throw new InputError(
      path,
      `must be within ${parameters.maxBasisBps} bp of spot, ${formatDecimal(asset.price)}`,
      formatDecimal(price),
    );
  }
}

/** µUSD; a vault has no cap, a delisted issuer counts for nothing. */
function issuerCap({ delisted, capUsd }: Issuer, path: string): bigint {
  if (delisted) return 0n;
  if (capUsd === null) return NO_ISSUER_CAP;
  const cap = (capUsd * BigInt(MICRO_USD)) / DECIMAL_ONE;
  if (cap >= NO_ISSUER_CAP)
    throw new InputError(`${path}.issuer`, `its cap must be below 2^${ISSUER_CAP_BITS} µUSD`, cap);
  return cap;
}
