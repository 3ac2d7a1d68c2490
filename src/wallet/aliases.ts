/**
 * The owner's names among those that an issuer gave notes to: found by keys alone, so that nothing about deposits has to
 * be stored.
 *
 * @module
 */
import { aliasOf, depositSalt, ownerOf, type ProveKeys } from "../account/keys.ts";

/** How many deposits in a row may be missing (made, say, and never confirmed) before the search ends. */
const GAP = 20;

export interface OwnAliases {
  /** Salt by alias: 0 for the one of desks and venues, the deposits' own salts at vaults. */
  readonly salts: ReadonlyMap<bigint, bigint>;
  /** The first counter whose alias nobody gave a note to: that of the next deposit. */
  readonly nextCounter: number;
}

/** What of `recipients`, the aliases that an issuer's notes name, is this owner's. */
export function ownAliases(keys: ProveKeys, issuerId: number, recipients: ReadonlySet<bigint>): OwnAliases {
  const owner = ownerOf(keys);
  const salts = new Map([[aliasOf(owner, issuerId), 0n]]);
  let nextCounter: number | undefined;
  for (let counter = 0, missing = 0; missing < GAP; counter++) {
    const salt = depositSalt(keys.proveKey, issuerId, counter);
    const alias = aliasOf(owner, issuerId, salt);
    if (recipients.has(alias)) {
      salts.set(alias, salt);
      missing = 0;
    } else {
      nextCounter ??= counter;
      missing++;
    }
  }
  return { salts, nextCounter: nextCounter! };
}
