/**
 * JSON with whole numbers of any size: a bigint is written as its decimal digits in a string.
 *
 * @module
 */

/** JSON text; `indent` spaces a level for people, none for programs. */
export const toJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item), indent);
