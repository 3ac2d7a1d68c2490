/**
 * A batch as a venue's engine writes it down: who gets what, by names and units of the risk table.
 *
 * @module
 */
import * as v from "valibot";
import { unitsToLots } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { parseTrades } from "../margin/portfolio.ts";
import { FIELD, NOTE_LEGS, PROTOCOL_VERSION } from "../protocol/constants.ts";
import { decimal, exactly, validated } from "../base/schema.ts";
import { isDecimal } from "../base/decimal.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { BatchPosting } from "./batch.ts";

const BATCH_FORMAT = "plimsoll-batch";

/** Names a file too. */
export const batchId = v.pipe(
  v.string("must be text"),
  v.regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
    "must be 1 to 64 letters, digits, dots, - or _, a letter or digit first",
  ),
);

const amount = v.pipe(
  v.string('must be a decimal in a string, such as "250"'),
  v.check(isDecimal, "must be a decimal without exponent, at most 12 places"),
);
const BATCH = exactly("a batch file", {
  format: v.literal(BATCH_FORMAT, `must be "${BATCH_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  /** What the venue calls the batch: one of this name is posted once. */
  id: batchId,
  postings: v.pipe(
    v.array(
      exactly("a posting", {
        alias: decimal(FIELD, "the field's order"),
        /** `venue-a:BTC-PERP=-2.5`: an instrument of the table and a size in its units. */
        legs: v.pipe(
          v.array(v.string("must be INSTRUMENT=SIZE"), "must be a list"),
          v.maxLength(NOTE_LEGS - 1, `must be at most ${NOTE_LEGS - 1} beside the release`),
        ),
        /** Units of the venue's release instrument: by how much the note makes the line smaller, and what may be needed of it. */
        released: amount,
        unreceived: amount,
        exposed: v.boolean("must be true or false"),
      }),
      "must be a list",
    ),
    v.minLength(1, "must not be empty"),
  ),
});

export interface BatchFile {
  readonly id: string;
  readonly postings: readonly Omit<BatchPosting, "noteKey">[];
}

/**
 * Reads parsed JSON: sizes in units of the table's instruments become lots.
 *
 * @param release the venue's release instrument
 * @throws InputError whose path starts with `batch`, or is that of a leg: not listed, not whole lots, named twice
 *
 * @example
 * ```ts
 * import { parseBatch } from "plimsoll/venue";
 *
 * const posting = { alias: "1", legs: ["venue-a:BTC-PERP=-2.5"], released: "1", unreceived: "0", exposed: true };
 * const file = { format: "plimsoll-batch", version: 1, id: "window-42", postings: [posting] };
 * const { postings } = parseBatch(file, listed, 0x100003);
 * ```
 */
export function parseBatch(json: unknown, listed: ListedTable, release: number): BatchFile {
  const { id, postings } = validated(BATCH, json, "batch");
  const listing = listed.listings.find(({ instrument }) => instrument === release);
  if (listing === undefined)
    throw new InputError("batch", "must be of a venue whose release instrument the table lists", release);
  const lots = (units: string, path: string): bigint => {
    const whole = unitsToLots(units, listing.lot);
    if (whole === undefined)
      throw new InputError(path, `must be a whole number of lots of ${listing.lot} ${listing.unit}`, units);
    if (whole < 0n) throw new InputError(path, "must not be negative", units);
    return whole;
  };
  return {
    id,
    postings: postings.map(({ alias, legs, released, unreceived, exposed }, i) => ({
      alias,
      exposed,
      legs: legsOf(legs, listed, `batch.postings[${i}].legs`),
      released: lots(released, `batch.postings[${i}].released`),
      unreceived: lots(unreceived, `batch.postings[${i}].unreceived`),
    })),
  };
}

function legsOf(texts: readonly string[], listed: ListedTable, path: string): BatchPosting["legs"] {
  let legs: BatchPosting["legs"];
  try {
    legs = parseTrades(texts, listed).map(({ row: { instrument }, size }) => ({ instrument, size }));
  } catch (cause) {
    if (cause instanceof InputError)
      throw new InputError(cause.path.replace("trades", path), cause.rule, cause.value, { cause });
    throw cause;
  }
  legs.forEach(({ instrument }, i) => {
    if (legs.findIndex((leg) => leg.instrument === instrument) !== i)
      throw new InputError(`${path}[${i}]`, "must not name an instrument twice", texts[i]);
  });
  return legs;
}
