/**
 * The files of a home folder, and opening the keystore in it.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import { committeeCoordinates, committeeKeys, publicKey, randomScalar, type CommitteeKeys } from "../committee/ciphertext.ts";
import { InputError, KeystoreError } from "../base/errors.ts";
import { readJson, readText, writeAtomic } from "../base/files.ts";
import { FIELD } from "../protocol/constants.ts";
import { decimal, listOf, exactly, validated } from "../base/schema.ts";
import { TABLE_LENGTH, decodeTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import { canSpend, decryptKeys, readKeystore } from "../wallet/keystore.ts";
import type { Globals } from "./command.ts";
import { askPassphrase } from "./passphrase.ts";

/** Where everything is. */
export const homeFiles = ({ home }: Pick<Globals, "home">) => ({
  keystore: join(home, "keystore.json"),
  ledger: join(home, "ledger.json"),
  account: join(home, "account.json"),
  table: join(home, "table.json"),
  committee: join(home, "committee.json"),
  proofs: join(home, "proofs"),
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

const COMMITTEE = exactly("a committee file", { format: v.literal("plimsoll-committee", `must be "plimsoll-committee"`), keys: listOf(listOf(decimal(FIELD, "the field's order"), 2), 3) });

/**
 * Public keys of the committee that may open what a proof encrypts. Without a file the home's are taken, and drawn at
 * first use: for local proofs, which nobody is meant to open, so their secrets are thrown away.
 */
export async function loadCommittee(globals: Globals, path?: string): Promise<CommitteeKeys> {
  const file = path ?? homeFiles(globals).committee;
  const read = async (): Promise<CommitteeKeys> => committeeKeys(validated(COMMITTEE, await readJson(file), "committee").keys.flat(), "committee.keys");
  if (path !== undefined) return read();
  return read().catch(async (error: unknown) => {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code !== "ENOENT") throw error;
    const keys = [0, 1, 2].map(() => publicKey(randomScalar())) as unknown as CommitteeKeys;
    const flat = committeeCoordinates(keys).map(String);
    const json = { format: "plimsoll-committee", keys: [0, 2, 4].map((i) => flat.slice(i, i + 2)) };
    await writeAtomic(file, `${JSON.stringify(json, null, 2)}\n`);
    return keys;
  });
}
