/**
 * A note: a message from an issuer into an account, all or nothing.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { hash } from "../protocol/hash.ts";
import { NOTE_BLINDING_BITS, NOTE_LEGS, NOTE_SERIAL_BITS, NOTE_WORDS } from "../protocol/constants.ts";
import { checkHolding, packWords, type Holding } from "./holdings.ts";
import { issuerOf } from "../protocol/instrument.ts";
import { aliasOf } from "./keys.ts";

/**
 * What an issuer puts into an account: up to 8 legs, added all together.
 *
 * @example
 * ```ts
 * import { Note, instrumentId, ownerOf } from "plimsoll/toolkit";
 *
 * const legs = [{ instrument: instrumentId(16, 4), size: -25n }];
 * const note = new Note(16, 0n, legs, 1n, 0n);
 * console.log(note.leaf(ownerOf(keys)));
 * ```
 */
export class Note {
  /**
   * Throws an InputError unless there are 1 to 8 legs, all instruments of the issuer, and serial and blinding are in
   * range.
   */
  constructor(
    readonly issuerId: number,
    /** Salt of the recipient's alias: 0 at desks and venues. */
    readonly salt: bigint,
    /** What is added to the account, in the order the issuer wrote it. */
    readonly legs: readonly Holding[],
    /** Set by the issuer, never repeats: below 2^64. */
    readonly serial: bigint,
    /** Hides the legs from those who would guess them: below 2^184; 0 where the legs are public anyway. */
    readonly blinding: bigint,
  ) {
    if (legs.length === 0 || legs.length > NOTE_LEGS)
      throw new InputError("note.legs", `must be 1 to ${NOTE_LEGS}`, legs.length);
    legs.forEach((leg, i) => {
      checkHolding(leg, `note.legs[${i}]`);
      if (issuerOf(leg.instrument) !== issuerId) {
        throw new InputError(`note.legs[${i}].instrument`, `must be of issuer ${issuerId}`, leg.instrument);
      }
    });
    bounded("note.serial", serial, NOTE_SERIAL_BITS);
    bounded("note.blinding", blinding, NOTE_BLINDING_BITS);
  }

  /** serial · 2^184 + blinding: unique because the serial is. */
  get nonce(): bigint {
    return (this.serial << BigInt(NOTE_BLINDING_BITS)) + this.blinding;
  }

  get words(): bigint[] {
    return packWords(this.legs, NOTE_WORDS);
  }

  /** P(NOTE, recipient, word_0, word_1, nonce) with recipient = P(ALIAS, owner, issuerId, salt). */
  leaf(owner: bigint): bigint {
    return noteLeaf(aliasOf(owner, this.issuerId, this.salt), this);
  }
}

/**
 * Leaf of a note as its issuer makes it, who knows the recipient's alias and not the owner.
 *
 * @example
 * ```ts
 * import { Note, instrumentId, noteLeaf } from "plimsoll/toolkit";
 *
 * const note = new Note(16, 0n, [{ instrument: instrumentId(16, 4), size: -25n }], 1n, 0n);
 * const leaf = noteLeaf(alias, note);
 * ```
 */
export const noteLeaf = (recipient: bigint, note: Pick<Note, "words" | "nonce">): bigint =>
  hash("NOTE", recipient, ...note.words, note.nonce);

/**
 * P(NULLIFIER, owner, leaf): a function of the leaf alone, never of its place in a tree.
 *
 * @example
 * ```ts
 * import { noteNullifier, ownerOf } from "plimsoll/toolkit";
 *
 * const owner = ownerOf(keys);
 * const spent = notes.map(({ note }) => noteNullifier(owner, note.leaf(owner)));
 * ```
 */
export const noteNullifier = (owner: bigint, leaf: bigint): bigint => hash("NULLIFIER", owner, leaf);

/**
 * P(DUMMY, proveKey, owner, oldCommitment, place): what an unused place of a receipt holds; nobody else can make it.
 *
 * @param oldCommitment of the account received into; 0 when it opens
 * @param place in the receipt, from 0
 *
 * @example
 * ```ts
 * import { dummyNullifier } from "plimsoll/toolkit";
 *
 * const unused = dummyNullifier(keys.proveKey, account.owner, account.commitment, 3);
 * ```
 */
export const dummyNullifier = (proveKey: bigint, owner: bigint, oldCommitment: bigint, place: number): bigint =>
  hash("DUMMY", proveKey, owner, oldCommitment, BigInt(place));

function bounded(path: string, value: bigint, bits: number): void {
  if (value < 0n || value >= 1n << BigInt(bits)) throw new InputError(path, `must be from 0 to 2^${bits} − 1`);
}
