/**
 * An account as the chain would publish it: where it is, and each version's commitment and cipher. Without a read key
 * it shows nothing but when the account changed.
 *
 * @module
 */
import { isAddress } from "ethers";
import * as v from "valibot";
import { Account } from "../account/account.ts";
import { Exit, exitSalt } from "../account/exit.ts";
import { nextReadKey, type ProveKeys } from "../account/keys.ts";
import { InputError } from "../base/errors.ts";
import { readJson, writeAtomic } from "../base/files.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { FIELD, PROTOCOL_VERSION, TIERS, accountWords, type TierName } from "../protocol/constants.ts";
import { decimal, exactly, validated } from "../base/schema.ts";
import { leftBetween, openPublished, type Published } from "./versions.ts";

const ACCOUNT_FORMAT = "plimsoll-account";

const element = decimal(FIELD, "the field's order");
const count = v.pipe(v.number("must be a number"), v.integer("must be a whole number"), v.minValue(0, "must not be negative"), v.maxValue(2 ** 40, "must be at most 2^40"));
const address = v.pipe(v.string("must be an address"), v.check(isAddress, "must be an Ethereum address"));
const ACCOUNT = exactly("an account file", {
  format: v.literal(ACCOUNT_FORMAT, `must be "${ACCOUNT_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  ledger: address,
  submitter: address,
  tier: v.picklist(Object.keys(TIERS) as TierName[], "must be a tier"),
  slot: count,
  versions: v.pipe(
    v.array(exactly("a version", { commitment: element, cipher: v.array(element, "must be a list"), time: count }), "must be a list"),
    v.minLength(1, "must not be empty"),
  ),
});

/** What one change published. `time` is Unix seconds. */
export interface Version extends Published {
  readonly time: number;
}

export interface AccountFile {
  /** Address of the ledger or registry. */
  readonly ledger: string;
  /** Who submits its proofs, and is paid unless another recipient is named. */
  readonly submitter: string;
  readonly tier: TierName;
  readonly slot: number;
  /** From version 0 on. */
  readonly versions: readonly Version[];
}

/** JSON text of an account file. */
export const encodeAccount = (file: AccountFile): string =>
  `${JSON.stringify({ format: ACCOUNT_FORMAT, version: PROTOCOL_VERSION, ...file }, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 1)}\n`;

/** Reads parsed JSON. Throws an InputError whose path starts with `account`. */
export function parseAccount(json: unknown): AccountFile {
  const { format: _format, version: _version, ...file } = validated(ACCOUNT, json, "account");
  const words = 1 + accountWords(TIERS[file.tier]);
  file.versions.forEach(({ cipher }, i) => {
    if (cipher.length !== words) throw new InputError(`account.versions[${i}].cipher`, `must have ${words} elements`, cipher.length);
  });
  return file;
}

export const readAccount = async (path: string): Promise<AccountFile> => parseAccount(await readJson(path));

export const writeAccount = (path: string, file: AccountFile): Promise<void> => writeAtomic(path, encodeAccount(file), { secret: true });

/** Every version, decrypted. Throws an InputError unless the keys are the account's. */
export const openVersions = ({ tier, versions }: Pick<AccountFile, "tier" | "versions">, keys: ProveKeys): Account[] =>
  openPublished(tier, versions, keys, (version, cause) => cause === undefined
    ? new InputError(`account.versions[${version}]`, "must be of the keystore's owner")
    : new InputError(`account.versions[${version}].cipher`, "is not of this keystore's keys", undefined, { cause }));

/** Finds the owner's account by trying every slot: keys and what the ledger published restore it all. */
export function findAccount(ledger: Ledger, keys: ProveKeys, submitter: string): AccountFile | undefined {
  const readKey = nextReadKey(keys.proveKey);
  for (let slot = 0; ledger.history(slot).length > 0; slot++) {
    const changes = ledger.history(slot);
    const { tier } = changes[0]!;
    try {
      Account.decrypt(tier, changes[0]!, readKey, 0);
    } catch (error) {
      if (error instanceof InputError) continue;
      throw error;
    }
    return { ledger: ledger.address, submitter, tier, slot, versions: versionsOf(ledger, slot) };
  }
  return undefined;
}

/** A slot's versions as the ledger published them. */
export const versionsOf = (ledger: Ledger, slot: number): Version[] =>
  ledger.history(slot).map(({ commitment, cipher, time }) => ({ commitment, cipher, time }));

/**
 * Exits to `recipient` that the ledger holds, derived from the account's versions: what left between two of them, under
 * the salt of the second. Nothing about exits is stored, so nothing about them can leak or be lost; the owner has to
 * remember the addresses alone.
 */
export function exitsOf(versions: readonly Account[], recipient: bigint, ledger: Ledger): Exit[] {
  const known = new Set(ledger.state.exits);
  return versions.slice(1).flatMap((after, i) =>
    leftBetween(versions[i]!, after).flatMap(({ instrument, lots }) => {
      const exit = new Exit(instrument, lots, recipient, exitSalt(after.readKey));
      return known.has(exit.leaf) ? [exit] : [];
    }),
  );
}
