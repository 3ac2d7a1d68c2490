/**
 * Points of a zkey, where coordinates are little-endian and in Montgomery form, as whole numbers.
 *
 * @module
 */
import { invert } from "@noble/curves/abstract/modular.js";
import { BASE_FIELD } from "../groth16/groth16.ts";
import { FIELD_BYTES } from "./bn254.ts";

/** 2^-256: a Montgomery form times this is the number. */
const MONTGOMERY_INVERSE = invert(2n ** 256n, BASE_FIELD);

/** Coordinates from `bytes`, two to a point of G1 and four to a point of G2 (real part first). */
export function affineCoordinates(bytes: Uint8Array): bigint[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.byteLength / FIELD_BYTES }, (_, i) => {
    let value = 0n;
    for (let word = 3; word >= 0; word--) value = (value << 64n) + view.getBigUint64(i * FIELD_BYTES + 8 * word, true);
    return (value * MONTGOMERY_INVERSE) % BASE_FIELD;
  });
}
