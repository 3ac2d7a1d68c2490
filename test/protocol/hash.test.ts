import { buildPoseidonReference } from "circomlibjs";
import { describe, expect, it } from "vitest";
import { bulkHasher, hasherFor } from "../../src/protocol/bulkHash.ts";
import { hash, hashList, hashPair } from "../../src/protocol/hash.ts";
import { TAGS, type TagName } from "../../src/protocol/constants.ts";
import { Random } from "../support/random.ts";

describe("hash", () => {
  it("is circomlib's Poseidon with the tag as first input", async () => {
    const reference = await buildPoseidonReference();
    const plain = (inputs: bigint[]): bigint => reference.F.toObject(reference(inputs));
    const random = Random.named("hash");
    for (let n = 1; n <= 15; n++) {
      const inputs = Array.from({ length: n }, () => random.field());
      expect(hash("ROW", ...inputs)).toBe(plain([TAGS.ROW, ...inputs]));
    }
    expect(hashPair(3n, 4n)).toBe(plain([3n, 4n]));
  });

  it("chains long lists in chunks of 15", () => {
    const items = Array.from({ length: 33 }, (_, i) => BigInt(i));
    const first = hash("TABLE", ...items.slice(0, 15));
    expect(hashList("TABLE", items.slice(0, 15))).toBe(first);
    expect(hashList("TABLE", items.slice(0, 17))).not.toBe(hashList("TABLE", items.slice(0, 16)));
    expect(hashList("TABLE", items)).not.toBe(hashList("ACCOUNT", items));
  });

  it("is the same from the bulk implementation", async () => {
    const bulk = await bulkHasher();
    const random = Random.named("bulk hash");
    for (const length of [1, 8, 12, 15, 16, 66]) {
      const items = Array.from({ length }, () => random.field());
      expect(bulk.hashList("TABLE", items)).toBe(hashList("TABLE", items));
      if (length <= 15) expect(bulk.hash("ROW", ...items)).toBe(hash("ROW", ...items));
    }
  });

  it("is the same from whichever implementation is soonest", async () => {
    const random = Random.named("hasher for");
    const [left, right] = [random.field(), random.field()];
    for (const { hash: tagged, hashList: list, hashPair: pair } of [await hasherFor(1), await hasherFor(100_000)]) {
      expect(pair(left, right)).toBe(hashPair(left, right));
      expect(tagged("NOTE", left, right)).toBe(hash("NOTE", left, right));
      expect(list("NOTE", [left, right])).toBe(hashList("NOTE", [left, right]));
    }
  });

  it("has a tag of its own for every domain, none of them small", () => {
    const tags = Object.values(TAGS);
    expect(new Set(tags).size).toBe(tags.length);
    for (const [name, tag] of Object.entries(TAGS) as [TagName, bigint][]) {
      expect(Buffer.from(tag.toString(16), "hex").toString("ascii")).toBe(`plimsoll.${name}`);
    }
  });

  it("refuses more than 15 inputs after the tag", () => {
    expect(() => hash("ROW", ...Array<bigint>(16).fill(1n))).toThrow(RangeError);
  });
});
