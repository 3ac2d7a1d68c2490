/**
 * The files of a home folder, and opening the keystore in it.
 *
 * @module
 */
import { join } from "node:path";
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import { InputError, KeystoreError } from "../base/errors.ts";
import { readText } from "../base/files.ts";
import { TABLE_LENGTH, decodeTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import { canSpend, decryptKeys, readKeystore } from "../wallet/keystore.ts";
import type { Globals } from "./command.ts";
import { askPassphrase } from "./passphrase.ts";

/** Where everything is. */
export const homeFiles = ({ home }: Pick<Globals, "home">) => ({
  keystore: join(home, "keystore.json"),
  table: join(home, "table.json"),
});

/** Keys of the home's keystore, or of another one. Asks for the passphrase. */
export async function unlock(globals: Globals, path = homeFiles(globals).keystore): Promise<ProveKeys | SpendKeys> {
  const text = await readKeystore(path);
  return decryptKeys(text, await askPassphrase(`passphrase of ${path}`), path);
}

/** As {@link unlock}; throws a KeystoreError for a keeper's keystore. */
export async function unlockSpend(globals: Globals, path?: string): Promise<SpendKeys> {
  const keys = await unlock(globals, path);
  if (!canSpend(keys)) throw new KeystoreError(`${path ?? homeFiles(globals).keystore}: is a keeper's, which proves and receives; this takes the spend key`);
  return keys;
}

/** A table file; the home's unless another is named. */
export async function loadTable(globals: Globals, path = homeFiles(globals).table): Promise<ListedTable> {
  return decodeTable(await readText(path, TABLE_LENGTH).catch((cause: unknown) => {
    if (cause instanceof InputError) throw new InputError(cause.path, `${cause.rule}; plimsoll table build makes one`, cause.value, { cause });
    throw cause;
  }));
}
