/**
 * The files of a home folder, and opening the keystore and the table in it.
 *
 * @module
 */
import { join } from "node:path";
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import { InputError, KeystoreError } from "../base/errors.ts";
import { readText } from "../base/files.ts";
import { withLock } from "../base/lock.ts";
import { TABLE_LENGTH, decodeTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import { FileStore, fileAt } from "../store/fileStore.ts";
import { canSpend, decryptKeys, readKeystore, writeKeystore } from "../wallet/keystore.ts";
import type { Globals } from "./options.ts";
import { remark } from "./output.ts";
import { askPassphrase } from "./passphrase.ts";

type Home = Pick<Globals, "home">;

/** Where everything is. */
export const homeFiles = ({ home }: Home) => ({
  keystore: join(home, "keystore.json"),
  config: join(home, "config.json"),
  table: join(home, "table.json"),
});

/** The home as wallet, venue and daemons see it. */
export const homeStore = ({ home }: Pick<Globals, "home">): FileStore => new FileStore(home);

/** Text of a keystore file. Throws a KeystoreError when it can't be read. */
export function keystoreText(path: string): Promise<string> {
  const { store, key } = fileAt(path);
  return readKeystore(store, key);
}

/** Writes a keystore file. Throws a KeystoreError when there is one already. */
export function writeKeystoreFile(path: string, text: string): Promise<void> {
  const { store, key } = fileAt(path);
  return writeKeystore(store, key, text);
}

/** Keys of the home's keystore, or of another one. Asks for the passphrase. */
export async function unlock(globals: Home, path = homeFiles(globals).keystore): Promise<ProveKeys | SpendKeys> {
  const text = await keystoreText(path);
  return decryptKeys(text, await askPassphrase(`passphrase of ${path}`), path);
}

/** As {@link unlock}; throws a KeystoreError for a keeper's keystore. */
export async function unlockSpend(globals: Home, path?: string): Promise<SpendKeys> {
  const keys = await unlock(globals, path);
  if (!canSpend(keys))
    throw new KeystoreError(
      `${path ?? homeFiles(globals).keystore}: is a keeper's, which proves and receives; this takes the spend key`,
    );
  return keys;
}

/** A table file; the home's unless another is named. */
export async function loadTable(globals: Home, path = homeFiles(globals).table): Promise<ListedTable> {
  return decodeTable(
    await readText(path, TABLE_LENGTH).catch((cause: unknown) => {
      if (cause instanceof InputError)
        throw new InputError(
          cause.path,
          `${cause.rule}; plimsoll table build --market MARKET.json makes one`,
          cause.value,
          { cause },
        );
      throw cause;
    }),
  );
}

/** The home's table for names and lots, where there is one that can be read. */
export const tableForNames = (globals: Home): Promise<ListedTable | undefined> =>
  loadTable(globals).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });

/** Runs `work` as the only command that changes the home; says whom it waits for. */
export const withHome = <T>(flags: Globals, work: () => Promise<T>): Promise<T> =>
  withLock(flags.home, work, { onWaiting: (what) => remark(flags, `waiting for ${what}`) });
