/**
 * A portfolio file: what a trader holds, by name and in units, for measuring before anything is proven.
 *
 *   {"format": "plimsoll-portfolio", "version": 1, "tier": "M",
 *    "holdings": [{"instrument": "venue-a:BTC-PERP", "size": "-12.5"}, …]}
 *
 * @module
 */
import * as v from "valibot";
import { unitsToLots } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { checkSize, type Position } from "./rule.ts";
import { didYouMean } from "../base/nearest.ts";
import { PROTOCOL_VERSION, TIERS, type TierName } from "../protocol/constants.ts";
import { isDecimal } from "../base/decimal.ts";
import type { ListedTable, Listing } from "../risk/listing.ts";
import { validated } from "../base/schema.ts";

const PORTFOLIO_FORMAT = "plimsoll-portfolio";
/** Longest portfolio file that is read, in characters; 64 holdings with long names take a tenth of it. */
export const PORTFOLIO_LENGTH = 2 ** 18;

const PORTFOLIO = v.strictObject(
  {
    format: v.literal(PORTFOLIO_FORMAT, `must be "${PORTFOLIO_FORMAT}"`),
    version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
    tier: v.picklist(["T", "M", "L"] as const satisfies readonly TierName[], "must be one of T, M, L"),
    holdings: v.array(
      v.strictObject(
        {
          instrument: v.pipe(v.string("must be a name"), v.maxLength(300, "must be at most 300 characters")),
          size: v.string('must be a decimal in a string, such as "-12.5"'),
        },
        "must be an object of instrument and size alone",
      ),
      "must be a list",
    ),
  },
  "must be an object with only the fields of a portfolio file",
);

/** A holding with its row and what people know about it. */
export interface ListedPosition extends Position {
  readonly listing: Listing;
}

export interface Portfolio {
  readonly tier: TierName;
  /** In ascending order of instrument, each once, none of size 0. */
  readonly positions: readonly ListedPosition[];
}

/**
 * Reads a portfolio file's text. Throws an InputError whose path starts with `portfolio`: no JSON, an instrument that
 * the table doesn't list, a size that is no whole number of lots, or more holdings than the tier has.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { marginOf, readPortfolio } from "plimsoll/toolkit";
 *
 * const { tier, positions } = readPortfolio(await readFile("data/portfolio.json", "utf8"), listed);
 * console.log(tier, marginOf(positions, listed.table).requirement); // µUSD
 * ```
 */
export function readPortfolio(text: string, listed: ListedTable): Portfolio {
  if (text.length > PORTFOLIO_LENGTH)
    throw new InputError("portfolio", `must be at most ${PORTFOLIO_LENGTH} characters`, text.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError("portfolio", "must be JSON", undefined, { cause });
  }
  return parsePortfolio(json, listed);
}

/**
 * {@link readPortfolio} of JSON already parsed.
 *
 * @example
 * ```ts
 * import { parsePortfolio } from "plimsoll/toolkit";
 *
 * const holdings = [{ instrument: "venue-a:BTC-PERP", size: "-12.5" }];
 * const { positions } = parsePortfolio({ format: "plimsoll-portfolio", version: 1, tier: "M", holdings }, listed);
 * console.log(positions[0]!.size); // lots
 * ```
 */
export function parsePortfolio(json: unknown, listed: ListedTable): Portfolio {
  const { tier, holdings } = validated(PORTFOLIO, json, "portfolio");
  const most = TIERS[tier].holdings;
  if (holdings.length > most) {
    throw new InputError(
      "portfolio.holdings",
      `an account of tier ${tier} holds at most ${most} instruments`,
      holdings.length,
    );
  }
  const find = finder(listed);
  const seen = new Set<number>();
  const positions = holdings.map(({ instrument, size }, i) => {
    const path = `portfolio.holdings[${i}]`;
    const position = find(instrument, size, path);
    if (seen.has(position.row.instrument))
      throw new InputError(`${path}.instrument`, "must not be held twice", instrument);
    seen.add(position.row.instrument);
    return position;
  });
  return { tier, positions: positions.sort(ascending) };
}

/**
 * Trades written as `venue-a:BTC-PERP=-2.5`, for a what-if: name and size in units. Throws an InputError whose path
 * starts with `trades`.
 *
 * @example
 * ```ts
 * import { parseTrades, whatIf } from "plimsoll/toolkit";
 *
 * const trades = parseTrades(["venue-a:BTC-PERP=-2.5"], listed);
 * console.log(whatIf(positions, trades, listed).after.requirement); // µUSD
 * ```
 */
export function parseTrades(texts: readonly string[], listed: ListedTable): ListedPosition[] {
  const find = finder(listed);
  return texts.map((text, i) => {
    const at = text.lastIndexOf("=");
    if (at < 0) throw new InputError(`trades[${i}]`, "must read INSTRUMENT=SIZE, such as venue-a:BTC-PERP=-2.5", text);
    return find(text.slice(0, at), text.slice(at + 1), `trades[${i}]`);
  });
}

/**
 * Positions with what is added to each; what comes to nothing drops out. Throws an InputError for a size out of range.
 *
 * @example
 * ```ts
 * import { addPositions, marginOf, parseTrades } from "plimsoll/toolkit";
 *
 * const after = addPositions(positions, parseTrades(["venue-a:BTC-PERP=-2.5"], listed));
 * console.log(marginOf(after, listed.table).requirement); // µUSD
 * ```
 */
export function addPositions(positions: readonly ListedPosition[], more: readonly ListedPosition[]): ListedPosition[] {
  const sums = new Map(positions.map((position) => [position.row.instrument, position]));
  for (const { row, listing, size } of more) {
    const sum = (sums.get(row.instrument)?.size ?? 0n) + size;
    checkSize(sum, `size of ${listing.name}`);
    sums.set(row.instrument, { row, listing, size: sum });
  }
  return [...sums.values()].filter(({ size }) => size !== 0n).sort(ascending);
}

/** Looks up a name and turns units into lots. */
function finder({ table, listings }: ListedTable): (name: string, size: string, path: string) => ListedPosition {
  const places = new Map(listings.map(({ name }, i) => [name, i]));
  return (name, size, path) => {
    const place = places.get(name);
    if (place === undefined)
      throw new InputError(
        `${path}.instrument`,
        `must be listed in the risk table${didYouMean(name, places.keys())}`,
        name,
      );
    const listing = listings[place]!;
    if (!isDecimal(size))
      throw new InputError(`${path}.size`, "must be a decimal without exponent, at most 12 places", size);
    const lots = unitsToLots(size, listing.lot);
    if (lots === undefined) {
      throw new InputError(`${path}.size`, `must be a whole number of lots of ${listing.lot} ${listing.unit}`, size);
    }
    if (lots === 0n) throw new InputError(`${path}.size`, "must not be 0", size);
    checkSize(lots, `${path}.size`);
    return { row: table.rows[place]!, listing, size: lots };
  };
}

const ascending = (a: Position, b: Position): number => a.row.instrument - b.row.instrument;
