/**
 * Public signals by name. A proof carries them as one list of field elements; this file alone turns names into places.
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import { FIELD, TIERS, publicSignals, type CircuitName, type TierName } from "./constants.ts";

/** What each circuit says in public. Field elements, 0 ≤ v < r; lists have the lengths that the tier gives them. */
export interface Signals {
  readonly receive: {
    /** Account before (0: it opens) and after. */
    readonly oldCommitment: bigint;
    readonly newCommitment: bigint;
    /** Root over every issuer's notes. */
    readonly notesRoot: bigint;
    /** Spent by opening; 0 otherwise. */
    readonly openingNullifier: bigint;
    /** One per note place; an unused place spends a dummy. */
    readonly nullifiers: readonly bigint[];
    /** Owner and words, encrypted to the new version's read key. */
    readonly cipher: readonly bigint[];
    readonly context: bigint;
  };
  readonly spend: {
    readonly oldCommitment: bigint;
    readonly newCommitment: bigint;
    readonly tableRoot: bigint;
    /** What a vault will pay; 0 unless collateral leaves. */
    readonly exitLeaf: bigint;
    /** Coverage, and whether the move is right on any table, see claim.ts. */
    readonly claim: bigint;
    readonly cipher: readonly bigint[];
    readonly context: bigint;
  };
  readonly solvency: {
    readonly accountsRoot: bigint;
    readonly tableRoot: bigint;
    /** The owner's name at the claim's issuer. */
    readonly alias: bigint;
    /** Coverage, report, key used, issuer, salt and two disclosed holdings, see claim.ts. */
    readonly claim: bigint;
    /** Hash of the committee's keys. */
    readonly committee: bigint;
    /** What the committee may open. */
    readonly ciphertext: readonly bigint[];
    readonly context: bigint;
  };
  readonly exit: {
    readonly exitsRoot: bigint;
    /** Nullifier of the exit leaf. */
    readonly spent: bigint;
    readonly instrument: bigint;
    readonly lots: bigint;
    readonly recipient: bigint;
    readonly context: bigint;
  };
}

type Named = Readonly<Record<string, bigint | readonly bigint[]>>;

/**
 * Named signals in the order of the proof.
 *
 * @throws ProofError naming a signal that is missing, unknown, of the wrong length or not below r
 */
export function encodeSignals<C extends CircuitName>(circuit: C, tier: TierName, named: Signals[C]): bigint[] {
  const order = publicSignals(circuit, TIERS[tier]);
  const values = named as unknown as Named;
  const unknown = Object.keys(values).find((name) => !order.some(([known]) => known === name));
  if (unknown !== undefined) throw new ProofError(`publicSignals.${unknown}`, `is no public signal of ${circuit}`);
  return order.flatMap(([name, length]) => {
    const path = `publicSignals.${name}`;
    const value = values[name];
    const list = length === 1 ? [value] : value;
    if (!Array.isArray(list) || list.length !== length) {
      throw new ProofError(
        path,
        `must be a list of ${length}, got ${Array.isArray(list) ? list.length : typeof value}`,
      );
    }
    return list.map((item: unknown, i) => fieldElement(item, length === 1 ? path : `${path}[${i}]`));
  });
}

/**
 * The list of a proof, by name: the inverse of {@link encodeSignals}.
 *
 * @throws ProofError when the list has another length or an element is not below r
 */
export function decodeSignals<C extends CircuitName>(circuit: C, tier: TierName, list: readonly bigint[]): Signals[C] {
  const order = publicSignals(circuit, TIERS[tier]);
  const total = order.reduce((sum, [, length]) => sum + length, 0);
  if (list.length !== total) {
    throw new ProofError("publicSignals", `${circuit} ${tier} has ${total} public signals, got ${list.length}`);
  }
  let next = 0;
  const named = order.map(([name, length]) => {
    const values = list
      .slice(next, (next += length))
      .map((value, i) => fieldElement(value, `publicSignals.${name}${length === 1 ? "" : `[${i}]`}`));
    return [name, length === 1 ? values[0] : values];
  });
  return Object.fromEntries(named) as Signals[C];
}

/** A value ≥ r stands for the same element as value − r: one statement must not have two spellings. */
function fieldElement(value: unknown, path: string): bigint {
  if (typeof value !== "bigint") throw new ProofError(path, `must be a field element, got ${typeof value}`);
  if (value < 0n || value >= FIELD)
    throw new ProofError(path, `must be at least 0 and below the field's order, got ${value}`);
  return value;
}
