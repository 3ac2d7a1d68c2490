import { expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { Exit, exitSalt } from "../../src/account/exit.ts";
import { aliasOf, depositSalt, ownerOf, spendKeys } from "../../src/account/keys.ts";
import { Note, noteNullifier } from "../../src/account/note.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { encodeAccount, exitsOf, findAccount, openVersions, parseAccount, versionsOf, type AccountFile } from "../../src/wallet/accountFile.ts";
import { nextDepositSalt, receivedNotes, unspentNotes } from "../../src/wallet/notes.ts";
import { BTC, CASH, KEYS, PERP, VAULT, VENUE } from "../support/world.ts";

const OTHER = spendKeys(42n);
const OWNER = ownerOf(KEYS);
const SUBMITTER = "0x00000000000000000000000000000000000A11cE";
const RECIPIENT = 0xbeefn;

/** Two accounts' histories; ours receives twice and takes 30 BTC lots out. */
const first = Account.open("T", KEYS, [{ instrument: BTC, size: 100n }]);
const second = first.next([{ instrument: BTC, size: 100n }, { instrument: PERP, size: -90n }, { instrument: CASH, size: 7n }]);
const third = second.next([{ instrument: BTC, size: 70n }, { instrument: PERP, size: -90n }, { instrument: CASH, size: 7n }]);
const stranger = Account.open("T", OTHER, [{ instrument: BTC, size: 1n }]);
const exit = new Exit(BTC, 30n, RECIPIENT, exitSalt(third.readKey));

function world(spent: readonly bigint[] = []): Ledger {
  const published = (account: Account, slot: number, time: number) => ({ slot, tier: "T", commitment: account.commitment, cipher: account.cipher, time }) as const;
  const { state } = Ledger.create("T");
  return new Ledger({
    ...state, openings: [1n, 2n], nullifiers: [...spent], exits: [exit.leaf],
    changes: [published(stranger, 0, 1), published(first, 1, 2), published(second, 1, 3), published(third, 1, 4)],
  });
}
const fileOf = (ledger: Ledger): AccountFile => ({ ledger: ledger.address, submitter: SUBMITTER, tier: "T", slot: 1, versions: versionsOf(ledger, 1) });

it("is found on the ledger by keys alone, and read by them alone", () => {
  const ledger = world();
  const file = findAccount(ledger, KEYS, SUBMITTER)!;
  expect(file).toEqual(fileOf(ledger));
  expect(openVersions(file, KEYS)).toEqual([first, second, third]);
  expect(findAccount(ledger, spendKeys(43n), SUBMITTER)).toBeUndefined();
  expect(() => openVersions(file, OTHER)).toThrow("account.versions[0].cipher: is not of this keystore's keys");
});

it("says nothing in the clear", () => {
  const text = encodeAccount(fileOf(world()));
  for (const secret of [OWNER, KEYS.proveKey, first.readKey, ...third.words]) expect(text).not.toContain(String(secret));
});

it("is the same after a round trip", () => {
  const file = fileOf(world());
  expect(parseAccount(JSON.parse(encodeAccount(file)))).toEqual(file);
});

it.each<[(file: Record<string, unknown>) => void, string]>([
  [(file) => (file["tier"] = "X"), "account.tier: must be a tier"],
  [(file) => (file["slot"] = -1), "account.slot: must not be negative, got -1"],
  [(file) => (file["ledger"] = "here"), "account.ledger: must be an Ethereum address"],
  [(file) => (file["versions"] = []), "account.versions: must not be empty"],
  [(file) => (file["keys"] = "x"), "account.keys: is no field of an account file"],
  [(file) => ((file["versions"] as { cipher: string[] }[])[1]!.cipher.pop()), "account.versions[1].cipher: must have 2 elements, got 1"],
])("refuses a broken file: %#", (change, message) => {
  const json = JSON.parse(encodeAccount(fileOf(world()))) as Record<string, unknown>;
  change(json);
  expect(() => parseAccount(json)).toThrow(message);
});

it("derives its exits from its versions, given the address", () => {
  expect(exitsOf([first, second, third], RECIPIENT, world())).toEqual([exit]);
  expect(exitsOf([first, second, third], RECIPIENT + 1n, world())).toEqual([]);
});

it("finds its notes among everyone's, deposits behind a gap too, and those still unspent", () => {
  const ledger = world();
  const give = (issuerId: number, salt: bigint, owner = OWNER): Note => {
    const note = new Note(issuerId, salt, [{ instrument: issuerId === VAULT ? BTC : PERP, size: 5n }], ledger.nextSerial(issuerId), 9n);
    ledger.issue(note, aliasOf(owner, issuerId, salt));
    return note;
  };
  const salts = [0, 1, 19].map((counter) => depositSalt(KEYS.proveKey, VAULT, counter));
  const mine = [give(VAULT, salts[0]!), give(VENUE, 0n)];
  give(VENUE, 0n, ownerOf(OTHER));
  expect(nextDepositSalt(ledger, KEYS, VAULT)).toBe(salts[1]);
  mine.push(give(VAULT, salts[2]!));
  expect(receivedNotes(ledger, KEYS)).toEqual(mine);
  const { notes } = ledger.state;
  const spent = new Ledger({ ...world([noteNullifier(OWNER, mine[1]!.leaf(OWNER))]).state, notes });
  expect(unspentNotes(spent, KEYS)).toEqual([mine[0], mine[2]]);
});
