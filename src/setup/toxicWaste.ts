/**
 * The five secrets of a Groth16 set-up. Who knows them can prove anything, so they live in plain byte arrays which are
 * overwritten after use, never in a file, a string or a bigint.
 *
 * @module
 */
import { numberToBytesLE } from "@noble/curves/utils.js";
import { webcrypto } from "node:crypto";
import { FIELD } from "../protocol/constants.ts";
import { FIELD_BYTES } from "./bn254.ts";

const NAMES = ["tau", "alpha", "beta", "gamma", "delta"] as const;

/** Field elements, little-endian, not in Montgomery form. */
export type ToxicWaste = Readonly<Record<(typeof NAMES)[number], Uint8Array>>;

/** Draws the secrets from the system's random generator, uniform in [1, FIELD). */
export function drawToxicWaste(): ToxicWaste {
  return Object.fromEntries(NAMES.map((name) => [name, drawFieldElement()])) as unknown as ToxicWaste;
}

export function wipe(waste: ToxicWaste): void {
  for (const name of NAMES) waste[name].fill(0);
}

/** Rejection sampling over 254 bits, which accepts three draws in four; comparing bytes leaves no copy behind. */
function drawFieldElement(): Uint8Array {
  const order = numberToBytesLE(FIELD, 32);
  const bytes = new Uint8Array(FIELD_BYTES);
  do {
    webcrypto.getRandomValues(bytes);
    bytes[FIELD_BYTES - 1]! &= 0x3f;
  } while (!isBelow(bytes, order) || bytes.every((byte) => byte === 0));
  return bytes;
}

function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  for (let i = FIELD_BYTES - 1; i >= 0; i--) {
    if (a[i] !== b[i]) return a[i]! < b[i]!;
  }
  return false;
}
