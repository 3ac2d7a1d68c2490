/**
 * Field elements in JSON, and valibot's findings as a path and a rule.
 *
 * @module
 */
import * as v from "valibot";

/** Decimal digits without sign or leading zero: one spelling for each number. 78 digits hold any 256-bit value. */
export const DECIMAL = /^(0|[1-9]\d{0,77})$/;

/** A decimal string below `limit`, read as a bigint; `name` says what the limit is. */
export const decimal = (limit: bigint, name: string) =>
  v.pipe(
    v.string((issue) => `must be a decimal string, got ${issue.received}`),
    v.regex(DECIMAL, (issue) => `must be decimal digits without leading zeros, got ${issue.received.slice(0, 90)}`),
    v.transform((digits) => BigInt(digits)),
    v.check((value) => value < limit, (issue) => `must be below ${name}, got ${issue.input}`),
  );

/** Where and why a parse failed first, such as `proof.a[1]`; the path is empty at the root. */
export function firstIssue(issues: readonly v.BaseIssue<unknown>[]): { readonly at: string; readonly rule: string } {
  const issue = issues[0];
  if (issue === undefined) return { at: "", rule: "is invalid" };
  const at = (issue.path ?? []).reduce<string>((path, { key }) => {
    if (typeof key === "number") return `${path}[${key}]`;
    return path === "" ? String(key) : `${path}.${String(key)}`;
  }, "");
  return { at, rule: issue.message };
}

/** An object with exactly these fields. */
export const exactly = <E extends v.ObjectEntries>(entries: E) =>
  v.strictObject(entries, (issue) => {
    if (issue.expected === "never") return "is not a known field";
    return issue.expected === "Object" ? `must be an object, got ${issue.received}` : "is missing";
  });

/** One of these words. */
export const oneOf = <const W extends readonly string[]>(words: W) =>
  v.picklist(words, (issue) => `must be ${words.join(" or ")}, got ${issue.received}`);

/** A list of exactly `length` items. */
export const listOf = <S extends v.GenericSchema<unknown, unknown>>(item: S, length: number) =>
  v.pipe(
    v.array(item, (issue) => `must be a list, got ${issue.received}`),
    v.length(length, (issue) => `must have ${length} items, got ${issue.received}`),
  );
