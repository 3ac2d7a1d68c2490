import { x25519 } from "@noble/curves/ed25519.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { hkdfSync } from "node:crypto";
import { expect, it } from "vitest";
import { isNoteKey, noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { Random } from "../support/random.ts";
import { KEYS } from "../support/world.ts";

it("is HKDF-SHA256 as another implementation has it", () => {
  const random = Random.named("note keys");
  for (const proveKey of [0n, 1n, FIELD - 1n, random.field(), KEYS.proveKey]) {
    for (const issuerId of [0, 2, 255]) {
      const bytes = Buffer.from(proveKey.toString(16).padStart(64, "0"), "hex");
      const expected = new Uint8Array(hkdfSync("sha256", bytes, "plimsoll.NOTE_KEY", Uint8Array.of(issuerId), 32));
      expect(noteSecret(proveKey, issuerId)).toEqual(expected);
    }
  }
});

it("is another key at each issuer and for each owner, the same every time", () => {
  const keys = [2, 3].flatMap((issuer) =>
    [KEYS.proveKey, KEYS.proveKey + 1n].map((key) => bytesToHex(noteKey(noteSecret(key, issuer)))),
  );
  expect(new Set(keys).size).toBe(4);
  expect(noteKey(noteSecret(KEYS.proveKey, 2))).toEqual(noteKey(noteSecret(KEYS.proveKey, 2)));
});

it("refuses what is out of range, without showing the key", () => {
  for (const key of [-1n, FIELD])
    expect(() => noteSecret(key, 2)).toThrow(/^proveKey: must be below the field's order$/);
  for (const issuer of [-1, 256, 1.5])
    expect(() => noteSecret(KEYS.proveKey, issuer)).toThrow("issuerId: must be a whole number below 2^8");
});

it("knows a key from what is none", () => {
  expect(isNoteKey(noteKey(noteSecret(KEYS.proveKey, 2)))).toBe(true);
  // Points of small order on the curve and its twist (RFC 7748, section 6.1; Bernstein's list).
  const weak = [
    "00".repeat(32),
    `01${"00".repeat(31)}`,
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    `ec${"ff".repeat(30)}7f`,
    `ed${"ff".repeat(30)}7f`,
    `ee${"ff".repeat(30)}7f`,
  ];
  for (const hex of weak) {
    expect(isNoteKey(Buffer.from(hex, "hex"))).toBe(false);
    expect(() => x25519.getSharedSecret(new Uint8Array(32).fill(9), Buffer.from(hex, "hex"))).toThrow();
  }
  for (const length of [0, 31, 33]) expect(isNoteKey(new Uint8Array(length).fill(9))).toBe(false);
});
