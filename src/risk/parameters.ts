/**
 * Every number that a risk officer would tune, in one object. What isn't theirs to tune, SPAN's grid and the two far moves, is part of
 * the protocol (protocol/constants.ts, scenarios.ts). Fractions are basis points (1 bp = 0.0001), times seconds. Each default names what it is argued from; `DEFAULT_PARAMETERS` is the object,
 * `parseParameters` reads overrides from JSON.
 *
 * @module
 */
import * as v from "valibot";
import { BASIS_POINTS } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";

const whole = (low: number, high: number) =>
  v.optional(
    v.pipe(
      v.number("must be a number"),
      v.integer("must be whole"),
      v.minValue(low, `must be at least ${low}`),
      v.maxValue(high, `must be at most ${high}`),
    ),
  );
const real = (low: number, high: number) =>
  v.optional(
    v.pipe(
      v.number("must be a number"),
      v.finite("must be finite"),
      v.minValue(low, `must be at least ${low}`),
      v.maxValue(high, `must be at most ${high}`),
    ),
  );
const bps = (high = BASIS_POINTS) => whole(0, high);

const DAY = 86_400;

export interface Parameters {
  // ── Prices ──
  /** Sources that must remain once stale and outlying ones are dropped. Three: the least with which one liar is outvoted. */
  readonly minSources: number;
  /** A source older than this at `asOf` is stale. Ten minutes: the longest gap that public feeds leave at quiet times. */
  readonly maxSourceAge: number;
  /** Distance from the median beyond which a source is dropped. 2 %: wider than venues differ outside of halts. */
  readonly outlierBps: number;
  /** Distance from spot beyond which a venue's own price is refused as an error. Futures traded 25 % off in 2021. */
  readonly maxBasisBps: number;

  // ── Volatility and scan ranges ──
  /** T: from lapse to sale, grace, notice and auction together. Two days, the liquidation period of EU RTS 153/2013, art. 26. */
  readonly horizon: number;
  /** Quantile of the normal, 99.5 % one-sided: what RTS 153/2013, art. 24(1)(a) asks for contracts off exchange; 99 % is 2.33. */
  readonly z: number;
  /** Decay per day of the weighted variance; 0.97 is RiskMetrics' (1996, 5.3) for a month ahead, steadier than 0.94. */
  readonly lambda: number;
  /** Closes that a history must have: below this, what λ forgets is not yet negligible (0.97^90 = 6 %). */
  readonly minHistory: number;
  /** Seconds from the last close of a history to `asOf`. Two days: one that a feed may miss, and the day that isn't over. What
   * ended earlier knows nothing of the storm that a scan range is to cover. */
  readonly maxHistoryAge: number;
  /** Share of stressed variance in the mix. RTS 153/2013, art. 28(1)(b) asks for 25 %; coins pass from calm to storm in a
   * day, and with a half the tables of the backtest lose more than their margin half as often. */
  readonly stressWeightBps: number;
  /** Length of the stressed period: the window of closes with the greatest variance in the history. */
  readonly stressWindow: number;
  /** Least scan range, by group: 18 % for BTC and ETH (PROTOCOL.md, section 5), above Deribit's 15 to 16 %. */
  readonly scanFloorBps: Readonly<Record<string, number>>;
  /** Least scan range of any other asset: smaller coins jump on their own, as LTC by a quarter in November 2024. */
  readonly otherScanFloorBps: number;
  /** Least scan range of a stable asset: USDC closed 3 % below par on 2023-03-11, the worst of a backed one. */
  readonly stableScanFloorBps: number;
  /** Largest rise of a scan range from one epoch to the next, of the range before: margin calls must not cascade. */
  readonly maxIncreaseBps: number;

  // ── Correlations ──
  /** Closes that correlations are measured on: a year. Fewer are noise for 28 pairs, more are another market. */
  readonly correlationWindow: number;
  /** Weight of the average correlation in the mix with the measured ones (Ledoit and Wolf, 2004, "Honey, I shrunk ..."). */
  readonly shrinkBps: number;
  /** Bounds of a correlation: none below 0 (crashes undo it), none above 95 % (nothing is a perfect hedge of another coin). */
  readonly minCorrelationBps: number;
  readonly maxCorrelationBps: number;
  /** ω: share of Σ|S_g| that stays whatever offsets. RTS 153/2013, art. 27(4) limits offsets by 80 %; ours is stricter. */
  readonly omegaBps: number;

  // ── Options ──
  /** Relative moves of implied volatility at 30 days to expiry: Deribit's portfolio margin, 38 % up; down less, as it falls slower. */
  readonly volUpBps: number;
  readonly volDownBps: number;
  /** The moves scale with (30 days / time)^power: Deribit's 0.30 below 30 days, gentler above. */
  readonly shortTermVolPower: number;
  readonly longTermVolPower: number;
  /** Time to expiry below which the moves no longer grow. */
  readonly volTenorFloor: number;
  /** Least charge on a short option, of the underlying's price: Deribit's contingency, 0.01 BTC a short option. */
  readonly shortOptionBps: number;
  /** Or this share of the loss from the up-move of volatility alone, whichever is more. */
  readonly vegaChargeBps: number;

  // ── Charges on both sides ──
  /** Cost of crossing the spread and moving the table at auction, of the notional, by kind; an instrument may carry its own. */
  readonly tokenLiquidityBps: number;
  readonly perpetualLiquidityBps: number;
  readonly futureLiquidityBps: number;
  /** Of an option's vega for one volatility point: quotes are a few points wide. */
  readonly optionLiquidityVolPoints: number;
  /** A perpetual against spot: funding keeps it near; 25 bps covers the premium of all but crash hours. */
  readonly perpetualBasisBps: number;
  /** A dated future against spot: a least part, and a move of its annualised basis (Deribit's annualised move risk is 7.5 %). */
  readonly futureBasisBps: number;
  readonly annualBasisMoveBps: number;
}

export const DEFAULT_PARAMETERS: Parameters = {
  minSources: 3,
  maxSourceAge: 600,
  outlierBps: 200,
  maxBasisBps: 3_000,

  horizon: 2 * DAY,
  z: 2.576,
  lambda: 0.97,
  minHistory: 90,
  maxHistoryAge: 2 * DAY,
  stressWeightBps: 5_000,
  stressWindow: 60,
  scanFloorBps: { BTC: 1_800, ETH: 1_800 },
  otherScanFloorBps: 2_500,
  stableScanFloorBps: 300,
  maxIncreaseBps: 2_500,

  correlationWindow: 365,
  shrinkBps: 2_000,
  minCorrelationBps: 0,
  maxCorrelationBps: 9_500,
  omegaBps: 5_000,

  volUpBps: 3_800,
  volDownBps: 2_500,
  shortTermVolPower: 0.3,
  longTermVolPower: 0.13,
  volTenorFloor: DAY,
  shortOptionBps: 100,
  vegaChargeBps: 2_500,

  tokenLiquidityBps: 50,
  perpetualLiquidityBps: 10,
  futureLiquidityBps: 20,
  optionLiquidityVolPoints: 1,
  perpetualBasisBps: 25,
  futureBasisBps: 25,
  annualBasisMoveBps: 750,
};

const PARAMETERS = exactly("the parameters", {
  minSources: whole(1, 100),
  maxSourceAge: whole(1, 7 * DAY),
  outlierBps: whole(1, BASIS_POINTS),
  maxBasisBps: whole(1, BASIS_POINTS),
  horizon: whole(3_600, 30 * DAY),
  z: real(1, 10),
  lambda: real(0.5, 0.999),
  minHistory: whole(30, 10_000),
  maxHistoryAge: whole(DAY, 30 * DAY),
  stressWeightBps: bps(),
  stressWindow: whole(10, 1_000),
  scanFloorBps: v.optional(
    v.record(
      v.string(),
      v.pipe(
        v.number("must be a number"),
        v.integer("must be whole"),
        v.minValue(1, "must be at least 1"),
        v.maxValue(BASIS_POINTS, `must be at most ${BASIS_POINTS}`),
      ),
    ),
  ),
  otherScanFloorBps: whole(1, BASIS_POINTS),
  stableScanFloorBps: whole(1, BASIS_POINTS),
  maxIncreaseBps: whole(1, 100_000),
  correlationWindow: whole(30, 10_000),
  shrinkBps: bps(),
  minCorrelationBps: whole(-BASIS_POINTS, BASIS_POINTS),
  maxCorrelationBps: whole(-BASIS_POINTS, BASIS_POINTS),
  omegaBps: bps(),
  volUpBps: bps(50_000),
  volDownBps: bps(9_900),
  shortTermVolPower: real(0, 1),
  longTermVolPower: real(0, 1),
  volTenorFloor: whole(3_600, 365 * DAY),
  shortOptionBps: whole(100, BASIS_POINTS),
  vegaChargeBps: bps(),
  tokenLiquidityBps: bps(),
  perpetualLiquidityBps: bps(),
  futureLiquidityBps: bps(),
  optionLiquidityVolPoints: real(0, 100),
  perpetualBasisBps: bps(),
  futureBasisBps: bps(),
  annualBasisMoveBps: bps(50_000),
} satisfies Record<keyof Parameters, unknown>);

/**
 * The defaults with `overrides` in place: fractions in basis points, times in seconds. Throws an InputError, e.g.
 * `parameters.z: must be at least 1, got 0`.
 *
 * @example
 * ```ts
 * import { buildTable, parseParameters } from "plimsoll/toolkit";
 *
 * const stricter = parseParameters({ z: 3, omegaBps: 7_500 });
 * const listed = buildTable(market, stricter);
 * ```
 */
export function parseParameters(overrides: unknown): Parameters {
  const given = Object.entries(validated(PARAMETERS, overrides, "parameters"));
  const merged = { ...DEFAULT_PARAMETERS, ...Object.fromEntries(given.filter(([, value]) => value !== undefined)) };
  return merged as Parameters;
}
