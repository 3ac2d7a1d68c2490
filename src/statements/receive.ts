/**
 * "oldCommitment becomes newCommitment by receiving these notes", or opens.
 *
 * @module
 */
import { Account, openingNullifier } from "../account/account.ts";
import { padHoldings, sumHoldings, type Holding } from "../account/holdings.ts";
import { ownerOf, type ProveKeys } from "../account/keys.ts";
import { dummyNullifier, noteNullifier, type Note } from "../account/note.ts";
import type { TreePath } from "../account/trees.ts";
import { InputError } from "../base/errors.ts";
import { ISSUER_DEPTH, NOTE_LEGS, TIERS, type TierName } from "../protocol/constants.ts";
import type { Statement } from "./statement.ts";

/** A note with its path in its issuer's tree and that tree's path under the notes root. */
export interface ReceivableNote {
  readonly note: Note;
  readonly path: TreePath;
  readonly issuerSiblings: readonly bigint[];
}

export interface ReceiveRequest {
  readonly keys: ProveKeys;
  /** The state to add to, or the tier of an account that opens. */
  readonly from: Account | TierName;
  /** At most as many as the tier receives; none opens an empty account. */
  readonly notes: readonly ReceivableNote[];
  readonly notesRoot: bigint;
  readonly context: bigint;
}

/**
 * The statement and the account it leads to. Throws an InputError when the keys aren't the account's, notes are too
 * many or the result doesn't fit the account.
 *
 * @example
 * ```ts
 * import { proofRequest, receiveStatement } from "plimsoll/toolkit";
 *
 * const { statement, account: next } = receiveStatement({ keys, from: account, notes, notesRoot, context });
 * const proof = await prover.prove(proofRequest(statement));
 * console.log(next.holdings, proof.signals.newCommitment);
 * ```
 */
export function receiveStatement(request: ReceiveRequest): { statement: Statement<"receive">; account: Account } {
  const { keys, from, notes, notesRoot, context } = request;
  const old = typeof from === "string" ? undefined : from;
  const tierName = typeof from === "string" ? from : from.tier;
  const tier = TIERS[tierName];
  const owner = ownerOf(keys);
  if (old !== undefined && old.owner !== owner) throw new InputError("keys", "must be the account owner's");
  if (notes.length > tier.notes)
    throw new InputError("notes", `must be at most ${tier.notes} in one receipt`, notes.length);

  const held = old?.holdings ?? [];
  const items = [...held, ...notes.flatMap(({ note }) => note.legs)];
  const holdings = sumHoldings(items);
  const account = old === undefined ? Account.open(tierName, keys, holdings) : old.next(holdings);
  const oldCommitment = old?.commitment ?? 0n;
  const places = Array.from({ length: tier.notes }, (_, place) => notes[place]);
  const nullifiers = places.map((received, place) =>
    received === undefined
      ? dummyNullifier(keys.proveKey, owner, oldCommitment, place)
      : noteNullifier(owner, received.note.leaf(owner)),
  );
  const legs = places.map((received) => padHoldings(received?.note.legs ?? [], NOTE_LEGS));
  const zeros = (length: number): bigint[] => Array<bigint>(length).fill(0n);

  return {
    account,
    statement: {
      circuit: "receive",
      tier: tierName,
      signals: {
        oldCommitment,
        newCommitment: account.commitment,
        notesRoot,
        openingNullifier: old === undefined ? openingNullifier(owner) : 0n,
        nullifiers,
        cipher: account.cipher,
        context,
      },
      inputs: {
        spendLock: keys.spendLock,
        proveKey: keys.proveKey,
        version: BigInt(old?.version ?? 0),
        readKey: old?.readKey ?? 0n,
        ...listed("oldInstruments", "oldSizes", padHoldings(held, tier.holdings)),
        ...listed("instruments", "sizes", padHoldings(holdings, tier.holdings)),
        spares: vanishing(items, holdings, NOTE_LEGS),
        noteUsed: places.map((received) => (received === undefined ? 0n : 1n)),
        noteIssuer: places.map((received) => BigInt(received?.note.issuerId ?? 0)),
        noteSalt: places.map((received) => received?.note.salt ?? 0n),
        noteNonce: places.map((received) => received?.note.nonce ?? 0n),
        noteInstruments: legs.map((place) => place.map(({ instrument }) => BigInt(instrument))),
        noteSizes: legs.map((place) => place.map(({ size }) => size)),
        noteDepth: places.map((received) => BigInt(received?.path.depth ?? 0)),
        noteIndex: places.map((received) => received?.path.index ?? 0n),
        noteSiblings: places.map((received) => received?.path.siblings ?? zeros(tier.depth)),
        noteIssuerSiblings: places.map((received) => received?.issuerSiblings ?? zeros(ISSUER_DEPTH)),
      },
    },
  };
}

/** Instruments that cancel out, padded to `spares`. Throws an InputError when there are more. */
export function vanishing(items: readonly Holding[], left: readonly Holding[], spares: number): bigint[] {
  const gone = [...new Set(items.map(({ instrument }) => instrument))].filter(
    (instrument) => !left.some((holding) => holding.instrument === instrument),
  );
  if (gone.length > spares)
    throw new InputError("notes", `may close at most ${spares} holdings at once; receive fewer`, gone.length);
  return Array.from({ length: spares }, (_, i) => BigInt(gone[i] ?? 0));
}

/** Holdings as two inputs. */
export const listed = (instruments: string, sizes: string, holdings: readonly Holding[]): Record<string, bigint[]> => ({
  [instruments]: holdings.map(({ instrument }) => BigInt(instrument)),
  [sizes]: holdings.map(({ size }) => size),
});
