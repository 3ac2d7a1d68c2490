/**
 * Valibot's findings as the package's own error: path, rule, value.
 *
 * @module
 */
import * as v from "valibot";
import { InputError } from "./errors.ts";

/** Parses `input`, or throws an {@link InputError} for the first finding, its path under `root`. */
export function validated<const S extends v.GenericSchema>(schema: S, input: unknown, root: string): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  const keys = (issue.path ?? []).map(({ key }) => key);
  throw new InputError(pathOf(root, keys), issue.message, shown(valueAt(input, keys)));
}

/** An object of exactly these fields; what `noun` is shows in the error when there is none at all. */
export const exactly = <const E extends v.ObjectEntries>(noun: string, entries: E) =>
  v.strictObject(entries, (issue) =>
    issue.expected === "never" ? `is no field of ${noun}` : issue.expected === "Object" ? `must be ${noun}` : "must be present");

/** `market.underlyings[2].sources[0].price`. */
const pathOf = (root: string, keys: readonly unknown[]): string =>
  keys.reduce<string>((path, key) => path + (typeof key === "number" ? `[${key}]` : `.${String(key)}`), root);

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
