import { describe, expect, it } from "vitest";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { hashPair } from "../../src/protocol/hash.ts";

/** Root by a path, as circuits compute it. */
function climb(leaf: bigint, index: bigint, siblings: readonly bigint[]): bigint {
  return siblings.reduce((node, sibling, i) => ((index >> BigInt(i)) & 1n ? hashPair(sibling, node) : hashPair(node, sibling)), leaf);
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
    const before = tree.path(5_000n);
    tree.replace(4, 5_001n);
    expect(() => tree.path(5_000n)).toThrow("must hold the leaf");
    expect(tree.root).not.toBe(before.root);
  });
});

describe("notes tree", () => {
  it("keeps each issuer's root at its id", () => {
    const tree = new NotesTree(new Map([[1, 11n], [2, 22n], [255, 33n]]));
    for (const [issuer, root] of [[1, 11n], [2, 22n], [255, 33n], [7, 0n]] as const) {
      expect(climb(root, BigInt(issuer), tree.siblings(issuer))).toBe(tree.root);
    }
  });
});
