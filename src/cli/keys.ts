/**
 * plimsoll keys: make, look at, hand out.
 *
 * @module
 */
import { aliasOf, ownerOf, randomSpendKey, readKeyAt, spendKeys } from "../account/keys.ts";
import { InputError } from "../base/errors.ts";
import { encryptKeys, keystoreKind, readKeystore, writeKeystore } from "../wallet/keystore.ts";
import { remark, show, type Globals } from "./command.ts";
import { homeFiles, unlock, unlockSpend } from "./home.ts";
import { askNewPassphrase } from "./passphrase.ts";

interface Flags extends Globals {
  readonly keystore?: string;
  readonly issuer?: number[];
  readonly keeper?: string;
  readonly reader?: number;
}

export async function newKeys(globals: Flags): Promise<void> {
  const path = homeFiles(globals).keystore;
  const text = await encryptKeys(spendKeys(randomSpendKey()), await askNewPassphrase());
  await writeKeystore(path, text);
  remark(globals, "Keep a copy of this file and its passphrase: they alone restore the account, and nobody can replace them.");
  show(globals, { keystore: path, kind: "spend" }, () => `keystore ${path}`);
}

export async function showKeys(flags: Flags): Promise<void> {
  const path = flags.keystore ?? homeFiles(flags).keystore;
  const kind = keystoreKind(await readKeystore(path), path);
  const owner = ownerOf(await unlock(flags, path));
  const aliases = (flags.issuer ?? []).map((issuerId) => ({ issuerId, alias: aliasOf(owner, issuerId) }));
  remark(flags, "The owner links all aliases; show it to nobody who should see only one.");
  show(flags, { keystore: path, kind, owner, aliases }, () => [
    `keystore  ${path}`,
    `powers    ${kind === "spend" ? "moves value, proves, receives, reads" : "proves, receives, reads (a keeper's)"}`,
    `owner     ${owner}`,
    ...aliases.map(({ issuerId, alias }) => `alias at ${issuerId}: ${alias}`),
  ].join("\n"));
}

export async function deriveKeys(flags: Flags): Promise<void> {
  if ((flags.keeper === undefined) === (flags.reader === undefined)) throw new InputError("keys derive", "takes either --keeper or --reader");
  if (flags.reader !== undefined) {
    const readKey = readKeyAt((await unlock(flags, flags.keystore)).proveKey, flags.reader);
    remark(flags, "Secret: whoever has it reads this version of the account and all later ones, and knows its owner.");
    return show(flags, { version: flags.reader, readKey }, () => String(readKey));
  }
  const { proveKey, spendLock } = await unlockSpend(flags, flags.keystore);
  const passphrase = await askNewPassphrase("keeper's passphrase", "PLIMSOLL_KEEPER_PASSPHRASE");
  await writeKeystore(flags.keeper!, await encryptKeys({ proveKey, spendLock }, passphrase));
  show(flags, { keystore: flags.keeper, kind: "prove" }, () => `keeper's keystore ${flags.keeper}`);
}
