/**
 * What a ledger stores: no more than its trees and sets follow from, so that nothing in it can disagree.
 *
 * @module
 */
import type { Holding } from "../account/holdings.ts";
import type { TierName } from "../protocol/constants.ts";

/** A risk table as the ledger knows it. */
export interface PublishedTable {
  /** Root of its tree for the ledger's tiers. */
  readonly root: bigint;
  readonly epoch: number;
  /** Unix seconds until which it is good for spending. */
  readonly notAfter: number;
}

/** A note as its issuer knows it: the recipient by alias alone. */
export interface IssuedNote {
  readonly issuerId: number;
  readonly recipient: bigint;
  readonly legs: readonly Holding[];
  readonly serial: bigint;
  readonly blinding: bigint;
  /** P(NOTE, recipient, legs, serial, blinding) */
  readonly leaf: bigint;
}

/** What a receipt or a spending publishes. The first of a slot opens it. */
export interface Change {
  /** Position in the accounts tree. */
  readonly slot: number;
  readonly tier: TierName;
  readonly commitment: bigint;
  /** Owner and words, encrypted to the version's read key. */
  readonly cipher: readonly bigint[];
  /** Unix seconds. */
  readonly time: number;
}

/** An exit that was paid. */
export interface Payment {
  readonly spent: bigint;
  readonly instrument: number;
  readonly lots: bigint;
  /** Address as a number. */
  readonly recipient: bigint;
}

export interface LedgerState {
  readonly address: string;
  readonly depth: number;
  /** Ascending by epoch, as are all lists in the order of events. */
  readonly tables: readonly PublishedTable[];
  readonly notes: readonly IssuedNote[];
  readonly changes: readonly Change[];
  /** Leaves. */
  readonly exits: readonly bigint[];
  readonly payments: readonly Payment[];
  /** Of notes, dummies among them. */
  readonly nullifiers: readonly bigint[];
  /** Of owners; one for each slot. */
  readonly openings: readonly bigint[];
}

/** Who submits a proof, what its context said of the time, and the time now. Times are Unix seconds. */
export interface Submission {
  readonly account: string;
  readonly deadline: bigint;
  readonly now: bigint;
}
