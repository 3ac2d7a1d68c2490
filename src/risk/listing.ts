/**
 * What people know about an instrument: its name, its lot, its Greeks, and how each charge came about. Circuits never
 * see any of it; a table file carries it beside the rows.
 *
 * @module
 */
import type { RiskTable } from "./tree.ts";

/** Sensitivities of one lot long, in USD. */
export interface Greeks {
  /** Per 1 % rise of the underlying. */
  readonly delta: number;
  /** Change of delta per 1 % rise of the underlying. */
  readonly gamma: number;
  /** Per volatility point (0.01). */
  readonly vega: number;
  /** Per day that passes. */
  readonly theta: number;
}

/** One part of a charge, µUSD per lot on either side, and the sentence that says where it comes from. */
export interface ChargePart {
  readonly part: string;
  readonly long: bigint;
  readonly short: bigint;
  readonly because: string;
}

export interface Listing {
  readonly instrument: number;
  /** Unique in a table, e.g. `deribit:BTC-PERP`. */
  readonly name: string;
  /** Name of the vault, venue or desk, and of the chain it is on. */
  readonly issuer: string;
  readonly chain: string;
  /** The asset whose price moves it, e.g. `BTC`; for display and for distances to the band edges. */
  readonly underlying: string;
  /** What a size counts, e.g. `BTC`, `contract`, `USD`, and how many of them make one lot, a decimal such as "0.001". */
  readonly unit: string;
  readonly lot: string;
  readonly greeks: Greeks;
  readonly charges: readonly ChargePart[];
}

/** An epoch's table with its listings; listings[i] describes table.rows[i]. */
export interface ListedTable {
  readonly table: RiskTable;
  readonly listings: readonly Listing[];
  /** Spot price of each underlying in µUSD, and its scan range in basis points. */
  readonly underlyings: readonly { readonly name: string; readonly price: bigint; readonly scanBps: number }[];
}
