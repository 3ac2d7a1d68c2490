/**
 * What Fq2 = Fq[u] / (u² + 1) needs beside its arithmetic: c0 at 0, c1 a prime element later. The build puts the emitted
 * functions above this text.
 */
import * as base from "./fq";

export const SIZE: usize = 2 * base.SIZE;
export const BYTES: usize = 2 * base.BYTES;
const HALF: usize = base.SIZE;
const NORM: usize = memory.data(36);
const TERM: usize = memory.data(36);

@inline export function copy(r: usize, a: usize): void {
  memory.copy(r, a, SIZE);
}

@inline export function zero(r: usize): void {
  memory.fill(r, 0, SIZE);
}

export function one(r: usize): void {
  base.one(r);
  base.zero(r + HALF);
}

@inline export function isClear(a: usize): bool {
  return base.isClear(a) && base.isClear(a + HALF);
}

export function isZero(a: usize): bool {
  return base.isZero(a) && base.isZero(a + HALF);
}

export function fromInteger(r: usize, bytes: usize): void {
  base.fromInteger(r, bytes);
  base.fromInteger(r + HALF, bytes + base.BYTES);
}

export function fromKey(r: usize, bytes: usize): void {
  base.fromKey(r, bytes);
  base.fromKey(r + HALF, bytes + base.BYTES);
}

export function toInteger(bytes: usize, a: usize): void {
  base.toInteger(bytes, a);
  base.toInteger(bytes + base.BYTES, a + HALF);
}

/** (c0 − c1·u) / (c0² + c1²). */
export function inverse(r: usize, a: usize): void {
  base.sqr(NORM, a);
  base.sqr(TERM, a + HALF);
  base.add(NORM, NORM, TERM);
  base.inverse(NORM, NORM);
  base.mul(r, a, NORM);
  base.mul(r + HALF, a + HALF, NORM);
  base.neg(r + HALF, r + HALF);
}
