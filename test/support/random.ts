/**
 * Seeded randomness: every test that draws prints its seed, and PLIMSOLL_SEED repeats a run.
 *
 * @module
 */
import { environment } from "../../src/base/environment.ts";
import { FIELD } from "../../src/protocol/constants.ts";

export class Random {
  private state: number;

  constructor(readonly seed: number) {
    this.state = seed >>> 0;
  }

  /** A generator for the named test. The seed is fixed unless PLIMSOLL_SEED is set, and printed either way. */
  static named(name: string, fallback = 20261120): Random {
    const seed = Number(environment("PLIMSOLL_SEED") ?? fallback);
    console.log(`${name}: seed ${seed}`);
    return new Random(seed ^ [...name].reduce((acc, c) => Math.imul(acc, 31) + c.charCodeAt(0), 7));
  }

  /** Uniform in [0, 2^32): mulberry32. */
  word(): number {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** Whole number in [0, below). */
  below(below: number): number {
    return this.word() % below;
  }

  /** In [0, 2^bits). */
  bits(bits: number): bigint {
    let value = 0n;
    for (let got = 0; got < bits; got += 32) value = (value << 32n) + BigInt(this.word());
    return value & ((1n << BigInt(bits)) - 1n);
  }

  /** In [0, 2^bits), its length uniform too, so that small and large values are both common. */
  anySize(bits: number): bigint {
    return this.bits(1 + this.below(bits));
  }

  field(): bigint {
    return this.bits(320) % FIELD;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  chance(one_in: number): boolean {
    return this.below(one_in) === 0;
  }
}
