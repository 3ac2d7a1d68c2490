/**
 * An epoch as reporters sign it and RiskTable takes it, and as JSON.
 *
 * @module
 */
import * as v from "valibot";
import { FIELD } from "../protocol/constants.ts";
import { decimal } from "../base/schema.ts";

const time = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(0, "must not be negative"),
  v.maxValue(2 ** 40, "must be a time in seconds"),
);

/** In JSON, number and root are decimal strings. Keys keep this order. */
export const EPOCH = v.object({
  number: v.pipe(
    v.string("must be a whole number in a string"),
    v.regex(/^(0|[1-9]\d{0,15})$/, "must be a whole number in a string"),
    v.transform((digits) => BigInt(digits)),
  ),
  root: decimal(FIELD, "the field's order"),
  /** Unix seconds. */
  asOf: time,
  notAfter: time,
  /** Basis points of a scan range, rounded up. */
  largestMove: v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(0, "must not be negative"),
    v.maxValue(2 ** 32 - 1, "must fit 32 bits"),
  ),
});

export type Epoch = v.InferOutput<typeof EPOCH>;
