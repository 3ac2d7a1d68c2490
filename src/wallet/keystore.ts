/**
 * Keys in a file, under a passphrase. A format of ours and not Ethereum's keystore, because that one (a) publishes an
 * address computed from the key, by which anyone could tell whose file it is and test guesses of the key, (b) invites
 * using our key to sign transactions, which nobody has studied, and (c) has no room for a keeper's two keys.
 *
 * scrypt (RFC 7914) turns the passphrase into a key, AES-256-GCM encrypts; what stands in the clear (kind, scrypt's
 * cost, salt) is authenticated with it. Both run in browsers too: noble's scrypt, the platform's WebCrypto.
 *
 * @module
 */
import { scryptAsync } from "@noble/hashes/scrypt.js";
import { bytesToHex, hexToBytes, randomBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { spendKeys, type ProveKeys, type SpendKeys } from "../account/keys.ts";
import { KeystoreError, PlimsollError } from "../base/errors.ts";
import { FIELD, PROTOCOL_VERSION } from "../protocol/constants.ts";
import { firstIssue } from "../base/schema.ts";
import { getText } from "../store/json.ts";
import { StoreConflict, type Store } from "../store/store.ts";

const KEYSTORE_FORMAT = "plimsoll-keystore";
const KEYSTORE_LENGTH = 4096;
/** Shortest passphrase, in characters. */
const PASSPHRASE_LENGTH = 8;
/**
 * log2 of scrypt's cost: 2^17 with r = 8 takes 128 MiB and most of a second, as OWASP's Password Storage Cheat Sheet
 * recommends. Files may ask for 2^12 (tests) to 2^20 (1 GiB).
 */
const COST = { default: 17, min: 12, max: 20 } as const;
const BLOCK_SIZE = 8;
const KEY_BYTES = 32;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** `spend` holds all powers, `prove` a keeper's: it proves and receives. */
const KINDS = ["spend", "prove"] as const;
export type KeystoreKind = (typeof KINDS)[number];

const hex = (bytes: number) =>
  v.pipe(v.string("must be hex"), v.regex(new RegExp(`^[0-9a-f]{${2 * bytes}}$`), `must be ${bytes} bytes in hex`));
const KEYSTORE = v.strictObject({
  format: v.literal(KEYSTORE_FORMAT, `must be "${KEYSTORE_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  kind: v.picklist(KINDS, "must be spend or prove"),
  scrypt: v.strictObject({
    log2n: v.pipe(
      v.number("must be a number"),
      v.integer("must be a whole number"),
      v.minValue(COST.min, `must be at least ${COST.min}`),
      v.maxValue(COST.max, `must be at most ${COST.max}`),
    ),
    salt: hex(SALT_BYTES),
  }),
  nonce: hex(NONCE_BYTES),
  ciphertext: v.pipe(v.string("must be hex"), v.regex(/^([0-9a-f]{2})+$/, "must be hex")),
});
type KeystoreFile = v.InferOutput<typeof KEYSTORE>;

/**
 * Whether keys can move value.
 *
 * @example
 * ```ts
 * import { KeystoreError, canSpend, decryptKeys, readKeystore } from "plimsoll/wallet";
 *
 * const keys = await decryptKeys(await readKeystore(store, "keystore.json"), passphrase);
 * if (!canSpend(keys)) throw new KeystoreError("these are a keeper's keys");
 * console.log(keys.spendKey !== 0n);
 * ```
 */
export const canSpend = (keys: ProveKeys | SpendKeys): keys is SpendKeys => "spendKey" in keys;

/**
 * JSON text of a keystore. Takes most of a second and 128 MiB.
 *
 * @param log2n log2 of scrypt's cost; smaller ones are for tests
 * @throws KeystoreError for a passphrase below 8 characters
 *
 * @example
 * ```ts
 * import { randomSpendKey, spendKeys } from "plimsoll/toolkit";
 * import { encryptKeys, writeKeystore } from "plimsoll/wallet";
 *
 * const keys = spendKeys(randomSpendKey());
 * await writeKeystore(store, "keystore.json", await encryptKeys(keys, passphrase));
 * ```
 */
export async function encryptKeys(
  keys: ProveKeys | SpendKeys,
  passphrase: string,
  log2n: number = COST.default,
): Promise<string> {
  if (passphrase.length < PASSPHRASE_LENGTH)
    throw new KeystoreError(`passphrase: must have at least ${PASSPHRASE_LENGTH} characters`);
  const head = {
    format: KEYSTORE_FORMAT,
    version: PROTOCOL_VERSION,
    kind: canSpend(keys) ? "spend" : "prove",
    scrypt: { log2n, salt: bytesToHex(randomBytes(SALT_BYTES)) },
    nonce: bytesToHex(randomBytes(NONCE_BYTES)),
  } as const;
  const secrets = canSpend(keys) ? [keys.spendKey] : [keys.proveKey, keys.spendLock];
  const plain = hexToBytes(secrets.map((key) => key.toString(16).padStart(2 * KEY_BYTES, "0")).join(""));
  const cipher = await crypto.subtle.encrypt(gcm(head), await passphraseKey(head, passphrase), own(plain));
  return `${JSON.stringify({ ...head, ciphertext: bytesToHex(new Uint8Array(cipher)) }, null, 2)}\n`;
}

/**
 * Opens {@link encryptKeys}' text: a trader's keys, or a keeper's, which {@link canSpend} tells apart.
 *
 * @param path what to call it in an error
 * @throws KeystoreError for a wrong passphrase or a file that was changed, between which no one can tell
 *
 * @example
 * ```ts
 * import { decryptKeys, readKeystore } from "plimsoll/wallet";
 *
 * const { proveKey } = await decryptKeys(await readKeystore(store, "keystore.json"), passphrase);
 * ```
 */
export async function decryptKeys(text: string, passphrase: string, path = "keystore"): Promise<ProveKeys | SpendKeys> {
  const file = parse(text, path);
  const key = await passphraseKey(file, passphrase);
  const plain = await crypto.subtle.decrypt(gcm(file), key, own(hexToBytes(file.ciphertext))).catch(() => {
    throw new KeystoreError(`${path}: wrong passphrase, or the file was changed`);
  });
  const bytes = bytesToHex(new Uint8Array(plain));
  const values = [0, 1].map((i) => BigInt(`0x0${bytes.slice(2 * KEY_BYTES * i, 2 * KEY_BYTES * (i + 1))}`));
  if (values.some((value) => value >= FIELD)) throw new KeystoreError(`${path}: holds no key of this protocol`);
  return file.kind === "spend" ? spendKeys(values[0]!) : { proveKey: values[0]!, spendLock: values[1]! };
}

/**
 * Which powers a keystore holds; takes no passphrase. Throws a KeystoreError for a text that is no keystore.
 *
 * @example
 * ```ts
 * import { keystoreKind, readKeystore } from "plimsoll/wallet";
 *
 * console.log(keystoreKind(await readKeystore(store, "keystore.json"))); // "spend" or "prove"
 * ```
 */
export const keystoreKind = (text: string, path = "keystore"): KeystoreKind => parse(text, path).kind;

/**
 * Text of a keystore. Throws a KeystoreError when there is none or it can't be read.
 *
 * @example
 * ```ts
 * import { decryptKeys, readKeystore } from "plimsoll/wallet";
 *
 * const text = await readKeystore(store, "keystore.json");
 * const keys = await decryptKeys(text, passphrase);
 * ```
 */
export async function readKeystore(store: Store, key: string): Promise<string> {
  const path = store.where(key);
  const text = await getText(store, key).catch((cause: unknown) => {
    throw cause instanceof PlimsollError ? new KeystoreError(cause.message, { cause }) : cause;
  });
  if (text === undefined) throw new KeystoreError(`${path}: must be a readable file; plimsoll keys new makes one`);
  if (text.length > KEYSTORE_LENGTH)
    throw new KeystoreError(`${path}: must be at most ${KEYSTORE_LENGTH} characters, got ${text.length}`);
  return text;
}

/**
 * Keeps a keystore. Never over another, which could be the only copy of a key: of two at once one is refused with a
 * KeystoreError.
 *
 * @example
 * ```ts
 * import { encryptKeys, writeKeystore } from "plimsoll/wallet";
 *
 * await writeKeystore(store, "keystore.json", await encryptKeys(keys, passphrase));
 * ```
 */
export async function writeKeystore(store: Store, key: string, text: string): Promise<void> {
  await store.transaction([{ key, value: text, expected: null }]).catch((cause: unknown) => {
    throw cause instanceof StoreConflict
      ? new KeystoreError(`${store.where(key)}: must not exist yet`, { cause })
      : cause;
  });
}

function parse(text: string, path: string): KeystoreFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new KeystoreError(`${path}: must be JSON`, { cause });
  }
  const parsed = v.safeParse(KEYSTORE, json);
  if (!parsed.success) {
    const { at, rule } = firstIssue(parsed.issues);
    throw new KeystoreError(`${path}${at === "" ? "" : `: ${at}`}: ${rule}`);
  }
  const { kind, ciphertext } = parsed.output;
  const length = (kind === "spend" ? 1 : 2) * KEY_BYTES + TAG_BYTES;
  if (ciphertext.length !== 2 * length) throw new KeystoreError(`${path}: ciphertext: must be ${length} bytes in hex`);
  return parsed.output;
}

type Head = Omit<KeystoreFile, "ciphertext">;

const gcm = ({ format, version, kind, scrypt: { log2n, salt }, nonce }: Head): AesGcmParams => ({
  name: "AES-GCM",
  iv: own(hexToBytes(nonce)),
  additionalData: own(utf8ToBytes([format, version, kind, log2n, salt].join(" "))),
});

/** The passphrase is normalised, so that keyboards that compose accents differently agree. */
async function passphraseKey({ scrypt: { log2n, salt } }: Head, passphrase: string): Promise<CryptoKey> {
  const options = { N: 2 ** log2n, r: BLOCK_SIZE, p: 1, dkLen: KEY_BYTES, maxmem: 2 ** (log2n + 11) };
  const bytes = await scryptAsync(utf8ToBytes(passphrase.normalize("NFKC")), hexToBytes(salt), options);
  return crypto.subtle.importKey("raw", own(bytes), "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** WebCrypto's types want bytes over a buffer that nobody shares. */
const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
