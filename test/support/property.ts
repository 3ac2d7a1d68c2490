/**
 * Properties of arbitrary values, checked by fast-check. The seed is fixed unless PLIMSOLL_SEED is set and printed either
 * way; what fails is made as small as it can be and printed with the path that leads to it.
 *
 * @module
 */
import fc, { type Arbitrary } from "fast-check";
import { environment } from "../../src/base/environment.ts";

/** Seed of the named property. */
function seedOf(name: string, fallback = 20261120): number {
  const seed = Number(environment("PLIMSOLL_SEED") ?? fallback);
  console.log(`${name}: seed ${seed}`);
  return seed ^ [...name].reduce((acc, c) => Math.imul(acc, 31) + c.charCodeAt(0), 7);
}

/** Throws unless `check` returns for `runs` values. */
export function holds<T>(name: string, runs: number, values: Arbitrary<T>, check: (value: T) => void): void {
  fc.assert(
    fc.property(values, (value) => void check(value)),
    { seed: seedOf(name), numRuns: runs },
  );
}

/** In [0, 2^bits), its length uniform, so that small and large values are both common. */
export const anySize = (bits: number): Arbitrary<bigint> =>
  fc
    .tuple(fc.integer({ min: 1, max: bits }), fc.bigInt({ min: 0n, max: (1n << BigInt(bits)) - 1n }))
    .map(([length, value]) => value & ((1n << BigInt(length)) - 1n));

/** Either side of 0, |.| < 2^bits. */
export const signed = (bits: number): Arbitrary<bigint> =>
  fc.tuple(fc.boolean(), anySize(bits)).map(([negative, value]) => (negative ? -value : value));

/** True once in so many. */
export const chance = (oneIn: number): Arbitrary<boolean> => fc.integer({ min: 0, max: oneIn - 1 }).map((n) => n === 0);

/** In [0, 1). */
export const unit: Arbitrary<number> = fc.integer({ min: 0, max: 2 ** 32 - 1 }).map((word) => word / 2 ** 32);

/** About normal, the sum of four bytes: mean 0, variance 1, |.| < 3.5. */
export const normal: Arbitrary<number> = fc
  .integer({ min: 0, max: 2 ** 32 - 1 })
  .map(
    (word) =>
      ([0, 8, 16, 24].reduce((sum, at) => sum + ((word >>> at) & 255), 0) - 510) / Math.sqrt((4 * (256 ** 2 - 1)) / 12),
  );

/** A list of exactly so many. */
export const list = <T>(item: Arbitrary<T>, length: number): Arbitrary<T[]> =>
  fc.array(item, { minLength: length, maxLength: length });
