/**
 * Points of a curve y² = x³ + b over "./field": affine as (x, y), infinity as (0, 0), which is on no curve used here;
 * Jacobian as (X, Y, Z) for x = X/Z², y = Y/Z³, infinity as Z = 0. Formulas: Bernstein and Lange, Explicit-Formulas
 * Database, shortw/jacobian-0, dbl-2009-l and add-2007-bl.
 */
import * as F from "./field";

export const AFFINE: usize = 2 * F.SIZE;
export const JACOBIAN: usize = 3 * F.SIZE;

const A: usize = memory.data(72);
const B: usize = memory.data(72);
const C: usize = memory.data(72);
const D: usize = memory.data(72);
const E: usize = memory.data(72);
const G: usize = memory.data(72);
const H: usize = memory.data(72);
const I: usize = memory.data(72);
const LIFTED: usize = memory.data(216);

@inline export function isInfinity(p: usize): bool {
  return load<u64>(p) == 0 && F.isClear(p) && F.isClear(p + F.SIZE);
}

/** r = ±a, both affine; a sign of 1 negates. */
export function copySigned(r: usize, a: usize, sign: u8): void {
  memory.copy(r, a, AFFINE);
  if (sign) F.neg(r + F.SIZE, r + F.SIZE);
}

@inline export function clear(p: usize): void {
  memory.fill(p, 0, JACOBIAN);
}

/** Jacobian from affine. */
export function lift(r: usize, a: usize): void {
  if (isInfinity(a)) return clear(r);
  memory.copy(r, a, AFFINE);
  F.one(r + AFFINE);
}

/** p = 2p, Jacobian. Infinity stays: Z3 = 2·Y·0. */
export function double(p: usize): void {
  const x = p, y = p + F.SIZE, z = p + AFFINE;
  F.mul(z, y, z);
  F.add(z, z, z);
  F.sqr(A, x);
  F.sqr(B, y);
  F.sqr(C, B);
  F.add(D, x, B);
  F.sqr(D, D);
  F.sub(D, D, A);
  F.sub(D, D, C);
  F.add(D, D, D);
  F.add(E, A, A);
  F.add(E, E, A);
  F.sqr(x, E);
  F.sub(x, x, D);
  F.sub(x, x, D);
  F.mulDiff(y, E, D, x);
  F.add(C, C, C);
  F.add(C, C, C);
  F.add(C, C, C);
  F.sub(y, y, C);
}

/** p += q, Jacobian, every case; q may be p. */
export function add(p: usize, q: usize): void {
  const z1 = p + AFFINE, z2 = q + AFFINE;
  if (F.isZero(z2)) return;
  if (F.isZero(z1)) {
    memory.copy(p, q, JACOBIAN);
    return;
  }
  F.sqr(A, z1);
  F.sqr(B, z2);
  F.mul(C, p, B); // U1
  F.mul(D, q, A); // U2
  F.mul(E, p + F.SIZE, z2);
  F.mul(E, E, B); // S1
  F.mul(G, q + F.SIZE, z1);
  F.mul(G, G, A); // S2
  F.sub(H, D, C);
  F.sub(G, G, E);
  if (F.isZero(H)) {
    if (F.isZero(G)) double(p);
    else clear(p);
    return;
  }
  F.add(G, G, G); // r
  F.add(I, H, H);
  F.sqr(I, I);
  F.mul(C, C, I); // V
  F.mul(I, H, I); // J
  F.add(D, z1, z2);
  F.sqr(D, D);
  F.sub(D, D, A);
  F.sub(D, D, B);
  F.mul(z1, D, H);
  F.sqr(p, G);
  F.sub(p, p, I);
  F.sub(p, p, C);
  F.sub(p, p, C);
  F.mul(E, E, I);
  F.add(E, E, E);
  F.mulDiff(D, G, C, p);
  F.sub(p + F.SIZE, D, E);
}

/** p += a, p Jacobian, a affine. */
export function addAffine(p: usize, a: usize): void {
  lift(LIFTED, a);
  add(p, LIFTED);
}

/** Affine from Jacobian. */
export function lower(r: usize, p: usize): void {
  if (F.isZero(p + AFFINE)) {
    memory.fill(r, 0, AFFINE);
    return;
  }
  F.inverse(A, p + AFFINE);
  F.sqr(B, A);
  F.mul(C, p + F.SIZE, A);
  F.mul(r, p, B);
  F.mul(r + F.SIZE, C, B);
}

/** Affine points from a key's bytes; returns how many of `n` are not infinity and puts these at r, their places at index. */
export function decode(r: usize, index: usize, bytes: usize, n: usize, first: u32): usize {
  let kept: usize = 0;
  for (let i: usize = 0; i < n; i++, bytes += 2 * F.BYTES) {
    let any: u64 = 0;
    for (let k: usize = 0; k < 2 * F.BYTES; k += 8) any |= load<u64>(bytes + k);
    if (any == 0) continue;
    F.fromKey(r, bytes);
    F.fromKey(r + F.SIZE, bytes + F.BYTES);
    store<u32>(index + 4 * kept, first + <u32>i);
    r += AFFINE;
    kept++;
  }
  return kept;
}

/** Bytes of an affine point's coordinates as whole numbers; (0, 0) for infinity. */
export function encode(bytes: usize, a: usize): void {
  F.toInteger(bytes, a);
  F.toInteger(bytes + F.BYTES, a + F.SIZE);
}
