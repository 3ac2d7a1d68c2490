import * as lite from "poseidon-lite";
import { describe, expect, it } from "vitest";
import { bulkHasher, hasherFor } from "../../src/protocol/bulkHash.ts";
import { hash, hashList, hashPair } from "../../src/protocol/hash.ts";
import { kernelCode } from "../../src/kernel/kernelCode.ts";
import { Kernel } from "../../src/kernel/kernel.ts";
import { KernelPoseidon } from "../../src/kernel/poseidon.ts";
import { FIELD, TAGS, type TagName } from "../../src/protocol/constants.ts";
import { Random } from "../support/random.ts";

describe("hash", () => {
  /** Published with circomlib, of hashes without a tag. */
  const PUBLISHED: readonly (readonly [inputs: readonly number[], digest: bigint])[] = [
    [[1, 2], 7853200120776062878684798364095072458815029376092732009249414926327459813530n],
    [[1, 2, 0, 0, 0], 1018317224307729531995786483840663576608797660851238720571059489595066344487n],
    [[3, 4, 0, 0, 0], 5811595552068139067952687508729883632420015185677766880877743348592482390548n],
    [
      [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
      9989051620750914585850546081941653841776809718687451684622678807385399211877n,
    ],
  ];

  it("is circomlib's Poseidon, of one to sixteen inputs", async () => {
    const poseidon = new KernelPoseidon(await Kernel.create(await kernelCode()));
    for (const [inputs, digest] of PUBLISHED) expect(poseidon.hash(inputs.map(BigInt))).toBe(digest);
    const random = Random.named("hash");
    const edges = [0n, 1n, FIELD - 1n, FIELD, 2n ** 256n - 1n];
    for (let n = 1; n <= 16; n++) {
      const lists = [
        ...edges.map((edge) => Array<bigint>(n).fill(edge)),
        ...Array.from({ length: 20 }, () => Array.from({ length: n }, () => random.field())),
      ];
      for (const list of lists) expect(poseidon.hash(list)).toBe(lite[`poseidon${n}` as "poseidon1"](list));
    }
    expect(() => poseidon.hash([])).toThrow("takes 1 to 16 inputs, got 0");
    expect(() => poseidon.hash(Array<bigint>(17).fill(0n))).toThrow("takes 1 to 16 inputs, got 17");
    expect(hashPair(1n, 2n)).toBe(PUBLISHED[0]![1]);
  });

  it("puts the tag first", () => {
    expect(hash("ROW", 3n, 4n)).toBe(lite.poseidon3([TAGS.ROW, 3n, 4n]));
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
