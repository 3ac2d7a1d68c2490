/**
 * Three powers, each derived from the one above, so that each can be handed out alone (PROTOCOL.md, section 3):
 * the spend key moves value, the prove key proves and receives, a read key reads from one version of the account on.
 * Keys are elements of bn254's scalar field.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import { bytesToNumberBE } from "@noble/curves/utils.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { InputError } from "../base/errors.ts";
import { hash } from "../protocol/hash.ts";
import { FIELD, ISSUER_BITS } from "../protocol/constants.ts";

/** What a keeper holds: it proves and receives, but can't draw or withdraw. */
export interface ProveKeys {
  /** P(PROVE, spendKey) */
  readonly proveKey: bigint;
  /** P(SPEND, spendKey): what the spend key opens. */
  readonly spendLock: bigint;
}

/** What the trader holds. */
export interface SpendKeys extends ProveKeys {
  readonly spendKey: bigint;
}

/**
 * A spend key from the system's generator: 48 bytes reduced modulo r, so that no bias can be seen (below 2^-128).
 *
 * @example
 * ```ts
 * import { randomSpendKey, spendKeys } from "plimsoll/toolkit";
 *
 * const keys = spendKeys(randomSpendKey());
 * ```
 */
export function randomSpendKey(): bigint {
  return mod(bytesToNumberBE(randomBytes(48)), FIELD);
}

/**
 * All that follows from a spend key. Throws an InputError, which never shows the key, unless 0 < spendKey < r.
 *
 * @example
 * ```ts
 * import { randomSpendKey, spendKeys } from "plimsoll/toolkit";
 *
 * const keys = spendKeys(randomSpendKey());
 * const keeperKeys = { proveKey: keys.proveKey, spendLock: keys.spendLock }; // proves and receives, moves nothing
 * ```
 */
export function spendKeys(spendKey: bigint): SpendKeys {
  if (spendKey <= 0n || spendKey >= FIELD)
    throw new InputError("spendKey", "must be above 0 and below the field's order");
  return { spendKey, proveKey: hash("PROVE", spendKey), spendLock: hash("SPEND", spendKey) };
}

/**
 * P(OWNER, spendLock, proveKey): who an account belongs to.
 *
 * @example
 * ```ts
 * import { ownerOf } from "plimsoll/toolkit";
 *
 * console.log(account.owner === ownerOf(keys));
 * ```
 */
export const ownerOf = ({ spendLock, proveKey }: ProveKeys): bigint => hash("OWNER", spendLock, proveKey);

/**
 * P(ALIAS, owner, issuerId, salt): the owner's name at one issuer. Salt 0 at desks and venues, {@link depositSalt} at
 * vaults, the epoch at the Report. Throws an InputError for an id of more than 8 bits.
 *
 * @example
 * ```ts
 * import { aliasOf, ownerOf } from "plimsoll/toolkit";
 *
 * const alias = aliasOf(ownerOf(keys), 16); // at the desk or venue with id 16
 * ```
 */
export function aliasOf(owner: bigint, issuerId: number, salt = 0n): bigint {
  if (!Number.isInteger(issuerId) || issuerId < 0 || issuerId >= 2 ** ISSUER_BITS) {
    throw new InputError("issuerId", `must be a whole number below 2^${ISSUER_BITS}`, issuerId);
  }
  return hash("ALIAS", owner, BigInt(issuerId), salt);
}

/**
 * P(SALT, proveKey, issuerId, counter): salt of a vault deposit, so that two deposits can't be linked. Counters begin
 * at 0.
 *
 * @example
 * ```ts
 * import { aliasOf, depositSalt, ownerOf } from "plimsoll/toolkit";
 *
 * const first = aliasOf(ownerOf(keys), 1, depositSalt(keys.proveKey, 1, 0));
 * const second = aliasOf(ownerOf(keys), 1, depositSalt(keys.proveKey, 1, 1));
 * ```
 */
export const depositSalt = (proveKey: bigint, issuerId: number, counter: number): bigint =>
  hash("SALT", proveKey, BigInt(issuerId), BigInt(counter));

/**
 * P(READ, key): version 0's read key from the prove key, or the next version's from the last.
 *
 * @example
 * ```ts
 * import { nextReadKey } from "plimsoll/toolkit";
 *
 * const fromNextVersionOn = nextReadKey(account.readKey);
 * ```
 */
export const nextReadKey = (key: bigint): bigint => hash("READ", key);

/**
 * Read key of a version, 0 ≤ version: it reads that version and all after it. It takes version + 1 hashes.
 *
 * @example
 * ```ts
 * import { readKeyAt } from "plimsoll/toolkit";
 *
 * const forAuditor = readKeyAt(keys.proveKey, account.version);
 * ```
 */
export function readKeyAt(proveKey: bigint, version: number): bigint {
  let key = nextReadKey(proveKey);
  for (let v = 0; v < version; v++) key = nextReadKey(key);
  return key;
}
