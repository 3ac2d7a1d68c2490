/**
 * Text and JSON out of a file's bytes, as editors of any system write them.
 *
 * @module
 */
import { InputError } from "./errors.ts";

/** Reads bytes as UTF-8. A byte order mark is skipped, as npm and tsc do; UTF-16 and what is no text are named as such. */
export function textOf(bytes: Uint8Array, path: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw new InputError(path, "must be UTF-8 text, and is UTF-16");
  // JSON and all our formats begin with ASCII: a zero byte in it is the other half of a UTF-16 unit.
  if (bytes.length >= 2 && (first === 0) !== (second === 0))
    throw new InputError(path, "must be UTF-8 text, and is UTF-16 without its mark");
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(path, "must be UTF-8 text", undefined, { cause });
  }
}

/** Parses JSON text. Throws an {@link InputError} that names where it is from. */
export function jsonOf(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InputError(path, "must be JSON", undefined, { cause });
  }
}
