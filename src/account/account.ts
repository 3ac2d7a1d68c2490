/**
 * An account at one version: its commitment, and the cipher that leaves its contents on chain for its readers.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import { InputError } from "../base/errors.ts";
import { hash, hashList } from "../protocol/hash.ts";
import { FIELD, TIERS, accountWords, type TierName } from "../protocol/constants.ts";
import { checkHoldings, packWords, unpackWords, type Holding } from "./holdings.ts";
import { nextReadKey, ownerOf, type ProveKeys } from "./keys.ts";

/**
 * An account at one version, in the clear: who may see it is who has its read key.
 *
 * @example
 * ```ts
 * import { Account, randomSpendKey, spendKeys } from "plimsoll/toolkit";
 *
 * const opened = Account.open("M", spendKeys(randomSpendKey()));
 * const funded = opened.next([{ instrument: 0x010001, size: 250n }]);
 * const published = { commitment: funded.commitment, cipher: funded.cipher };
 * console.log(Account.decrypt("M", published, funded.readKey, 1).holdings);
 * ```
 */
export class Account {
  /** Throws an InputError when the holdings don't fit the tier, see `checkHoldings`. */
  constructor(
    readonly tier: TierName,
    readonly owner: bigint,
    /** 0 when it opens, one more with each change. */
    readonly version: number,
    /** Read key of this version; secret. */
    readonly readKey: bigint,
    /** Ascending by instrument, each once. */
    readonly holdings: readonly Holding[],
  ) {
    checkHoldings(holdings, TIERS[tier]);
  }

  /** The first version of an account. */
  static open(tier: TierName, keys: ProveKeys, holdings: readonly Holding[] = []): Account {
    return new Account(tier, ownerOf(keys), 0, nextReadKey(keys.proveKey), holdings);
  }

  /** The next version, with other holdings. */
  next(holdings: readonly Holding[]): Account {
    return new Account(this.tier, this.owner, this.version + 1, nextReadKey(this.readKey), holdings);
  }

  get words(): bigint[] {
    return packWords(this.holdings, accountWords(TIERS[this.tier]));
  }

  /** P(ACCOUNT, H, owner, version, P(BLIND, readKey), word_0, …): what the registry keeps. */
  get commitment(): bigint {
    const blind = hash("BLIND", this.readKey);
    return hashList("ACCOUNT", [
      BigInt(TIERS[this.tier].holdings),
      this.owner,
      BigInt(this.version),
      blind,
      ...this.words,
    ]);
  }

  /** Owner and words, each plus P(CIPHER, readKey, commitment, j). */
  get cipher(): bigint[] {
    const { commitment } = this;
    return [this.owner, ...this.words].map((plain, j) => mod(plain + pad(this.readKey, commitment, j), FIELD));
  }

  /**
   * Reads a version from what its change published. Throws an InputError unless cipher, read key and version give the
   * commitment, so a wrong key can't pass for another account.
   */
  static decrypt(
    tier: TierName,
    published: { readonly commitment: bigint; readonly cipher: readonly bigint[] },
    readKey: bigint,
    version: number,
  ): Account {
    const { commitment, cipher } = published;
    if (cipher.length !== 1 + accountWords(TIERS[tier])) {
      throw new InputError(
        "cipher",
        `must have ${1 + accountWords(TIERS[tier])} elements for tier ${tier}`,
        cipher.length,
      );
    }
    const [owner, ...words] = cipher.map((element, j) => mod(element - pad(readKey, commitment, j), FIELD));
    let account: Account;
    try {
      account = new Account(tier, owner!, version, readKey, unpackWords(words));
    } catch (cause) {
      throw new InputError("cipher", "is not of this read key", undefined, { cause });
    }
    if (account.commitment !== commitment)
      throw new InputError("cipher", "is not of this read key and version", version);
    return account;
  }
}

/**
 * P(NULLIFIER, owner, 0): spent by opening, so that one owner has one account.
 *
 * @example
 * ```ts
 * import { openingNullifier, ownerOf } from "plimsoll/toolkit";
 *
 * const spent = openingNullifier(ownerOf(keys));
 * ```
 */
export const openingNullifier = (owner: bigint): bigint => hash("NULLIFIER", owner, 0n);

const pad = (readKey: bigint, commitment: bigint, j: number): bigint => hash("CIPHER", readKey, commitment, BigInt(j));
