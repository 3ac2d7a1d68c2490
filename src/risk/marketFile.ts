/**
 * Reads a market: text, shape, then rules.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { MARKET, type Market } from "./market.ts";
import { checkMarket } from "./marketRules.ts";
import { validated } from "../base/schema.ts";

/** Longest market file that is read, in characters: 4,095 instruments and 256 long histories take a tenth of it. */
export const MARKET_LENGTH = 32 * 2 ** 20;

/**
 * Checks a market that JSON.parse returned. Throws an InputError such as
 * `market.underlyings[0].sources[1].price: must be above 0, got "-1"`.
 *
 * @example
 * ```ts
 * import { buildTable, parseMarket } from "plimsoll/toolkit";
 *
 * const market = parseMarket(await (await fetch("/market.json")).json());
 * const listed = buildTable(market);
 * ```
 */
export function parseMarket(json: unknown): Market {
  const market = validated(MARKET, json, "market");
  checkMarket(market);
  return market;
}

/**
 * Reads a market file's text. Throws an InputError if it is oversized, no JSON, or {@link parseMarket} refuses it.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { readMarket } from "plimsoll/toolkit";
 *
 * const market = readMarket(await readFile("data/market.json", "utf8"));
 * console.log(market.epoch, market.instruments.length);
 * ```
 */
export function readMarket(text: string): Market {
  if (text.length > MARKET_LENGTH) {
    throw new InputError("market", `must be at most ${MARKET_LENGTH} characters`, text.length);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError("market", "must be JSON", undefined, { cause });
  }
  return parseMarket(json);
}
