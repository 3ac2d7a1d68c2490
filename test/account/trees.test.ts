import { LeanIMT } from "@zk-kit/lean-imt";
import { describe, expect, it } from "vitest";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { hashPair } from "../../src/protocol/hash.ts";
import { Random } from "../support/random.ts";

/** Root by a path, as circuits compute it. */
function climb(leaf: bigint, index: bigint, siblings: readonly bigint[]): bigint {
  return siblings.reduce(
    (node, sibling, i) => ((index >> BigInt(i)) & 1n ? hashPair(sibling, node) : hashPair(node, sibling)),
    leaf,
  );
}

describe("growing tree", () => {
  it("opens every leaf at every size, and old paths no more once a leaf is replaced", () => {
    const tree = new GrowingTree(4);
    expect(tree.root).toBe(0n);
    for (let n = 1n; n <= 16n; n++) {
      tree.add(n * 1_000n);
      for (const leaf of tree.leaves) {
        const { root, depth, index, siblings } = tree.path(leaf);
        expect(siblings).toHaveLength(4);
        expect(climb(leaf, index, siblings.slice(0, depth))).toBe(root);
        expect(root).toBe(tree.root);
      }
    }
    expect(() => tree.add(99n)).toThrow("at most 2^4");
    expect(() => new GrowingTree(2, [1n, 2n, 3n, 4n, 5n])).toThrow("at most 2^2");
    expect(() => tree.replace(16, 99n)).toThrow("must hold the leaf");
    const before = tree.path(5_000n);
    tree.replace(4, 5_001n);
    expect(() => tree.path(5_000n)).toThrow("must hold the leaf");
    expect(tree.root).not.toBe(before.root);
  });
});

it("is the same tree from a list of leaves, leaf by leaf and with leaves replaced, as zk-kit's", () => {
  const random = Random.named("growing tree");
  for (let size = 0; size <= 33; size++) {
    const leaves = Array.from({ length: size }, () => random.field());
    const [whole, grown, reference] = [
      new GrowingTree(8, leaves),
      new GrowingTree(8),
      new LeanIMT<bigint>(hashPair, [...leaves]),
    ];
    for (const leaf of leaves) grown.add(leaf);
    for (const position of [0, size >> 1, size - 1]) {
      if (size === 0) continue;
      const leaf = random.field();
      for (const tree of [whole, grown]) tree.replace(position, leaf);
      reference.update(position, leaf);
    }
    const root = size === 0 ? 0n : reference.root;
    expect([whole.root, grown.root]).toEqual([root, root]);
    reference.leaves.forEach((leaf, position) => {
      const { index, siblings } = reference.generateProof(position);
      expect(whole.path(leaf)).toMatchObject({ root, index: BigInt(index), depth: siblings.length });
      expect(whole.path(leaf).siblings.slice(0, siblings.length)).toEqual(siblings);
      expect(grown.path(leaf)).toEqual(whole.path(leaf));
    });
  }
});

describe("notes tree", () => {
  it("keeps each issuer's root at its id", () => {
    const tree = new NotesTree(
      new Map([
        [1, 11n],
        [2, 22n],
        [255, 33n],
      ]),
    );
    for (const [issuer, root] of [
      [1, 11n],
      [2, 22n],
      [255, 33n],
      [7, 0n],
    ] as const) {
      expect(climb(root, BigInt(issuer), tree.siblings(issuer))).toBe(tree.root);
    }
  });
});
