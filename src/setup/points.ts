/**
 * Points of a zkey, where coordinates are little-endian and in Montgomery form, as whole numbers.
 *
 * @module
 */
import { FIELD_BYTES } from "./bn254.ts";

/** Order of bn254's base field, which coordinates are in. */
export const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** 2^-256: a Montgomery form times this is the number. */
const MONTGOMERY_INVERSE = power(2n ** 256n % BASE_FIELD, BASE_FIELD - 2n);

/** Coordinates from `bytes`, two to a point of G1 and four to a point of G2 (real part first). */
export function coordinates(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / FIELD_BYTES }, (_, i) => {
    let value = 0n;
    for (let word = 3; word >= 0; word--) value = (value << 64n) + view.getBigUint64(i * FIELD_BYTES + 8 * word, true);
    return (value * MONTGOMERY_INVERSE) % BASE_FIELD;
  });
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base, rest = exponent; rest > 0n; rest >>= 1n, square = (square * square) % BASE_FIELD) {
    if (rest & 1n) result = (result * square) % BASE_FIELD;
  }
  return result;
}
