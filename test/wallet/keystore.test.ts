import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { randomSpendKey, spendKeys } from "../../src/account/keys.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { MemoryStore } from "../../src/store/memoryStore.ts";
import {
  canSpend,
  decryptKeys,
  encryptKeys,
  keystoreKind,
  readKeystore,
  writeKeystore,
} from "../../src/wallet/keystore.ts";

/** The cheapest scrypt that a file may ask for. */
const CHEAP = 12;
const PASSPHRASE = "plimsoll märk";
const KEYS = spendKeys(randomSpendKey());
const KEEPER = { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock };

let folder: string;
let text: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-"));
  text = await encryptKeys(KEYS, PASSPHRASE, CHEAP);
});
afterAll(() => rm(folder, { recursive: true }));

it("gives back a trader's keys, and a keeper's without the spend key", async () => {
  expect(await decryptKeys(text, PASSPHRASE)).toEqual(KEYS);
  const keeper = await encryptKeys(KEEPER, PASSPHRASE, CHEAP);
  const keys = await decryptKeys(keeper, PASSPHRASE);
  expect(keys).toEqual(KEEPER);
  expect([canSpend(KEYS), canSpend(keys)]).toEqual([true, false]);
  expect([keystoreKind(text), keystoreKind(keeper)]).toEqual(["spend", "prove"]);
});

it("costs what OWASP recommends unless told otherwise, and draws salt and nonce afresh", async () => {
  type File = { scrypt: { log2n: number; salt: string }; nonce: string; ciphertext: string };
  const [a, b] = (await Promise.all([encryptKeys(KEYS, PASSPHRASE), encryptKeys(KEYS, PASSPHRASE, CHEAP)])).map(
    (json) => JSON.parse(json) as File,
  );
  expect(a!.scrypt.log2n).toBe(17);
  for (const name of ["nonce", "ciphertext"] as const) expect(a![name]).not.toBe(b![name]);
  expect(a!.scrypt.salt).not.toBe(b!.scrypt.salt);
});

it("reads a passphrase the same however its accents were typed", async () => {
  expect(await decryptKeys(text, PASSPHRASE.normalize("NFD"))).toEqual(KEYS);
});

it("shows no key, in no spelling", () => {
  for (const key of Object.values(KEYS)) {
    expect(text).not.toContain(String(key));
    expect(text).not.toContain(key.toString(16));
  }
});

it("refuses a wrong passphrase, without saying anything of it", async () => {
  const refusal = await decryptKeys(text, "another horse").catch((error: unknown) => error as Error);
  expect(refusal).toMatchObject({
    name: "KeystoreError",
    message: "keystore: wrong passphrase, or the file was changed",
  });
  await expect(encryptKeys(KEYS, "7 chars")).rejects.toThrow("passphrase: must have at least 8 characters");
});

const changed =
  (change: (file: Record<string, unknown> & { scrypt: Record<string, unknown> }) => void) => (): string => {
    const file = JSON.parse(text) as Parameters<typeof change>[0];
    change(file);
    return JSON.stringify(file);
  };
const flip = (hex: unknown): string => `${(hex as string).startsWith("0") ? "1" : "0"}${(hex as string).slice(1)}`;

it.each<[string, () => string, string]>([
  ["not JSON", () => text.slice(0, 50), "keystore: must be JSON"],
  ["empty", () => "{}", "keystore: format: "],
  ["a foreign format", changed((file) => (file["format"] = "web3")), 'keystore: format: must be "plimsoll-keystore"'],
  ["a later version", changed((file) => (file["version"] = 2)), "keystore: version: must be 1"],
  ["no cost", changed((file) => (file.scrypt["log2n"] = 3)), "keystore: scrypt.log2n: must be at least 12"],
  [
    "more memory than any machine",
    changed((file) => (file.scrypt["log2n"] = 40)),
    "keystore: scrypt.log2n: must be at most 20",
  ],
  [
    "a short ciphertext",
    changed((file) => (file["ciphertext"] = "00")),
    "keystore: ciphertext: must be 48 bytes in hex",
  ],
  ["a field too many", changed((file) => (file["address"] = "0x0")), "keystore: address: "],
  ["another kind", changed((file) => (file["kind"] = "prove")), "keystore: ciphertext: must be 80 bytes in hex"],
  [
    "another salt",
    changed((file) => (file.scrypt["salt"] = flip(file.scrypt["salt"]))),
    "wrong passphrase, or the file was changed",
  ],
  ["another cost", changed((file) => (file.scrypt["log2n"] = 13)), "wrong passphrase, or the file was changed"],
  [
    "another nonce",
    changed((file) => (file["nonce"] = flip(file["nonce"]))),
    "wrong passphrase, or the file was changed",
  ],
  [
    "another ciphertext",
    changed((file) => (file["ciphertext"] = flip(file["ciphertext"]))),
    "wrong passphrase, or the file was changed",
  ],
])("refuses a file with %s", async (_, make, message) => {
  await expect(decryptKeys(make(), PASSPHRASE)).rejects.toMatchObject({
    name: "KeystoreError",
    message: expect.stringContaining(message) as string,
  });
});

it("refuses what decrypts to no key", async () => {
  const beyond = await encryptKeys({ proveKey: FIELD, spendLock: 1n }, PASSPHRASE, CHEAP);
  await expect(decryptKeys(beyond, PASSPHRASE)).rejects.toThrow("keystore: holds no key of this protocol");
});

it("is written for its owner alone and never over another", async () => {
  const store = new FileStore(join(folder, "keys"));
  const path = join(folder, "keys", "keystore.json");
  await writeKeystore(store, "keystore.json", text);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  await expect(writeKeystore(store, "keystore.json", "other")).rejects.toThrow(`${path}: must not exist yet`);
  expect(await readFile(path, "utf8")).toBe(text);
  expect(await readKeystore(store, "keystore.json")).toBe(text);
  await expect(readKeystore(store, "none.json")).rejects.toMatchObject({ name: "KeystoreError" });
});

it("is refused to all but one who write it at once, whatever their stores know of each other", async () => {
  for (let round = 0; round < 20; round++) {
    const stores = [new FileStore(folder), new FileStore(folder), new MemoryStore()] as const;
    const key = `race-${round}.json`;
    const results = await Promise.allSettled(
      stores.slice(0, 2).map((store, i) => writeKeystore(store, key, `${text}${" ".repeat(i)}`)),
    );
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    const first = results.findIndex(({ status }) => status === "fulfilled");
    expect(await readFile(join(folder, key), "utf8")).toBe(`${text}${" ".repeat(first)}`);
    expect(results[1 - first]).toMatchObject({
      reason: { name: "KeystoreError", message: `${join(folder, key)}: must not exist yet` },
    });
    await writeKeystore(stores[2], key, text);
    await expect(writeKeystore(stores[2], key, text)).rejects.toThrow(`${key}: must not exist yet`);
  }
});

it("is refused by name where it is none", async () => {
  const store = new FileStore(folder);
  await store.put("sub/x", "");
  await store.put("long", "x".repeat(4_097));
  await expect(readKeystore(store, "sub")).rejects.toMatchObject({
    name: "KeystoreError",
    message: `${join(folder, "sub")}: must be a file, and is a folder`,
  });
  await expect(readKeystore(store, "long")).rejects.toMatchObject({
    name: "KeystoreError",
    message: `${join(folder, "long")}: must be at most 4096 characters, got 4097`,
  });
});
