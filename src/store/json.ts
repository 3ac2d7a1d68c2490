/**
 * Values of a store that are JSON.
 *
 * @module
 */
import { jsonOf, textOf } from "../base/text.ts";
import type { Store } from "./store.ts";

/** Text of a value; undefined where nothing is. Throws an InputError that names the place when it is no text. */
export async function getText(store: Store, key: string): Promise<string | undefined> {
  const value = await store.get(key);
  return value === undefined ? undefined : textOf(value, store.where(key));
}

/** Parsed JSON of a value; undefined where nothing is. Throws an InputError that names the place when it isn't JSON. */
export async function getJson(store: Store, key: string): Promise<unknown> {
  const text = await getText(store, key);
  return text === undefined ? undefined : jsonOf(text, store.where(key));
}
