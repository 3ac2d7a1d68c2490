/**
 * A line's amounts as people read them: lots of its credit instrument in the table's units, debt in the desk's asset.
 *
 * @module
 */
import { assetUnits, type Asset } from "../chain/asset.ts";
import type { ListedTable } from "../risk/listing.ts";
import { named } from "../wallet/attention.ts";
import { grouped } from "./words.ts";

interface Lots {
  readonly booked: bigint;
  readonly released: bigint;
  readonly usableLots: bigint;
  /** Smallest units of the asset. */
  readonly owed: bigint | undefined;
}

/** Decimals; `unit` is lots where the table doesn't list the instrument. */
export interface LineAmounts {
  readonly unit: string;
  readonly booked: string;
  readonly released: string;
  readonly usable: string;
  readonly owed?: string;
  readonly owedUnit?: string;
}

/** What --json says of the units in its lines. */
export const LINE_UNITS = {
  "lines.booked, released, received, usableLots": "lots of the credit instrument",
  "lines.owed": "smallest units of the desk's asset",
  "lines.amounts": "decimals of the units that they name",
};

export function lineAmounts(
  { booked, released, usableLots, owed }: Lots,
  credit: number,
  listed: ListedTable | undefined,
  asset: Asset | undefined,
): LineAmounts {
  const units = (lots: bigint): string => named(credit, lots, listed).units;
  return {
    unit: named(credit, booked, listed).unit,
    booked: units(booked),
    released: units(released),
    usable: units(usableLots),
    ...(owed === undefined || asset === undefined ? {} : { owed: assetUnits(owed, asset), owedUnit: asset.symbol }),
  };
}

/** `booked 5,000 USD, released 0 USD, usable 5,000 USD, owes 4,000.5 USDC` */
export const lineWords = ({ unit, booked, released, usable, owed, owedUnit }: LineAmounts): string =>
  [
    ...Object.entries({ booked, released, usable }).map(([name, amount]) => `${name} ${grouped(amount)} ${unit}`),
    ...(owed === undefined ? [] : [`owes ${grouped(owed)} ${owedUnit}`]),
  ].join(", ");
