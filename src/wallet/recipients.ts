/**
 * Addresses other than senders that exits were made out to: the one thing that the chains don't tell, and a wallet asks for.
 *
 * @module
 */
import { isAddress } from "ethers";
import { jsonOf } from "../base/text.ts";
import { InputError } from "../base/errors.ts";
import { getText } from "../store/json.ts";
import type { Store } from "../store/store.ts";

const KEY = "recipients.json";

/** Empty while none was remembered. Throws an InputError when what is there is no list of addresses. */
export async function knownRecipients(store: Store): Promise<readonly string[]> {
  return parse(store, await getText(store, KEY));
}

/** Keeps an address for {@link knownRecipients}. Throws a StoreConflict when another process does so at the same moment. */
export async function rememberRecipient(store: Store, address: string): Promise<void> {
  const text = await getText(store, KEY);
  const known = parse(store, text);
  if (known.includes(address)) return;
  await store.transaction([
    { key: KEY, value: `${JSON.stringify([...known, address], null, 1)}\n`, expected: text ?? null },
  ]);
}

function parse(store: Store, text: string | undefined): readonly string[] {
  const known = text === undefined ? [] : jsonOf(text, store.where(KEY));
  if (!Array.isArray(known) || !known.every((address): address is string => isAddress(address)))
    throw new InputError(store.where(KEY), "must be a list of addresses");
  return known;
}
