/**
 * The sample market some minutes later: every price of an underlying moved by one factor, and the scan ranges of the
 * epoch before handed on, as whoever proposes prices would publish it.
 *
 * @module
 */
import { formatDecimal, parseDecimal } from "../../src/base/decimal.ts";
import type { ListedTable } from "../../src/risk/listing.ts";
import { dayEnd } from "../../src/risk/market.ts";

const DAY = 86_400;

/** A market file as JSON holds it, as far as it changes here. */
interface MarketJson {
  epoch: number;
  asOf: number;
  notAfter: number;
  previous?: { epoch: number; scanBps: Record<string, number> };
  readonly underlyings: readonly {
    readonly name: string;
    readonly sources: readonly { price: string; time: number }[];
    readonly closes: { last: string; readonly values: number[] };
  }[];
  readonly instruments: readonly {
    readonly type: string;
    readonly underlying: string;
    price?: string;
    forward?: string;
  }[];
}

/**
 * @param text  the market before
 * @param listed its table
 * @param asOf  Unix seconds of the new prices
 * @param moves basis points by underlying; the others stay where they are
 * @returns text of the market file of the next epoch
 */
export function nextMarket(
  text: string,
  listed: ListedTable,
  asOf: number,
  moves: Readonly<Record<string, number>>,
): string {
  const market = JSON.parse(text) as MarketJson;
  const moved = (price: string, underlying: string): string =>
    formatDecimal((parseDecimal(price) * BigInt(10_000 + (moves[underlying] ?? 0))) / 10_000n);
  for (const { name, sources, closes } of market.underlyings) {
    // A day that ended meanwhile closed where prices were before they moved.
    for (
      ;
      dayEnd(closes.last) + DAY <= asOf;
      closes.last = new Date(dayEnd(closes.last) * 1000).toISOString().slice(0, 10)
    ) {
      if (closes.values.length > 0) closes.values.push(Number(sources[0]!.price));
    }
    for (const source of sources) {
      source.time += asOf - market.asOf;
      source.price = moved(source.price, name);
    }
  }
  for (const instrument of market.instruments) {
    if (instrument.price !== undefined) instrument.price = moved(instrument.price, instrument.underlying);
    if (instrument.forward !== undefined) instrument.forward = moved(instrument.forward, instrument.underlying);
  }
  market.notAfter += asOf - market.asOf;
  market.asOf = asOf;
  market.previous = {
    epoch: listed.table.epoch,
    scanBps: Object.fromEntries(listed.underlyings.map(({ name, scanBps }) => [name, scanBps])),
  };
  market.epoch += 1;
  return JSON.stringify(market);
}
