/**
 * What files and messages are made of, as valibot schemas, and valibot's findings as a path, a rule and the value.
 *
 * @module
 */
import * as v from "valibot";
import { InputError, withoutUrls } from "./errors.ts";

/** Decimal digits without sign or leading zero: one spelling for each number. 78 digits hold any 256-bit value. */
export const DIGITS = /^(0|[1-9]\d{0,77})$/;

/** An object of exactly these fields; what `noun` is shows in the error when there is none at all. */
export const exactly = <const E extends v.ObjectEntries>(noun: string, entries: E) =>
  v.strictObject(entries, (issue) =>
    issue.expected === "never"
      ? `is no field of ${noun}`
      : issue.expected === "Object"
        ? `must be ${noun}`
        : "must be present",
  );

/** A whole number from `low` to `high`. */
export const count = (low: number, high: number) =>
  v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(low, `must be at least ${low}`),
    v.maxValue(high, `must be at most ${high}`),
  );

/** A decimal string below `limit`, read as a bigint; `name` says what the limit is. */
export const decimal = (limit: bigint, name: string) =>
  v.pipe(
    v.string((issue) => `must be a decimal string, got ${issue.received}`),
    v.regex(DIGITS, (issue) => `must be decimal digits without leading zeros, got ${issue.received.slice(0, 90)}`),
    v.transform((digits) => BigInt(digits)),
    v.check(
      (value) => value < limit,
      (issue) => `must be below ${name}, got ${issue.input}`,
    ),
  );

/** A whole number of either sign in a string, of at most `digits` digits, read as a bigint. */
export const signed = (digits: number) =>
  v.pipe(
    v.string("must be a whole number in a string"),
    v.regex(
      new RegExp(`^(0|-?[1-9]\\d{0,${digits - 1}})$`),
      `must be a whole number in a string, of at most ${digits} digits`,
    ),
    v.transform((text) => BigInt(text)),
  );

/** `bytes` bytes in lower-case hex, or any number of them; `prefix` is "0x" on chains. */
export const hex = (bytes?: number, prefix = "") =>
  v.pipe(
    v.string("must be hex"),
    bytes === undefined
      ? v.regex(new RegExp(`^${prefix}([0-9a-f]{2})*$`), "must be hex bytes")
      : v.regex(new RegExp(`^${prefix}[0-9a-f]{${2 * bytes}}$`), `must be ${bytes} bytes in hex`),
  );

/** A name that stands in file names and environment variables. */
export const fileName = v.pipe(
  v.string("must be a name"),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, "must be 1 to 32 lower-case letters, digits or -, a letter first"),
);

/** One of these words. */
export const oneOf = <const W extends readonly string[]>(words: W) =>
  v.picklist(words, (issue) => `must be ${words.join(" or ")}, got ${issue.received}`);

/** A list of exactly `length` items. */
export const listOf = <S extends v.GenericSchema<unknown, unknown>>(item: S, length: number) =>
  v.pipe(
    v.array(item, (issue) => `must be a list, got ${issue.received}`),
    v.length(length, (issue) => `must have ${length} items, got ${issue.received}`),
  );

/** A list of `low` to `high` entries. */
export const list = <const S extends v.GenericSchema>(item: S, low = 0, high = Infinity) =>
  v.pipe(
    v.array(item, "must be a list"),
    v.minLength(low, low === 1 ? "must not be empty" : `must have at least ${low} entries`),
    v.maxLength(high, `must have at most ${high} entries`),
  );

/**
 * Parses `input`, or throws an {@link InputError} for the first finding, its path under `root`.
 *
 * @param isSecret which paths' values are never shown
 */
export function validated<const S extends v.GenericSchema>(
  schema: S,
  input: unknown,
  root: string,
  isSecret: (path: string) => boolean = () => false,
): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const keys = (issue.path ?? []).map(({ key }) => key);
  const at = pathOf(keys);
  const path = at === "" ? root : at.startsWith("[") ? root + at : `${root}.${at}`;
  if (!isSecret(path)) throw new InputError(withoutUrls(path), issue.message, shown(valueAt(input, keys)));
  // What a finding says may end with the value.
  throw new InputError(withoutUrls(path), issue.message.replace(/(, got| but received) .*$/s, ""));
}

/** Where and why a parse failed first, such as `proof.a[1]`; the path is empty at the root. */
export function firstIssue(issues: readonly v.BaseIssue<unknown>[]): { readonly at: string; readonly rule: string } {
  const issue = issues[0];
  return issue === undefined
    ? { at: "", rule: "is invalid" }
    : { at: pathOf((issue.path ?? []).map(({ key }) => key)), rule: issue.message };
}

/** `underlyings[2].sources[0].price`. */
const pathOf = (keys: readonly unknown[]): string =>
  keys.reduce<string>(
    (path, key) => (typeof key === "number" ? `${path}[${key}]` : path === "" ? String(key) : `${path}.${String(key)}`),
    "",
  );

/** What the input held there: findings themselves carry values that a schema has already converted. */
const valueAt = (input: unknown, keys: readonly unknown[]): unknown =>
  keys.reduce((value, key) => (value as Record<PropertyKey, unknown> | null | undefined)?.[key as PropertyKey], input);

/** Lists and objects by their size; what JSON can't hold by name. */
function shown(value: unknown): unknown {
  if (value === undefined) return "nothing";
  if (Array.isArray(value)) return `${value.length} entries`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
