/**
 * What is in the notes of a batch, each encrypted to its alias alone: `BatchPosted.encryptedNotes` is a row of entries of one
 * size, in the order of the postings. An entry is
 *
 *     ephemeral X25519 key (32) · AES-256-GCM of [word_0 (32) · word_1 (32) · nonce (31) · siblings (32 each)] · tag (16)
 *
 * all big-endian, with as many siblings as the batch has levels, lowest first. So it shows neither how many legs a note
 * has nor where its leaf stands: place and batch follow from the serial, which is inside,
 *
 *     serial = batch · 2^batchDepth + place + 1
 *
 * Key and nonce of AES-GCM are HKDF-SHA256 of the shared secret, salted with both public keys; a fresh ephemeral key for
 * each entry makes them fresh. Issuer, alias, depth and the entry's place in the row are authenticated with it, so no
 * entry reads as another's.
 *
 * @module
 */
import { bytesToNumberBE, numberToBytesBE } from "@noble/curves/utils.js";
import { x25519 } from "@noble/curves/ed25519.js";
import { hkdf } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { packWords, unpackWords } from "./holdings.ts";
import { NOTE_KEY_BYTES, noteKey } from "./noteKey.ts";
import { Note, noteLeaf } from "./note.ts";
import { InputError } from "../base/errors.ts";
import { hashPair } from "../protocol/hash.ts";
import { FIELD, NOTE_BLINDING_BITS, NOTE_SERIAL_BITS, NOTE_WORDS } from "../protocol/constants.ts";

const DOMAIN = "plimsoll.ENCRYPTED_NOTE";
const WORD_BYTES = 32;
const NONCE_BYTES = (NOTE_SERIAL_BITS + NOTE_BLINDING_BITS) / 8;
const AES_KEY_BYTES = 32;
const AES_NONCE_BYTES = 12;
const AES_TAG_BYTES = 16;

/**
 * Bytes of one entry of a batch of 2^batchDepth leaves.
 *
 * @example
 * ```ts
 * import { encryptedNoteBytes } from "plimsoll/venue";
 *
 * encryptedNoteBytes(5); // 303
 * ```
 */
export const encryptedNoteBytes = (batchDepth: number): number =>
  NOTE_KEY_BYTES + plainBytes(batchDepth) + AES_TAG_BYTES;

const plainBytes = (batchDepth: number): number => NOTE_WORDS * WORD_BYTES + NONCE_BYTES + batchDepth * WORD_BYTES;

/** A note and where it stands in its batch. */
export interface PlacedNote {
  readonly note: Note;
  /** Place of its leaf in the batch: 0 to 2^batchDepth − 1. */
  readonly index: number;
  /** Of its path inside the batch, lowest first, batchDepth of them. */
  readonly siblings: readonly bigint[];
}

/** What an entry says, with the leaf and the batch's root that follow. They are true if the root is the batch's. */
export interface OpenedNote extends PlacedNote {
  /** Number of the batch that the serial belongs to. */
  readonly batch: bigint;
  readonly leaf: bigint;
  readonly root: bigint;
}

/** For whom an entry is: all of it is authenticated. */
export interface EncryptedFor {
  readonly issuerId: number;
  readonly alias: bigint;
  readonly batchDepth: number;
}

/** Serial of a batch's note: unique for the issuer's life, and it says where the leaf stands. */
export const batchSerial = (batch: bigint, batchDepth: number, index: number): bigint =>
  (batch << BigInt(batchDepth)) + BigInt(index) + 1n;

/**
 * One entry.
 *
 * @param to public key that the alias named
 * @param place of the entry in the row
 * @param ephemeral secret X25519 key, used for this entry alone
 * @throws InputError when `to` is no key that a secret could be shared with: of another length, or a point of low order
 *
 * @example
 * ```ts
 * import { x25519 } from "@noble/curves/ed25519.js";
 * import { encryptNote, type PlacedNote } from "plimsoll/venue";
 *
 * const handOver = (note: PlacedNote, to: Uint8Array): Promise<Uint8Array> =>
 *   encryptNote(note, to, { issuerId: 16, alias, batchDepth: 5 }, 0, x25519.utils.randomSecretKey());
 * ```
 */
export async function encryptNote(
  { note, siblings }: PlacedNote,
  to: Uint8Array,
  where: EncryptedFor,
  place: number,
  ephemeral: Uint8Array,
): Promise<Uint8Array> {
  const plain = concatBytes(
    ...note.words.map((word) => numberToBytesBE(word, WORD_BYTES)),
    numberToBytesBE(note.nonce, NONCE_BYTES),
    ...siblings.map((sibling) => numberToBytesBE(sibling, WORD_BYTES)),
  );
  const from = noteKey(ephemeral);
  const secret = sharedSecret(ephemeral, to);
  if (secret === undefined)
    throw new InputError("noteKey", "must be an X25519 key of 32 bytes and not of low order", bytesToHex(to));
  const { key, params } = await cipher(secret, from, to, where, place);
  return concatBytes(from, new Uint8Array(await crypto.subtle.encrypt(params, key, own(plain))));
}

/**
 * The notes of a row that `secret` opens, well-formed, of this issuer and alias. All else is left out, for an engine
 * may publish what it likes: other aliases' entries, bytes that are none, a row of the wrong length. Whoever reads them
 * still compares `root` with the batch's: an entry may open and be of no leaf.
 *
 * @example
 * ```ts
 * import { openEncryptedNotes } from "plimsoll/venue";
 *
 * const notesFor = async (encrypted: Uint8Array, batchRoot: bigint, secret: Uint8Array) => {
 *   const opened = await openEncryptedNotes(encrypted, secret, { issuerId: 16, alias, batchDepth: 5 });
 *   return opened.filter(({ root }) => root === batchRoot);
 * };
 * ```
 */
export async function openEncryptedNotes(
  encrypted: Uint8Array,
  secret: Uint8Array,
  where: EncryptedFor,
): Promise<readonly OpenedNote[]> {
  const size = encryptedNoteBytes(where.batchDepth);
  if (encrypted.length % size !== 0) return [];
  const to = noteKey(secret);
  const opened: OpenedNote[] = [];
  for (let place = 0; place < encrypted.length / size; place++) {
    const plain = await decrypt(encrypted.subarray(place * size, (place + 1) * size), secret, to, where, place);
    const note = plain === undefined ? undefined : parse(plain, where);
    if (note !== undefined) opened.push(note);
  }
  return opened;
}

async function decrypt(
  entry: Uint8Array,
  secret: Uint8Array,
  to: Uint8Array,
  where: EncryptedFor,
  place: number,
): Promise<Uint8Array | undefined> {
  const from = entry.subarray(0, NOTE_KEY_BYTES);
  const shared = sharedSecret(secret, from);
  if (shared === undefined) return undefined;
  const { key, params } = await cipher(shared, from, to, where, place);
  return crypto.subtle.decrypt(params, key, own(entry.subarray(NOTE_KEY_BYTES))).then(
    (plain) => new Uint8Array(plain),
    () => undefined,
  );
}

function parse(plain: Uint8Array, { issuerId, alias, batchDepth }: EncryptedFor): OpenedNote | undefined {
  const at = (start: number, length: number): bigint => bytesToNumberBE(plain.subarray(start, start + length));
  const words = Array.from({ length: NOTE_WORDS }, (_, i) => at(i * WORD_BYTES, WORD_BYTES));
  const nonce = at(NOTE_WORDS * WORD_BYTES, NONCE_BYTES);
  const siblings = Array.from({ length: batchDepth }, (_, i) => at(plainBytes(i), WORD_BYTES));
  const serial = nonce >> BigInt(NOTE_BLINDING_BITS);
  const legs = legsOf(words);
  if (legs === undefined || serial === 0n || siblings.some((sibling) => sibling >= FIELD)) return undefined;
  let note: Note;
  try {
    note = new Note(issuerId, 0n, legs, serial, nonce - (serial << BigInt(NOTE_BLINDING_BITS)));
  } catch {
    return undefined;
  }
  const index = Number((serial - 1n) & ((1n << BigInt(batchDepth)) - 1n));
  const leaf = noteLeaf(alias, note);
  const root = siblings.reduce(
    (node, sibling, level) => (((index >> level) & 1) === 0 ? hashPair(node, sibling) : hashPair(sibling, node)),
    leaf,
  );
  return { note, index, siblings, batch: (serial - 1n) >> BigInt(batchDepth), leaf, root };
}

/** Legs that pack to exactly these words, or nothing. */
function legsOf(words: readonly bigint[]): Note["legs"] | undefined {
  try {
    const legs = unpackWords(words);
    return packWords(legs, NOTE_WORDS).every((word, i) => word === words[i]) ? legs : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined where the other's key is none, so that nothing is encrypted under a secret that everyone knows. */
function sharedSecret(secret: Uint8Array, key: Uint8Array): Uint8Array | undefined {
  try {
    return x25519.getSharedSecret(secret, key);
  } catch {
    return undefined;
  }
}

async function cipher(
  shared: Uint8Array,
  from: Uint8Array,
  to: Uint8Array,
  { issuerId, alias, batchDepth }: EncryptedFor,
  place: number,
): Promise<{ readonly key: CryptoKey; readonly params: AesGcmParams }> {
  const bytes = hkdf(sha256, shared, concatBytes(from, to), utf8ToBytes(DOMAIN), AES_KEY_BYTES + AES_NONCE_BYTES);
  const additionalData = own(utf8ToBytes([DOMAIN, issuerId, alias, batchDepth, place].join(" ")));
  return {
    key: await crypto.subtle.importKey("raw", own(bytes.subarray(0, AES_KEY_BYTES)), "AES-GCM", false, [
      "encrypt",
      "decrypt",
    ]),
    params: { name: "AES-GCM", iv: own(bytes.subarray(AES_KEY_BYTES)), additionalData },
  };
}

/** WebCrypto's types want bytes over a buffer that nobody shares. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
