/**
 * What one epoch owes the one before, and how far prices moved between them. Tables only ever say more: an instrument that
 * was listed stays listed as what it was, dead if need be, or accounts that hold it could prove nothing.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { BASIS_POINTS, type Tier } from "../protocol/constants.ts";
import { buildTable } from "../risk/table.ts";
import { checkTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { Instrument, Market } from "../risk/market.ts";
import { instrumentId } from "../protocol/instrument.ts";
import type { Parameters } from "../risk/parameters.ts";
import { fairPrice } from "../risk/price.ts";

/** A market with the table that everybody computes from it. */
export interface Computed {
  readonly market: Market;
  readonly listed: ListedTable;
}

/** Computes a market's table. Throws an InputError when the market isn't one that a table may be made of. */
export function compute(market: Market, parameters: Parameters, tier: Tier): Computed {
  const listed = buildTable(market, parameters);
  checkTable(listed, tier);
  return { market, listed };
}

/** Largest price move that is signed: what 32 bits hold. */
const MOST = 2n ** 32n - 1n;

/** Throws an InputError, its path in the new market, unless it may follow. */
export function checkSuccession({ market: before, listed }: Computed, market: Market): void {
  if (market.previous?.epoch !== before.epoch)
    throw new InputError(
      "market.previous.epoch",
      `must be ${before.epoch}, the newest epoch`,
      market.previous?.epoch ?? "nothing",
    );
  if (market.asOf <= before.asOf)
    throw new InputError("market.asOf", `must be after ${before.asOf}, that of epoch ${before.epoch}`, market.asOf);
  const seconds = market.asOf - before.asOf;
  // Whoever proposes epochs could otherwise use up all numbers that there are.
  if (market.epoch <= before.epoch || market.epoch - before.epoch > seconds) {
    throw new InputError(
      "market.epoch",
      `must rise by 1 to ${seconds} from ${before.epoch}: at most one a second`,
      market.epoch,
    );
  }
  checkUnderlyings(before, listed, market);
  checkIssuers(before, market);
  checkInstruments(before, market);
}

/** Rises of scan ranges are capped against what was published, and nobody leaves the cap behind by a new group. */
function checkUnderlyings(before: Market, { underlyings }: ListedTable, market: Market): void {
  const scans = new Map(underlyings.map(({ name, scanBps }) => [name, scanBps]));
  market.underlyings.forEach(({ name, group, stable }, i) => {
    const scan = market.previous?.scanBps[name];
    if (scan !== scans.get(name))
      throw new InputError(
        `market.previous.scanBps.${name}`,
        `must be ${scans.get(name) ?? "absent"}, as published`,
        scan ?? "nothing",
      );
    const was = before.underlyings.find((underlying) => underlying.name === name);
    if (was === undefined) return;
    if (was.group !== group)
      throw new InputError(`market.underlyings[${i}].group`, `must stay ${was.group ?? "none"}`, group ?? "none");
    if (was.stable !== stable)
      throw new InputError(`market.underlyings[${i}].stable`, `must stay ${was.stable}`, stable);
  });
}

function checkIssuers(before: Market, market: Market): void {
  market.issuers.forEach((issuer, i) => {
    const was = before.issuers.find(({ id }) => id === issuer.id);
    for (const field of ["kind", "chain"] as const) {
      if (was !== undefined && was[field] !== issuer[field])
        throw new InputError(`market.issuers[${i}].${field}`, `must stay ${was[field]}`, issuer[field]);
    }
  });
}

function checkInstruments(before: Market, market: Market): void {
  const places = new Map(
    market.instruments.map((instrument, i) => [instrumentId(instrument.issuer, instrument.serial), i]),
  );
  for (const was of before.instruments) {
    const place = places.get(instrumentId(was.issuer, was.serial));
    if (place === undefined)
      throw new InputError(
        "market.instruments",
        `must still list ${instrumentId(was.issuer, was.serial)} (${was.name}), dead if need be`,
      );
    const [is, path] = [market.instruments[place]!, `market.instruments[${place}]`];
    const [now, then] = [termsOf(is), termsOf(was)];
    for (const [field, value] of Object.entries(then)) {
      if (now[field] !== value)
        throw new InputError(
          `${path}.${field}`,
          `must stay ${String(value)}: an id is never reused`,
          now[field] ?? "nothing",
        );
    }
    if (was.dead && !is.dead) throw new InputError(`${path}.dead`, "must stay true: dead is for good", false);
    if (
      "settlement" in was &&
      was.settlement !== undefined &&
      (!("settlement" in is) || is.settlement !== was.settlement)
    ) {
      throw new InputError(`${path}.settlement`, "must stay as it settled");
    }
  }
}

/** What an instrument is for good. */
function termsOf(instrument: Instrument): Readonly<Record<string, unknown>> {
  const { type, underlying, lot } = instrument;
  if (type === "option")
    return { type, underlying, lot, expiry: instrument.expiry, strike: instrument.strike, right: instrument.right };
  return type === "future" ? { type, underlying, lot, expiry: instrument.expiry } : { type, underlying, lot };
}

/**
 * Largest price move of an underlying from one epoch to the next, in basis points of the scan range that it had before,
 * rounded up; at most 2^32 − 1.
 */
export function largestMove(
  { market: before, listed }: Computed,
  { market }: Computed,
  parameters: Parameters,
): number {
  const scale = BigInt(BASIS_POINTS) ** 2n;
  const moves = market.underlyings.flatMap((underlying) => {
    const was = before.underlyings.find(({ name }) => name === underlying.name);
    const scanBps = listed.underlyings.find(({ name }) => name === underlying.name)?.scanBps;
    if (was === undefined || scanBps === undefined) return [];
    const [from, to] = [
      fairPrice(was, before.asOf, parameters, "market"),
      fairPrice(underlying, market.asOf, parameters, "market"),
    ];
    const range = from * BigInt(scanBps);
    const distance = to > from ? to - from : from - to;
    return [(distance * scale + range - 1n) / range];
  });
  const largest = moves.reduce((most, move) => (move > most ? move : most), 0n);
  return Number(largest < MOST ? largest : MOST);
}
