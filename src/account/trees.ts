/**
 * The trees that accounts, notes and exits live in: binary, Poseidon, growing (LeanIMT), and the fixed one that joins
 * every issuer's notes.
 *
 * @module
 */
import { LeanIMT } from "@zk-kit/lean-imt";
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

/** A tree that grows leaf by leaf, at most 2^maxDepth. */
export class GrowingTree {
  private readonly tree: LeanIMT<bigint>;

  /** @param pair a quicker {@link hashPair}, for many leaves */
  constructor(
    private readonly maxDepth: number,
    leaves: readonly bigint[] = [],
    pair: (left: bigint, right: bigint) => bigint = hashPair,
  ) {
    this.tree = new LeanIMT<bigint>(pair, [...leaves]);
    this.checkSize();
  }

  /** 0 while the tree is empty. */
  get root(): bigint {
    return this.tree.size === 0 ? 0n : this.tree.root;
  }

  get leaves(): readonly bigint[] {
    return this.tree.leaves;
  }

  /** Adds a leaf and returns its position. */
  add(leaf: bigint): number {
    this.tree.insert(leaf);
    this.checkSize();
    return this.tree.size - 1;
  }

  /** Replaces a leaf: the old one is vouched for no more. */
  replace(position: number, leaf: bigint): void {
    this.tree.update(position, leaf);
  }

  /** Path of a leaf. Throws an InputError when the tree doesn't have it. */
  path(leaf: bigint): TreePath {
    const position = this.tree.indexOf(leaf);
    if (position < 0) throw new InputError("tree", "must hold the leaf");
    const { root, index, siblings } = this.tree.generateProof(position);
    const padded = Array.from({ length: this.maxDepth }, (_, i) => siblings[i] ?? 0n);
    return { root, depth: siblings.length, index: BigInt(index), siblings: padded };
  }

  private checkSize(): void {
    if (this.tree.size > 2 ** this.maxDepth) throw new InputError("tree", `must hold at most 2^${this.maxDepth} leaves`, this.tree.size);
  }
}

/** The notes root: every issuer's root at position issuerId of a full binary tree, 0 where there is none. */
export class NotesTree {
  constructor(private readonly roots: ReadonlyMap<number, bigint>) {}

  get root(): bigint {
    return this.levels().at(-1)![0]!;
  }

  /** Siblings of an issuer's root, lowest first. */
  siblings(issuerId: number): bigint[] {
    return this.levels().slice(0, -1).map((level, depth) => level[(issuerId >> depth) ^ 1]!);
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
