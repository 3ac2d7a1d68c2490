/**
 * Holdings: what an account holds, each instrument once, ascending; and their packing into words, which notes share.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { HOLDINGS_PER_WORD, INSTRUMENT_BITS, LOTS_BITS, SIZE_BITS, type Tier } from "../protocol/constants.ts";

/** `size` is signed whole lots, |size| < 2^38, not 0. */
export interface Holding {
  readonly instrument: number;
  readonly size: bigint;
}

const EMPTY_HOLDING: Holding = { instrument: 0, size: 0n };

const HOLDING_BITS = BigInt(INSTRUMENT_BITS + SIZE_BITS);
const LIMIT = 1n << BigInt(LOTS_BITS);

/** Throws an InputError unless the holding is a real one, naming `path`. */
export function checkHolding({ instrument, size }: Holding, path: string): void {
  if (!Number.isInteger(instrument) || instrument <= 0 || instrument >= 2 ** INSTRUMENT_BITS) {
    throw new InputError(`${path}.instrument`, `must be a whole number from 1 to 2^${INSTRUMENT_BITS} − 1`, instrument);
  }
  if (size === 0n) throw new InputError(`${path}.size`, "must not be 0: an account has no empty holdings");
  if (size <= -LIMIT || size >= LIMIT)
    throw new InputError(`${path}.size`, `must be below 2^${LOTS_BITS} lots either side`, size);
}

/** Throws an InputError unless the holdings are real, ascend by instrument, each once, and fit the tier. */
export function checkHoldings(holdings: readonly Holding[], tier: Tier, path = "holdings"): void {
  if (holdings.length > tier.holdings)
    throw new InputError(path, `must be at most ${tier.holdings} for this tier`, holdings.length);
  holdings.forEach((holding, i) => {
    checkHolding(holding, `${path}[${i}]`);
    if (i > 0 && holding.instrument <= holdings[i - 1]!.instrument) {
      throw new InputError(`${path}[${i}].instrument`, "must ascend, each instrument once", holding.instrument);
    }
  });
}

/** Adds up any list by instrument; what cancels out is gone. The result ascends. */
export function sumHoldings(items: readonly Holding[]): Holding[] {
  const sizes = new Map<number, bigint>();
  for (const { instrument, size } of items) sizes.set(instrument, (sizes.get(instrument) ?? 0n) + size);
  return [...sizes]
    .filter(([, size]) => size !== 0n)
    .map(([instrument, size]) => ({ instrument, size }))
    .sort((a, b) => a.instrument - b.instrument);
}

/** Size held of an instrument, or 0. */
export const sizeOf = (holdings: readonly Holding[], instrument: number): bigint =>
  holdings.find((holding) => holding.instrument === instrument)?.size ?? 0n;

/** The list with empty holdings up to a length. */
export const padHoldings = (holdings: readonly Holding[], length: number): Holding[] =>
  Array.from({ length }, (_, i) => holdings[i] ?? EMPTY_HOLDING);

/** Words of 252 bits: Σ (instrument + (size + 2^38) · 2^24) · 2^(63 j) over four holdings, padded with empty ones. */
export function packWords(holdings: readonly Holding[], words: number): bigint[] {
  const padded = padHoldings(holdings, words * HOLDINGS_PER_WORD);
  return Array.from({ length: words }, (_, w) =>
    padded.slice(w * HOLDINGS_PER_WORD, (w + 1) * HOLDINGS_PER_WORD).reduce((word, { instrument, size }, j) => {
      const packed = BigInt(instrument) + ((size + LIMIT) << BigInt(INSTRUMENT_BITS));
      return word + (packed << (HOLDING_BITS * BigInt(j)));
    }, 0n),
  );
}

/** The inverse of {@link packWords}, without the empty holdings. Throws an InputError for a word no holdings pack to. */
export function unpackWords(words: readonly bigint[], path = "words"): Holding[] {
  return words.flatMap((word, w) => {
    if (word < 0n || word >> (HOLDING_BITS * BigInt(HOLDINGS_PER_WORD)) !== 0n) {
      throw new InputError(`${path}[${w}]`, "must be below 2^252");
    }
    return Array.from({ length: HOLDINGS_PER_WORD }, (_, j) => {
      const packed = (word >> (HOLDING_BITS * BigInt(j))) & ((1n << HOLDING_BITS) - 1n);
      const instrument = Number(packed & ((1n << BigInt(INSTRUMENT_BITS)) - 1n));
      return { instrument, size: (packed >> BigInt(INSTRUMENT_BITS)) - LIMIT };
    }).filter((holding, j) => {
      if ((holding.instrument === 0) !== (holding.size === 0n)) {
        throw new InputError(`${path}[${w}] holding ${j}`, "must have both an instrument and a size, or neither");
      }
      return holding.instrument !== 0;
    });
  });
}
