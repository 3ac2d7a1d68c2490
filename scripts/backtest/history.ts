/**
 * One day of the past as the engine would have seen it: a market of perpetuals and options whose prices are that day's
 * closes, and whose history ends there. Nothing of a later day enters.
 *
 * @module
 */
import { DECIMAL_ONE, isDecimal, parseDecimal } from "../../src/base/decimal.ts";
import type { Instrument, Market, Underlying } from "../../src/risk/market.ts";
import type { Parameters } from "../../src/risk/parameters.ts";
import { ewmaVariance, logReturns } from "../../src/risk/volatility.ts";

const DAY = 86_400;
/** Options exist on the first two groups, as venues list them. */
const OPTION_GROUPS = 2;
const TENORS = [7, 30, 90];
const MONEYNESS = [0.8, 0.9, 1, 1.1, 1.2];
const VENUE = 1;

/** Closes of the grouped underlyings over the days that all of them have, oldest first. */
export interface History {
  readonly names: readonly string[];
  readonly last: string;
  readonly closes: readonly (readonly number[])[];
  readonly days: number;
}

export function historyOf(market: Market): History {
  const grouped = market.underlyings.filter(({ group }) => group !== null);
  const days = Math.min(...grouped.map(({ closes }) => closes.values.length));
  return {
    names: grouped.map(({ name }) => name),
    last: grouped[0]!.closes.last,
    closes: grouped.map(({ closes }) => closes.values.slice(-days)),
    days,
  };
}

/** ISO date of day `i`. */
export const dateOf = (history: History, day: number): string =>
  new Date(Date.parse(history.last) - (history.days - 1 - day) * DAY * 1000).toISOString().slice(0, 10);

/**
 * Implied volatility has no public history as long as prices have. Its stand-in is the day's own weighted volatility
 * and a tenth (what sellers ask above it), so it jumps as realised volatility does.
 */
export function impliedVolatility(history: History, group: number, day: number, { lambda }: Parameters): number {
  const variance = ewmaVariance(logReturns(history.closes[group]!.slice(Math.max(0, day - 250), day + 1)), lambda);
  return Math.min(Math.max(1.1 * Math.sqrt(365 * variance), 0.25), 3);
}

const decimal = (value: number): bigint => {
  const text = value.toFixed(6).replace(/\.?0+$/, "");
  return isDecimal(text) ? parseDecimal(text) : DECIMAL_ONE;
};

/** The market of day `day`: four sources that agree, a perpetual for each group, options on the first two. */
export function marketOf(
  history: History,
  day: number,
  parameters: Parameters,
  previous: Readonly<Record<string, number>> | undefined,
): Market {
  const date = dateOf(history, day);
  const asOf = Date.parse(date) / 1000 + DAY;
  const lot = DECIMAL_ONE / 100n;
  const instruments: Instrument[] = [];
  const next = () => ({ issuer: VENUE, serial: instruments.length, lot });
  history.names.forEach((underlying, g) => {
    const price = decimal(history.closes[g]![day]!);
    instruments.push({ type: "perpetual", ...next(), name: `${underlying}-PERP`, underlying, price, dead: false });
  });
  history.names.slice(0, OPTION_GROUPS).forEach((underlying, g) => {
    const spot = history.closes[g]![day]!;
    const iv = impliedVolatility(history, g, day, parameters);
    for (const tenor of TENORS) {
      for (const moneyness of MONEYNESS) {
        for (const right of ["call", "put"] as const) {
          instruments.push({
            type: "option",
            ...next(),
            name: `${underlying}-${tenor}-${moneyness}-${right}`,
            underlying,
            right,
            iv,
            strike: decimal(spot * moneyness),
            expiry: asOf + tenor * DAY,
            forward: decimal(spot),
            dead: false,
          });
        }
      }
    }
  });
  const underlyings = history.names.map((name, g): Underlying => ({
    name,
    group: name,
    stable: false,
    sources: [1, 2, 3, 4].map((i) => ({ name: `source-${i}`, price: decimal(history.closes[g]![day]!), time: asOf })),
    closes: { last: date, values: history.closes[g]!.slice(0, day + 1) },
  }));
  return {
    format: "plimsoll-market",
    version: 1,
    epoch: day,
    asOf,
    notAfter: asOf + DAY,
    underlyings,
    issuers: [
      {
        id: VENUE,
        name: "venue",
        kind: "venue",
        chain: "chain",
        finalitySeconds: 0,
        relaySeconds: 0,
        queueSeconds: 0,
        capUsd: DECIMAL_ONE,
        delisted: false,
      },
    ],
    instruments,
    ...(previous === undefined ? {} : { previous: { scanBps: { ...previous } } }),
  };
}
