/**
 * An exit: collateral that left an account for an address, to be paid by the vault that holds it.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { hash } from "../protocol/hash.ts";
import { LOTS_BITS, RECIPIENT_BITS } from "../protocol/constants.ts";

/**
 * What leaves an account, and its leaf in the exits tree. `spendStatement` makes it; a vault pays it once.
 *
 * @example
 * ```ts
 * import { Exit } from "plimsoll/toolkit";
 *
 * const exit = new Exit(0x010001, 100n, 0x70997970c51812dc3a010c7d01b50e0d17dc79c8n, 42n);
 * console.log(exit.leaf, exit.spent);
 * ```
 */
export class Exit {
  /** Throws an InputError unless 0 < lots < 2^38 and the recipient is a 160-bit address other than 0. */
  constructor(
    readonly instrument: number,
    readonly lots: bigint,
    /** Address as a number. */
    readonly recipient: bigint,
    /** P(SALT, readKey) of the version that spent; secret until paid. */
    readonly salt: bigint,
  ) {
    if (lots <= 0n || lots >> BigInt(LOTS_BITS) !== 0n)
      throw new InputError("exit.lots", `must be from 1 to 2^${LOTS_BITS} − 1`, lots);
    if (recipient <= 0n || recipient >> BigInt(RECIPIENT_BITS) !== 0n) {
      throw new InputError("exit.recipient", "must be an address other than 0", `0x${recipient.toString(16)}`);
    }
  }

  /** P(EXIT, instrument, lots, recipient, salt): what the registry keeps. */
  get leaf(): bigint {
    return hash("EXIT", BigInt(this.instrument), this.lots, this.recipient, this.salt);
  }

  /** P(EXIT_SPENT, leaf, salt): paid once. */
  get spent(): bigint {
    return exitSpent(this.leaf, this.salt);
  }
}

/** P(SALT, readKey) of the new version. */
export const exitSalt = (newReadKey: bigint): bigint => hash("SALT", newReadKey);

/** P(EXIT_SPENT, leaf, salt): what the vault notes of an exit, whose recipient it takes to know the leaf. */
export const exitSpent = (leaf: bigint, salt: bigint): bigint => hash("EXIT_SPENT", leaf, salt);
