import { describe, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { Exit } from "../../src/account/exit.ts";
import { readKeyAt, spendKeys, aliasOf, ownerOf } from "../../src/account/keys.ts";
import { Note, dummyNullifier, noteLeaf, noteNullifier } from "../../src/account/note.ts";
import { TIERS, type TierName } from "../../src/protocol/constants.ts";

const keys = spendKeys(7n);
const holdings = [
  { instrument: 65_537, size: -3n },
  { instrument: 131_073, size: 12n },
];

describe("account", () => {
  it.each(Object.keys(TIERS) as TierName[])(
    "of tier %s is read back from what it published, by its read key",
    (tier) => {
      const account = Account.open(tier, keys).next(holdings);
      const published = { commitment: account.commitment, cipher: account.cipher };
      expect(Account.decrypt(tier, published, readKeyAt(keys.proveKey, 1), 1)).toEqual(account);
      for (const [key, version] of [
        [readKeyAt(keys.proveKey, 0), 1],
        [readKeyAt(keys.proveKey, 1), 2],
      ] as const) {
        expect(() => Account.decrypt(tier, published, key, version)).toThrow("is not of this read key");
      }
      const cut = { ...published, cipher: published.cipher.slice(1) };
      expect(() => Account.decrypt(tier, cut, account.readKey, 1)).toThrow("cipher: must have");
    },
  );

  it("commits to tier, owner, version, key and contents, each", () => {
    const account = Account.open("M", keys, holdings);
    const others = [
      new Account("L", account.owner, 0, account.readKey, holdings),
      new Account("M", account.owner + 1n, 0, account.readKey, holdings),
      new Account("M", account.owner, 1, account.readKey, holdings),
      new Account("M", account.owner, 0, account.readKey + 1n, holdings),
      new Account("M", account.owner, 0, account.readKey, [{ instrument: 65_537, size: 3n }, holdings[1]!]),
    ];
    expect(new Set([account, ...others].map(({ commitment }) => commitment)).size).toBe(6);
  });

  it("never uses a pad twice: the same contents encrypt otherwise in the next version", () => {
    const account = Account.open("M", keys, holdings);
    const again = account.next(holdings);
    expect(again.cipher.filter((element) => account.cipher.includes(element))).toEqual([]);
  });

  it("refuses holdings that don't fit its tier", () => {
    const many = Array.from({ length: 5 }, (_, i) => ({ instrument: i + 1, size: 1n }));
    expect(() => Account.open("T", keys, many)).toThrow("at most 4");
  });
});

describe("note", () => {
  const owner = ownerOf(keys);
  const note = new Note(1, 0n, [{ instrument: 65_537, size: 5n }], 9n, 8n);

  it("has the leaf that its issuer makes from the alias alone", () => {
    expect(noteLeaf(aliasOf(owner, 1), note)).toBe(note.leaf(owner));
    expect(note.nonce).toBe(9n * 2n ** 184n + 8n);
  });

  it("has one nullifier, a function of owner and leaf; a dummy is another each time", () => {
    const leaf = note.leaf(owner);
    expect(noteNullifier(owner, leaf)).toBe(noteNullifier(owner, leaf));
    const dummies = [0, 1].flatMap((place) => [3n, 4n].map((old) => dummyNullifier(keys.proveKey, owner, old, place)));
    expect(new Set([noteNullifier(owner, leaf), ...dummies]).size).toBe(5);
  });

  it.each<[string, () => Note]>([
    ["note.legs: must be 1 to 8, got 0", () => new Note(1, 0n, [], 1n, 0n)],
    ["note.legs[0].instrument: must be of issuer 2, got 65537", () => new Note(2, 0n, note.legs, 1n, 0n)],
    ["note.serial: must be from 0 to 2^64 − 1", () => new Note(1, 0n, note.legs, 1n << 64n, 0n)],
    ["note.blinding: must be from 0 to 2^184 − 1", () => new Note(1, 0n, note.legs, 1n, -1n)],
  ])("refuses %s", (message, make) => {
    expect(make).toThrow(message);
  });
});

describe("exit", () => {
  it("is bound to lots and recipient, and spent by one nullifier", () => {
    const exit = new Exit(65_537, 5n, 1n, 77n);
    const others = [
      new Exit(65_537, 6n, 1n, 77n),
      new Exit(65_537, 5n, 2n, 77n),
      new Exit(65_538, 5n, 1n, 77n),
      new Exit(65_537, 5n, 1n, 78n),
    ];
    expect(new Set([exit, ...others].map(({ leaf }) => leaf)).size).toBe(5);
    expect(new Set([exit, ...others].map(({ spent }) => spent)).size).toBe(5);
  });

  it("pays something to somebody", () => {
    expect(() => new Exit(65_537, 0n, 1n, 1n)).toThrow("exit.lots: must be from 1 to 2^38 − 1, got 0");
    expect(() => new Exit(65_537, 1n, 0n, 1n)).toThrow("exit.recipient: must be an address other than 0");
    expect(() => new Exit(65_537, 1n, 1n << 160n, 1n)).toThrow("exit.recipient");
  });
});
