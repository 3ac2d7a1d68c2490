/**
 * From a market to the risk table of its epoch: prices, scan ranges and correlations first, then a row for each
 * instrument.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { MICRO_USD } from "../protocol/constants.ts";
import { correlations } from "./correlation.ts";
import { DECIMAL_ONE } from "../base/decimal.ts";
import { listInstrument, type MeasuredAsset } from "./instrument.ts";
import type { ListedTable } from "./listing.ts";
import { NUMERAIRE, type Market } from "./market.ts";
import { DEFAULT_PARAMETERS, type Parameters } from "./parameters.ts";
import { fairPrice } from "./price.ts";
import { checkRow } from "./row.ts";
import { scanOf } from "./scenarios.ts";
import { logReturns, scanRange } from "./volatility.ts";

const DOLLAR: MeasuredAsset = { name: NUMERAIRE, price: DECIMAL_ONE, group: undefined, stable: true, scan: undefined };

/**
 * Builds a table: same market and parameters, same table, on every machine. Marks and charges are µUSD per lot. Throws
 * an InputError whose path is in the market file for too few sources, a short history, a price far from spot, or a lot
 * so large or small that a row is out of range.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { buildTable, readMarket } from "plimsoll/toolkit";
 *
 * const { table, listings } = buildTable(readMarket(await readFile("data/market.json", "utf8")));
 * listings.forEach(({ name }, i) => console.log(name, table.rows[i]!.mark)); // µUSD per lot
 * ```
 */
export function buildTable(market: Market, parameters: Parameters = DEFAULT_PARAMETERS): ListedTable {
  const grouped = market.underlyings.filter(({ group }) => group !== null);
  const assets = measure(
    market,
    grouped.map(({ name }) => name),
    parameters,
  );
  const issuers = new Map(market.issuers.map((issuer) => [issuer.id, issuer]));
  const futures = new Map(
    market.instruments.flatMap((item) => (item.type === "future" ? [[item.name, item.price]] : [])),
  );

  const listed = market.instruments.map((instrument, i) => {
    const path = `market.instruments[${i}]`;
    const asset = assets.get(instrument.underlying)!;
    const issuer = issuers.get(instrument.issuer)!;
    const { row, listing } = listInstrument(instrument, {
      asset,
      issuer,
      futures,
      asOf: market.asOf,
      parameters,
      path,
    });
    checkRow(row, path);
    if (row.mark === 0n && !row.dead && !isWorthless(instrument)) {
      throw new InputError(`${path}.lot`, "is worth less than half a µUSD; choose a larger lot", listing.lot);
    }
    return { row, listing };
  });

  return {
    table: {
      epoch: market.epoch,
      asOf: market.asOf,
      notAfter: market.notAfter,
      groups: grouped.map(({ group }) => group!),
      correlations: correlations(
        grouped.map(({ closes }) => logReturns(closes.values)),
        parameters,
      ),
      omega: parameters.omegaBps,
      rows: listed.map(({ row }) => row),
    },
    listings: listed.map(({ listing }) => listing),
    underlyings: market.underlyings.map(({ name }) => {
      const { price, scan } = assets.get(name)!;
      return { name, price: (price * BigInt(MICRO_USD)) / DECIMAL_ONE, scanBps: scan!.bps };
    }),
  };
}

/** Price, group and scan range of each underlying, and of the dollar. */
function measure(market: Market, groups: readonly string[], parameters: Parameters): Map<string, MeasuredAsset> {
  const lots = new Map<string, Set<bigint>>(market.underlyings.map(({ name }) => [name, new Set()]));
  for (const { underlying, lot } of market.instruments) lots.get(underlying)?.add(lot);
  const assets = new Map([[DOLLAR.name, DOLLAR]]);
  market.underlyings.forEach((underlying, i) => {
    const { name, stable } = underlying;
    const path = `market.underlyings[${i}]`;
    const price = fairPrice(underlying, market.asOf, parameters, path);
    const bps = scanRange(underlying, market.asOf, parameters, market.previous?.scanBps[name], path);
    const scan = scanOf(price, bps, [...lots.get(name)!]);
    const group = groups.indexOf(name);
    assets.set(name, { name, price, group: group < 0 ? undefined : group, stable, scan });
  });
  return assets;
}

/** Options far from the money, and what settled at nothing, may be worth nothing. */
const isWorthless = (instrument: Market["instruments"][number]): boolean =>
  instrument.type === "option" || ("settlement" in instrument && instrument.settlement !== undefined);
