/**
 * Random tables of five kinds, of about a million dollars each, in lots of a day's market.
 *
 * @module
 */
import { decimalToNumber } from "../../src/base/decimal.ts";
import type { Instrument, Market } from "../../src/risk/market.ts";
import type { Random } from "./random.ts";

export const TABLE_KINDS = ["linear", "hedged", "long-only", "option", "mixed"] as const;
export type TableKind = (typeof TABLE_KINDS)[number];

/** Lots of the market's instrument at the same index. */
type Lots = ReadonlyMap<number, bigint>;

const USD = 1_000_000;
const OPTION_LEGS = 4;

/**
 * linear: each group long or short, normal weights; hedged: the same less their mean, so that longs and shorts are worth
 * the same; long-only: their sizes; option: four legs on either side; mixed: linear and option together.
 */
export function randomTable(kind: TableKind, market: Market, random: Random): Lots {
  const lots = new Map<number, bigint>();
  const add = (index: number, usd: number): void => {
    const instrument = market.instruments[index]!;
    lots.set(index, (lots.get(index) ?? 0n) + BigInt(Math.round(usd / usdPerLot(instrument))));
  };
  const perpetuals = indices(market, "perpetual");
  const options = indices(market, "option");
  if (kind !== "option") {
    const drawn = perpetuals.map(() => random.normal());
    const mean = drawn.reduce((sum, x) => sum + x, 0) / drawn.length;
    drawn.forEach((x, i) =>
      add(perpetuals[i]!, USD * (kind === "hedged" ? x - mean : kind === "long-only" ? Math.abs(x) : x)),
    );
  }
  if (kind === "option" || kind === "mixed") {
    for (let leg = 0; leg < OPTION_LEGS; leg++) add(random.pick(options), USD * random.normal());
  }
  return lots;
}

/** USD of the underlying in one lot. */
const usdPerLot = (instrument: Instrument): number => {
  const price =
    instrument.type === "perpetual" ? instrument.price : instrument.type === "option" ? instrument.forward! : 0n;
  return decimalToNumber(price) * decimalToNumber(instrument.lot);
};

const indices = (market: Market, type: Instrument["type"]): number[] =>
  market.instruments.flatMap((instrument, i) => (instrument.type === type ? [i] : []));
