/**
 * Valibot's findings as the package's own error: path, rule, value.
 *
 * @module
 */
import * as v from "valibot";
import { InputError } from "../errors.ts";

/** Parses `input`, or throws an {@link InputError} for the first finding, its path under `root`. */
export function validated<const S extends v.GenericSchema>(schema: S, input: unknown, root: string): v.InferOutput<S> {
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const issue = result.issues[0];
  throw new InputError(pathOf(root, issue.path ?? []), issue.message, shown(issue.input));
}

/** `market.underlyings[2].sources[0].price`. */
function pathOf(root: string, items: readonly { readonly key: unknown }[]): string {
  return items.reduce<string>(
    (path, { key }) => path + (typeof key === "number" ? `[${key}]` : `${path === "" ? "" : "."}${String(key)}`), root,
  );
}

/** NaN and infinities have no JSON; show them by name. `undefined` reads as missing. */
const shown = (value: unknown): unknown =>
  value === undefined ? "nothing" : typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
