/**
 * A spend key on paper: 24 English words (BIP-39), or 32 bytes in hex.
 *
 * The words encode the key itself: their entropy is the key as 32 bytes, most significant first, with BIP-39's checksum of
 * eight bits behind it. BIP-39's stretching into a seed is not used, so there is no second passphrase, every key has exactly
 * one text of words, and words drawn for another wallet are refused, unless their entropy happens to lie below r: three in
 * four do not.
 *
 * @module
 */
import { entropyToMnemonic, mnemonicToEntropy } from "@scure/bip39";
import { wordlist } from "@scure/bip39/wordlists/english.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import { InputError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";

const WORDS = 24;
const KEY_BYTES = 32;

/** The key's 24 words, one space between. Secret. Throws an InputError unless 0 < spendKey < r. */
export const keyWords = (spendKey: bigint): string => entropyToMnemonic(hexToBytes(keyHex(spendKey)), wordlist);

/** The key as 64 hex digits. Secret. Throws an InputError unless 0 < spendKey < r. */
export const keyHex = (spendKey: bigint): string =>
  checked(spendKey)
    .toString(16)
    .padStart(2 * KEY_BYTES, "0");

/**
 * A spend key from {@link keyWords} or {@link keyHex}, with or without 0x; case and white space don't matter.
 *
 * @throws InputError saying what is wrong, never a word or digit of it
 */
export function parseKey(text: string): bigint {
  const words = text.normalize("NFKD").trim().toLowerCase().split(/\s+/);
  if (words.length === 1) {
    const digits = words[0]!.replace(/^0x/, "");
    if (!/^[0-9a-f]{64}$/.test(digits))
      throw new InputError("spendKey", `must be ${WORDS} words, or ${KEY_BYTES} bytes in hex`);
    return checked(BigInt(`0x${digits}`));
  }
  if (words.length !== WORDS) throw new InputError("spendKey", `must be ${WORDS} words`, words.length);
  const unknown = words.findIndex((word) => !wordlist.includes(word));
  if (unknown >= 0) throw new InputError("spendKey", `must be of BIP-39's English words; word ${unknown + 1} is none`);
  let entropy: Uint8Array;
  try {
    entropy = mnemonicToEntropy(words.join(" "), wordlist);
  } catch {
    throw new InputError(
      "spendKey",
      "must have the checksum that its last word holds: a word is wrong, or two are swapped",
    );
  }
  return checked(BigInt(`0x${bytesToHex(entropy)}`));
}

function checked(spendKey: bigint): bigint {
  if (spendKey <= 0n || spendKey >= FIELD)
    throw new InputError("spendKey", "must be above 0 and below the field's order: this was made for something else");
  return spendKey;
}
