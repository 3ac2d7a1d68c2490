import { expect, it } from "vitest";
import { aliasOf, depositSalt, ownerOf, spendKeys } from "../../src/account/keys.ts";
import { ownAliases } from "../../src/wallet/aliases.ts";
import { KEYS, VAULT, VENUE } from "../support/world.ts";

const OWNER = ownerOf(KEYS);
const salt = (counter: number): bigint => depositSalt(KEYS.proveKey, VAULT, counter);
const alias = (counter: number): bigint => aliasOf(OWNER, VAULT, salt(counter));

it("finds the owner's names among everyone's, deposits behind a gap too", () => {
  const stranger = aliasOf(ownerOf(spendKeys(42n)), VAULT);
  const { salts, nextCounter } = ownAliases(KEYS, VAULT, new Set([alias(0), stranger, alias(20)]));
  expect([...salts.values()]).toEqual([0n, salt(0), salt(20)]);
  expect(salts.has(stranger)).toBe(false);
  expect(nextCounter).toBe(1);
});

it("gives up behind twenty in a row that nobody gave a note to", () => {
  expect(ownAliases(KEYS, VAULT, new Set([alias(0), alias(21)])).salts.get(alias(21))).toBeUndefined();
  expect(ownAliases(KEYS, VAULT, new Set()).nextCounter).toBe(0);
});

it("knows the one name at a desk or venue before any note", () => {
  expect(ownAliases(KEYS, VENUE, new Set()).salts.get(aliasOf(OWNER, VENUE))).toBe(0n);
});
