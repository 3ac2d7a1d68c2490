/**
 * The trees that accounts, notes and exits live in: binary, Poseidon, growing (LeanIMT), and the fixed one that joins
 * every issuer's notes.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { hashPair } from "../protocol/hash.ts";
import { ISSUER_DEPTH } from "../protocol/constants.ts";

/** A path as circuits take it: `siblings` has the tree's largest depth, zeros after the first `depth`. */
export interface TreePath {
  readonly root: bigint;
  readonly depth: number;
  readonly index: bigint;
  readonly siblings: readonly bigint[];
}

/**
 * A tree that grows leaf by leaf, at most 2^maxDepth: a node without a right sibling is its own parent. More leaves
 * than that throw an InputError.
 *
 * @example
 * ```ts
 * import { GrowingTree, protocol } from "plimsoll/toolkit";
 *
 * const tree = new GrowingTree(protocol.TIERS.M.depth, [11n, 22n]);
 * tree.add(33n);
 * const { root, depth, siblings } = tree.path(33n); // depth 1; siblings filled up with zeros to 30
 * ```
 */
export class GrowingTree {
  /** levels[0] holds the leaves; the last level has one node, the root. */
  private readonly levels: bigint[][];

  /** @param pair a quicker `hashPair`, for many leaves */
  constructor(
    private readonly maxDepth: number,
    leaves: readonly bigint[] = [],
    private readonly pair: (left: bigint, right: bigint) => bigint = hashPair,
  ) {
    this.checkSize(leaves.length);
    let level = [...leaves];
    this.levels = [level];
    while (level.length > 1) {
      const below = level;
      level = Array.from({ length: Math.ceil(below.length / 2) }, (_, i) => this.parent(below, i));
      this.levels.push(level);
    }
  }

  /** 0 while the tree is empty. */
  get root(): bigint {
    return this.levels.at(-1)![0] ?? 0n;
  }

  get leaves(): readonly bigint[] {
    return this.levels[0]!;
  }

  /** Adds a leaf and returns its position. */
  add(leaf: bigint): number {
    const position = this.leaves.length;
    this.checkSize(position + 1);
    this.set(position, leaf);
    return position;
  }

  /** Replaces a leaf: the old one is vouched for no more. */
  replace(position: number, leaf: bigint): void {
    if (!(position in this.leaves)) throw new InputError("tree", "must hold the leaf", position);
    this.set(position, leaf);
  }

  /** Path of a leaf. Throws an InputError when the tree doesn't have it. */
  path(leaf: bigint): TreePath {
    const position = this.leaves.indexOf(leaf);
    if (position < 0) throw new InputError("tree", "must hold the leaf");
    const siblings: bigint[] = [];
    let index = 0n;
    this.levels.slice(0, -1).forEach((level, depth) => {
      const at = position >> depth;
      const sibling = level[at ^ 1];
      if (sibling === undefined) return;
      index |= BigInt(at & 1) << BigInt(siblings.length);
      siblings.push(sibling);
    });
    const padded = Array.from({ length: this.maxDepth }, (_, i) => siblings[i] ?? 0n);
    return { root: this.root, depth: siblings.length, index, siblings: padded };
  }

  /** Puts a leaf at a position, at most one behind the last, and renews what is above it. */
  private set(position: number, leaf: bigint): void {
    this.levels[0]![position] = leaf;
    for (let depth = 0, at = position; this.levels[depth]!.length > 1; depth++) {
      at >>= 1;
      (this.levels[depth + 1] ??= [])[at] = this.parent(this.levels[depth]!, at);
    }
  }

  private parent(level: readonly bigint[], i: number): bigint {
    const [left, right] = [level[2 * i]!, level[2 * i + 1]];
    return right === undefined ? left : this.pair(left, right);
  }

  private checkSize(size: number): void {
    if (size > 2 ** this.maxDepth) throw new InputError("tree", `must hold at most 2^${this.maxDepth} leaves`, size);
  }
}

/**
 * The notes root: every issuer's root at position issuerId of a full binary tree, 0 where there is none.
 *
 * @example
 * ```ts
 * import { GrowingTree, NotesTree } from "plimsoll/toolkit";
 *
 * const venue = new GrowingTree(30, [11n]);
 * const joined = new NotesTree(new Map([[16, venue.root]]));
 * console.log(joined.root, joined.siblings(16));
 * ```
 */
export class NotesTree {
  constructor(private readonly roots: ReadonlyMap<number, bigint>) {}

  get root(): bigint {
    return this.levels().at(-1)![0]!;
  }

  /** Siblings of an issuer's root, lowest first. */
  siblings(issuerId: number): bigint[] {
    return this.levels()
      .slice(0, -1)
      .map((level, depth) => level[(issuerId >> depth) ^ 1]!);
  }

  private levels(): bigint[][] {
    let level = Array.from({ length: 2 ** ISSUER_DEPTH }, (_, issuer) => this.roots.get(issuer) ?? 0n);
    const levels = [level];
    for (let depth = 0; depth < ISSUER_DEPTH; depth++) {
      level = Array.from({ length: level.length / 2 }, (_, i) => hashPair(level[2 * i]!, level[2 * i + 1]!));
      levels.push(level);
    }
    return levels;
  }
}
