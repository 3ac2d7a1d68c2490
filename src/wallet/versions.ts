/**
 * An account's versions from what its changes published, and what left the account between two of them.
 *
 * @module
 */
import { Account } from "../account/account.ts";
import { sizeOf } from "../account/holdings.ts";
import { nextReadKey, ownerOf, type ProveKeys } from "../account/keys.ts";
import { InputError } from "../base/errors.ts";
import type { TierName } from "../protocol/constants.ts";

/** What a change publishes. */
export interface Published {
  readonly commitment: bigint;
  readonly cipher: readonly bigint[];
}

/**
 * Every version, each checked against its commitment.
 *
 * @param published from version 0 on
 * @param known versions that were opened before, so that they aren't again
 * @param refused the error to throw for a version that these keys don't open
 */
export function openPublished(
  tier: TierName,
  published: readonly Published[],
  keys: ProveKeys,
  refused: (version: number, cause: unknown) => Error,
  known: readonly Account[] = [],
): Account[] {
  const owner = ownerOf(keys);
  const versions = [...known];
  let readKey = nextReadKey(known.at(-1)?.readKey ?? keys.proveKey);
  for (let version = known.length; version < published.length; version++) {
    let account: Account;
    try {
      account = Account.decrypt(tier, published[version]!, readKey, version);
    } catch (cause) {
      throw cause instanceof InputError ? refused(version, cause) : cause;
    }
    if (account.owner !== owner) throw refused(version, undefined);
    versions.push(account);
    readKey = nextReadKey(readKey);
  }
  return versions;
}

/** Holdings of which there is less after a change than before it, and how many lots less. */
export const leftBetween = (
  before: Account,
  after: Account,
): { readonly instrument: number; readonly lots: bigint }[] =>
  before.holdings
    .map(({ instrument, size }) => ({ instrument, lots: size - sizeOf(after.holdings, instrument) }))
    .filter(({ lots }) => lots > 0n);
