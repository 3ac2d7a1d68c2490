/**
 * A table file: an epoch's table with its listings as JSON, for people who recompute roots and for wallets that prove.
 * Whole numbers beyond a double's range are decimal strings. Reading trusts nothing: a table that decodes has rows in
 * range and order, a listing for each that adds up to its charges, and correlations that no account can profit from.
 *
 * @module
 */
import * as v from "valibot";
import { InputError } from "../base/errors.ts";
import {
  BASIS_POINTS,
  KINDS,
  PROTOCOL_VERSION,
  SCENARIOS,
  SERIAL_BITS,
  TIERS,
  tableRows,
  type Tier,
} from "../protocol/constants.ts";
import { totalCharge } from "./charges.ts";
import { isPositiveSemiDefinite } from "./correlation.ts";
import { isDecimal, parseDecimal } from "../base/decimal.ts";
import type { ListedTable } from "./listing.ts";
import { checkRow, type Row } from "./row.ts";
import { count, exactly, list, signed, validated } from "../base/schema.ts";

const TABLE_FORMAT = "plimsoll-table";
/** Longest table file that is read, in characters; 4,095 rows with all their reasons take a third of it. */
export const TABLE_LENGTH = 32 * 2 ** 20;

const whole = signed(30);
const finite = v.pipe(v.number("must be a number"), v.finite("must be finite"));
const text = v.pipe(v.string("must be text"), v.maxLength(300, "must be at most 300 characters"));
const name = v.pipe(text, v.minLength(1, "must not be empty"));

const TABLE = exactly("a table file", {
  format: v.literal(TABLE_FORMAT, `must be "${TABLE_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  table: exactly("a table", {
    epoch: count(0, 2 ** 40),
    asOf: count(0, 2 ** 40),
    notAfter: count(0, 2 ** 40),
    groups: list(name, 0, TIERS.M.groups),
    correlations: list(list(count(-BASIS_POINTS, BASIS_POINTS), 0, TIERS.M.groups), 0, TIERS.M.groups),
    omega: count(0, BASIS_POINTS),
    rows: list(
      exactly("a row", {
        instrument: count(1, 2 ** 24 - 1),
        kind: v.picklist(KINDS, `must be one of ${KINDS.join(", ")}`),
        group: count(0, TIERS.M.groups - 1),
        dead: v.boolean("must be true or false"),
        mark: whole,
        chargeLong: whole,
        chargeShort: whole,
        cap: whole,
        issuerCap: whole,
        pnl: list(whole, 0, SCENARIOS),
      }),
      0,
      tableRows(TIERS.M) - 1,
    ),
  }),
  listings: list(
    exactly("a listing", {
      instrument: count(1, 2 ** 24 - 1),
      name,
      issuer: name,
      chain: name,
      underlying: name,
      unit: name,
      lot: v.pipe(
        text,
        v.check(isDecimal, "must be a decimal"),
        v.check((lot) => parseDecimal(lot) > 0n, "must be above 0"),
      ),
      greeks: exactly("Greeks", { delta: finite, gamma: finite, vega: finite, theta: finite }),
      charges: list(exactly("a charge", { part: name, long: whole, short: whole, because: text }), 0, 20),
    }),
    0,
    tableRows(TIERS.M) - 1,
  ),
  underlyings: list(exactly("an underlying", { name, price: whole, scanBps: count(1, 10 * BASIS_POINTS) }), 0, 256),
});

/**
 * JSON of a table: one row or listing a line.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { buildTable, encodeTable } from "plimsoll/toolkit";
 *
 * await writeFile("table.json", encodeTable(buildTable(market)));
 * ```
 */
export function encodeTable(listed: ListedTable): string {
  const json = (value: unknown): string =>
    JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? item.toString() : item));
  const lines = (values: readonly unknown[]): string =>
    values.length === 0 ? "[]" : `[\n${values.map((value) => `    ${json(value)}`).join(",\n")}\n  ]`;
  const { rows, ...rest } = listed.table;
  return [
    "{",
    `  "format": ${json(TABLE_FORMAT)},`,
    `  "version": ${PROTOCOL_VERSION},`,
    `  "table": ${json(rest).slice(0, -1)},"rows":${lines(rows)}},`,
    `  "listings": ${lines(listed.listings)},`,
    `  "underlyings": ${lines(listed.underlyings)}`,
    "}\n",
  ].join("\n");
}

/**
 * Reads {@link encodeTable}'s JSON, and checks it as {@link checkTable} does. Throws an InputError whose path starts
 * with `table`.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { TableTree, decodeTable, protocol } from "plimsoll/toolkit";
 *
 * const { table } = decodeTable(await readFile("table.json", "utf8"));
 * const { root } = await TableTree.build(table, protocol.TIERS.M); // compare it with the chain's
 * ```
 */
export function decodeTable(json: string): ListedTable {
  if (json.length > TABLE_LENGTH)
    throw new InputError("table", `must be at most ${TABLE_LENGTH} characters`, json.length);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch (cause) {
    throw new InputError("table", "must be JSON", undefined, { cause });
  }
  const { table, listings, underlyings } = validated(TABLE, parsed, "table");
  const listed = { table, listings, underlyings };
  checkTable(listed);
  return listed;
}

/**
 * Throws an InputError unless `listed` is a table that a tier's proofs may be made on. {@link decodeTable} does it for
 * tier M.
 *
 * @example
 * ```ts
 * import { checkTable, protocol } from "plimsoll/toolkit";
 *
 * checkTable({ ...listed, underlyings: [] }, protocol.TIERS.L);
 * ```
 */
export function checkTable(listed: ListedTable, tier: Tier = TIERS.M): void {
  const { table, listings } = listed;
  if (table.notAfter <= table.asOf) throw new InputError("table.notAfter", "must be after asOf", table.notAfter);
  if (table.rows.length >= tableRows(tier)) {
    throw new InputError("table.rows", `must be at most ${tableRows(tier) - 1}`, table.rows.length);
  }
  checkCorrelations(table.correlations, table.groups, tier);
  if (listings.length !== table.rows.length) {
    throw new InputError("table.listings", "must be as many as the rows", listings.length);
  }
  const names = new Set<string>();
  const caps = new Map<number, bigint>();
  table.rows.forEach((row, i) => {
    const path = `table.rows[${i}]`;
    checkRow(row, path);
    if (i > 0 && row.instrument <= table.rows[i - 1]!.instrument) {
      throw new InputError(`${path}.instrument`, "rows must ascend by instrument, each once", row.instrument);
    }
    checkGroup(row, table.groups.length, path);
    checkRelease(row, table.rows[i + 1], table.rows[i - 1], path);
    const issuer = row.instrument >> SERIAL_BITS;
    const cap = caps.get(issuer) ?? row.issuerCap;
    if (cap !== row.issuerCap)
      throw new InputError(`${path}.issuerCap`, "must be the same in all rows of an issuer", row.issuerCap);
    caps.set(issuer, cap);

    const listing = listings[i]!;
    if (listing.instrument !== row.instrument) {
      throw new InputError(
        `table.listings[${i}].instrument`,
        "must be that of the row at its place",
        listing.instrument,
      );
    }
    if (names.has(listing.name)) throw new InputError(`table.listings[${i}].name`, "must be unique", listing.name);
    names.add(listing.name);
    if (
      totalCharge(listing.charges, "long") !== row.chargeLong ||
      totalCharge(listing.charges, "short") !== row.chargeShort
    ) {
      throw new InputError(`table.listings[${i}].charges`, "must add up to the row's charges", listing.name);
    }
  });
}

function checkCorrelations(matrix: readonly (readonly number[])[], groups: readonly string[], tier: Tier): void {
  if (groups.length > tier.groups)
    throw new InputError("table.groups", `must be at most ${tier.groups}`, groups.length);
  if (new Set(groups).size !== groups.length) throw new InputError("table.groups", "must be unique", groups);
  if (matrix.length !== groups.length) {
    throw new InputError("table.correlations", `must have a line for each of ${groups.length} groups`, matrix.length);
  }
  matrix.forEach((line, g) => {
    if (line.length !== groups.length) {
      throw new InputError(
        `table.correlations[${g}]`,
        `must have an entry for each of ${groups.length} groups`,
        line.length,
      );
    }
    line.forEach((value, h) => {
      const path = `table.correlations[${g}][${h}]`;
      if (g === h && value !== BASIS_POINTS)
        throw new InputError(path, `must be exactly ${BASIS_POINTS} on the diagonal`, value);
      if (Math.abs(value) > BASIS_POINTS)
        throw new InputError(path, `must be at most ${BASIS_POINTS} either side of 0`, value);
      if (value !== matrix[h]?.[g]) throw new InputError(path, "must be symmetric", value);
    });
  });
  if (!isPositiveSemiDefinite(matrix)) {
    throw new InputError("table.correlations", "must be positive semi-definite");
  }
}

/** A row that moves belongs to a group that the table has. */
function checkGroup(row: Row, groups: number, path: string): void {
  if (row.group >= groups && row.pnl.some((pnl) => pnl !== 0n)) {
    throw new InputError(`${path}.group`, `must be one of the table's ${groups} groups`, row.group);
  }
}

/** Credit and release are neighbours, carry the same mark and scenarios, and no charges. */
function checkRelease(row: Row, after: Row | undefined, before: Row | undefined, path: string): void {
  if (row.kind !== "credit" && row.kind !== "release") return;
  const [other, id, kind] =
    row.kind === "credit"
      ? ([after, row.instrument + 1, "release"] as const)
      : ([before, row.instrument - 1, "credit"] as const);
  if (other?.instrument !== id || other.kind !== kind) {
    throw new InputError(`${path}.kind`, `a ${row.kind} needs its ${kind} at instrument ${id}`, row.instrument);
  }
  if (row.chargeLong !== 0n || row.chargeShort !== 0n) {
    throw new InputError(`${path}.chargeLong`, "credit and release carry no charges", row.chargeLong + row.chargeShort);
  }
  if (other.mark !== row.mark || other.group !== row.group || other.pnl.some((pnl, s) => pnl !== row.pnl[s])) {
    throw new InputError(`${path}.mark`, "credit and release carry the same mark and scenarios", row.mark);
  }
}
