import { describe, expect, it } from "vitest";
import {
  aliasOf,
  depositSalt,
  nextReadKey,
  ownerOf,
  randomSpendKey,
  readKeyAt,
  spendKeys,
} from "../../src/account/keys.ts";
import { hash } from "../../src/protocol/hash.ts";
import { FIELD } from "../../src/protocol/constants.ts";

describe("keys", () => {
  const keys = spendKeys(42n);

  it("derive downwards: what a keeper holds gives the owner, and not the spend key", () => {
    const { proveKey, spendLock } = keys;
    expect([proveKey, spendLock]).toEqual([hash("PROVE", 42n), hash("SPEND", 42n)]);
    expect(ownerOf({ proveKey, spendLock })).toBe(ownerOf(keys));
  });

  it("read from one version on", () => {
    const first = nextReadKey(keys.proveKey);
    expect(readKeyAt(keys.proveKey, 0)).toBe(first);
    expect(readKeyAt(keys.proveKey, 3)).toBe(nextReadKey(nextReadKey(nextReadKey(first))));
  });

  it("name the owner otherwise at each issuer, deposit and epoch", () => {
    const owner = ownerOf(keys);
    const names = [
      aliasOf(owner, 1),
      aliasOf(owner, 2),
      aliasOf(owner, 1, 7n),
      aliasOf(owner, 1, depositSalt(keys.proveKey, 1, 0)),
      aliasOf(owner, 1, depositSalt(keys.proveKey, 1, 1)),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it("are drawn from the whole field, never twice", () => {
    const drawn = Array.from({ length: 64 }, randomSpendKey);
    expect(new Set(drawn).size).toBe(64);
    expect(drawn.every((key) => key > 0n && key < FIELD)).toBe(true);
    expect(drawn.some((key) => key > FIELD / 2n)).toBe(true);
  });

  it.each([0n, -1n, FIELD])("refuse the spend key %s without showing it", (key) => {
    expect(() => spendKeys(key)).toThrow("spendKey: must be above 0 and below the field's order");
    try {
      spendKeys(FIELD + 123_456_789n);
    } catch (error) {
      expect((error as Error).message).not.toContain("123456789");
    }
  });

  it.each([-1, 256, 1.5, NaN])("refuse issuer %s", (issuer) => {
    expect(() => aliasOf(1n, issuer)).toThrow("issuerId: must be a whole number below 2^8");
  });
});
