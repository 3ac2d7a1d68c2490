/**
 * A market file: all that the engine knows about one epoch. JSON; prices, strikes, lots and caps are decimal strings,
 * USD per unit or units; times Unix seconds; fractions basis points. The schema checks shapes and ranges, marketRules.ts
 * what fields owe each other; marketFile.ts reads.
 *
 * @module
 */
import * as v from "valibot";
import { BASIS_POINTS, PROTOCOL_VERSION, SERIAL_BITS, TIERS, tableRows } from "../protocol/constants.ts";
import { isDecimal, parseDecimal } from "../base/decimal.ts";
import { count, exactly, list } from "../base/schema.ts";

const MARKET_FORMAT = "plimsoll-market";
/** The unit of account. Its price is 1 by definition, so it is never declared; cash and credit may name it. */
export const NUMERAIRE = "USD";

const decimal = v.pipe(
  v.string("must be a decimal string"),
  v.check(isDecimal, 'must be a decimal such as "0.25": at most 15 digits before the point and 12 after'),
  v.transform(parseDecimal),
);
const positive = v.pipe(
  decimal,
  v.check((value) => value > 0n, "must be above 0"),
);
const notNegative = v.pipe(
  decimal,
  v.check((value) => value >= 0n, "must not be negative"),
);
const name = v.pipe(
  v.string("must be a name"),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9:._/-]{0,63}$/,
    "must be 1 to 64 letters, digits or : . _ / - and start with one of the first two",
  ),
);
const time = count(0, 2 ** 40);
const fraction = count(0, BASIS_POINTS);
const flag = v.optional(v.boolean("must be true or false"), false);

const close = v.pipe(v.number("must be a number"), v.finite("must be finite"), v.gtValue(0, "must be above 0"));
/** As written, and of a day that exists: a date that Date moves into the next month isn't what was meant. */
const isDay = (text: string): boolean => {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().slice(0, 10) === text;
};
const date = v.pipe(v.string("must be a date"), v.check(isDay, "must be a date such as 2025-10-24"));

const underlying = exactly("an underlying", {
  name,
  /** Risk group, its own: null for an asset that pays its full scan loss as a charge instead. */
  group: v.nullable(name),
  /** Held to one dollar by its issuer. A stable asset has no group; without a history it gets the floor. */
  stable: flag,
  sources: list(exactly("a source", { name, price: positive, time }), 1, 100),
  /** Daily closes in USD, oldest first, the last one on the day `last`. */
  closes: exactly("a history", { last: date, values: list(close, 0, 10_000) }),
});

const issuer = exactly("an issuer", {
  id: count(1, 255),
  name,
  kind: v.picklist(["vault", "venue", "desk"], "must be vault, venue or desk"),
  chain: name,
  /** Seconds until a block of its chain is final, until the mirror has relayed it, and that its queue may hold a payment. */
  finalitySeconds: count(0, 30 * 86_400),
  relaySeconds: count(0, 30 * 86_400),
  queueSeconds: count(0, 30 * 86_400),
  /** Most that its instruments may add to one account's equity, USD; null (none) for vaults alone. */
  capUsd: v.nullable(notNegative),
  delisted: flag,
});

const common = {
  issuer: count(1, 255),
  serial: count(0, 2 ** SERIAL_BITS - 1),
  name,
  underlying: name,
  /** Units of the underlying in one lot. */
  lot: positive,
  /** Worth nothing on either side for good, because its issuer is gone or it was closed. */
  dead: flag,
};
const priced = {
  ...common,
  /** USD per unit once expired: the row keeps that value and moves no more. */
  settlement: v.optional(notNegative),
  /** In place of the parameter for its kind. */
  liquidityBps: v.optional(fraction),
};
const instrument = v.variant(
  "type",
  [
    exactly("a token", {
      type: v.literal("token"),
      ...priced,
      haircutBps: fraction,
      cap: positive,
      basisBps: v.optional(fraction),
    }),
    exactly("a perpetual", { type: v.literal("perpetual"), ...priced, price: positive }),
    exactly("a future", { type: v.literal("future"), ...priced, price: positive, expiry: time }),
    exactly("an option", {
      type: v.literal("option"),
      ...priced,
      right: v.picklist(["call", "put"], "must be call or put"),
      strike: positive,
      expiry: time,
      /** Annualised implied volatility as a fraction: 0.55. */
      iv: v.pipe(
        v.number("must be a number"),
        v.finite("must be finite"),
        v.minValue(0.01, "must be at least 0.01"),
        v.maxValue(10, "must be at most 10"),
      ),
      /** Forward for its expiry: a dated future of this file, or a price. */
      future: v.optional(name),
      forward: v.optional(positive),
    }),
    exactly("cash", { type: v.literal("cash"), ...common }),
    exactly("credit", { type: v.literal("credit"), ...common, cap: positive }),
    exactly("a release", { type: v.literal("release"), ...common }),
  ],
  "must be token, perpetual, future, option, cash, credit or release",
);

export const MARKET = exactly("a market file", {
  format: v.literal(MARKET_FORMAT, `must be "${MARKET_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  epoch: count(0, 2 ** 40),
  /** When prices were taken, and until when the table may be used. */
  asOf: time,
  notAfter: time,
  underlyings: list(underlying, 1, 256),
  issuers: list(issuer, 1, 255),
  instruments: list(instrument, 1, tableRows(TIERS.M) - 1),
  /**
   * Scan ranges of the epoch before, by underlying: rises are capped against them. And its number: reporters sign the
   * price move since that epoch, so all must mean the same one.
   */
  previous: v.optional(
    exactly("what an epoch leaves to the next", {
      epoch: v.optional(count(0, 2 ** 40)),
      scanBps: v.record(v.string(), count(1, BASIS_POINTS * 10)),
    }),
  ),
});

/** When a day such as 2025-10-24 closes, its end in UTC: Unix seconds. */
export const dayEnd = (day: string): number => Date.parse(day) / 1000 + 86_400;

export type Market = v.InferOutput<typeof MARKET>;
export type Underlying = Market["underlyings"][number];
export type Issuer = Market["issuers"][number];
export type Instrument = Market["instruments"][number];
export type Option = Extract<Instrument, { type: "option" }>;
