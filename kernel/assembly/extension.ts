/**
 * Fq2 = Fq[u] / (u² + 1): c0 at 0, c1 a prime element later. The build puts the emitted sums above this text.
 *
 * Products are put together from few small functions that all share: straight-line code for each formula was faster
 * alone but, at 60 KB in all, more than twice slower in a processor's 32 KB of instruction cache.
 */
import * as base from "./fq";

export const SIZE: usize = 2 * base.SIZE;
export const BYTES: usize = 2 * base.BYTES;
const HALF: usize = base.SIZE;
const NORM: usize = memory.data(36);
const TERM: usize = memory.data(36);
/** Columns of three products, 17 · i64 each, in room for whole vectors. */
const X: usize = memory.data(144, 16);
const Y: usize = memory.data(144, 16);
const Z: usize = memory.data(144, 16);
/** Uncarried sums and differences; reading and writing whole vectors takes 8 bytes more than an element. */
const S: usize = memory.data(80, 16);
const T: usize = memory.data(80, 16);
const D: usize = memory.data(80, 16);

/** r = a0 + a1, not carried: limbs below 2^30. */
@inline function fold(r: usize, a: usize): void {
  for (let i: usize = 0; i < 48; i += 16) v128.store(r + i, i32x4.add(v128.load(a + i), v128.load(a + i, 36)));
}

/** r = b − c, not carried, both components. */
@inline function difference(r: usize, b: usize, c: usize): void {
  for (let i: usize = 0; i < 80; i += 16) v128.store(r + i, i32x4.sub(v128.load(b + i), v128.load(c + i)));
}

/** X, Y, Z = what (x0 + x1·u)(y0 + y1·u) = X − Y + (Z − X − Y)·u takes; then X = X + Y once `real` is stored. */
@inline function products(a: usize, b: usize): void {
  base.wide(X, a, b);
  base.wide(Y, a + HALF, b + HALF);
  fold(S, a);
  fold(T, b);
  base.wide(Z, S, T);
}

@inline function joinColumns(): void {
  for (let i: usize = 0; i < 144; i += 16) v128.store(X + i, i64x2.add(v128.load(X + i), v128.load(Y + i)));
}

export function mul(r: usize, a: usize, b: usize): void {
  products(a, b);
  base.reduce(r, X, Y);
  joinColumns();
  base.reduce(r + HALF, Z, X);
}

/** a·(b − c) */
export function mulDiff(r: usize, a: usize, b: usize, c: usize): void {
  difference(D, b, c);
  mul(r, a, D);
}

/** a·(b + c). Two products of an uncarried sum would be too much for a column: it is carried. */
export function mulSum(r: usize, a: usize, b: usize, c: usize): void {
  add(D, b, c);
  mul(r, a, D);
}

/** (a0 + a1)(a0 − a1) + 2·a0·a1·u */
export function sqr(r: usize, a: usize): void {
  base.mulSumDiff(T, a, a + HALF);
  base.mul(r + HALF, a, a + HALF);
  base.copy(r, T);
  base.add(r + HALF, r + HALF, r + HALF);
}

/** a² − b − c */
export function thirdX(r: usize, a: usize, b: usize, c: usize): void {
  add(D, b, c);
  sqr(S, a);
  sub(r, S, D);
}

/** a·(b − c) − d */
export function mulDiffMinus(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  difference(D, b, c);
  products(a, D);
  base.reduceMinus(r, X, Y, d);
  joinColumns();
  base.reduceMinus(r + HALF, Z, X, d + HALF);
}

/** a·(b − c) + d */
export function mulDiffPlus(r: usize, a: usize, b: usize, c: usize, d: usize): void {
  difference(D, b, c);
  products(a, D);
  for (let i: usize = 0; i < 80; i += 16) v128.store(D + i, i32x4.neg(v128.load(d + i)));
  base.reduceMinus(r, X, Y, D);
  joinColumns();
  base.reduceMinus(r + HALF, Z, X, D + HALF);
}

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
