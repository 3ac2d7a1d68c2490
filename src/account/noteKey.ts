/**
 * Keys that notes are encrypted to. An alias names the public half at its issuer, which publishes what is in each note under
 * it; the secret half follows from the prove key, so that keys and chain data alone restore every note. One key for each
 * issuer: two of them can't be linked, and one that leaks opens no other issuer's notes.
 *
 * @module
 */
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { hexToBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { InputError } from "../base/errors.ts";
import { FIELD, ISSUER_BITS } from "../protocol/constants.ts";

/** Bytes of either half. */
export const NOTE_KEY_BYTES = 32;

const DOMAIN = utf8ToBytes("plimsoll.NOTE_KEY");

/**
 * HKDF-SHA256 of the prove key in 32 bytes, big-endian, with the salt "plimsoll.NOTE_KEY" and the issuer's id, one byte,
 * as info: a secret X25519 key. Throws an InputError, which never shows the key, for one out of range.
 */
export function noteSecret(proveKey: bigint, issuerId: number): Uint8Array {
  if (proveKey < 0n || proveKey >= FIELD) throw new InputError("proveKey", "must be below the field's order");
  if (!Number.isInteger(issuerId) || issuerId < 0 || issuerId >= 2 ** ISSUER_BITS) {
    throw new InputError("issuerId", `must be a whole number below 2^${ISSUER_BITS}`, issuerId);
  }
  const key = hexToBytes(proveKey.toString(16).padStart(2 * NOTE_KEY_BYTES, "0"));
  return hkdf(sha256, key, DOMAIN, Uint8Array.of(issuerId), NOTE_KEY_BYTES);
}

/** The public half: what an alias's operator names at its issuer. */
export const noteKey = (secret: Uint8Array): Uint8Array => x25519.getPublicKey(secret);

/** Whether a secret can be shared with a key that somebody named: 32 bytes, and no point of low order. */
export function isNoteKey(key: Uint8Array): boolean {
  try {
    // Secrets are multiples of 8, so what gives 0 for one of them gives 0 for all.
    return x25519.getSharedSecret(DUMMY_SECRET, key).length === NOTE_KEY_BYTES;
  } catch {
    return false;
  }
}

const DUMMY_SECRET = new Uint8Array(NOTE_KEY_BYTES).fill(1);
