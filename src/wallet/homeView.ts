/**
 * The home chain as one owner reads it: every slot's versions, the trees of accounts and exits as of any root that was
 * ever current, what this owner's account is and what its receives spent, and the issuers' roots as they are joined.
 *
 * Trees are built from events and compared with the roots that the registry announced: a node that leaves an event out,
 * or changes one, is found out before anything is proven on it.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import type { Account } from "../account/account.ts";
import { nextReadKey, ownerOf, type ProveKeys } from "../account/keys.ts";
import { GrowingTree, type TreePath } from "../account/trees.ts";
import { hasherFor } from "../protocol/bulkHash.ts";
import { WrongEvents, type ChainEvent } from "../chain/chainEvent.ts";
import { FIELD, TIERS, type TierName } from "../protocol/constants.ts";
import { leftBetween, openPublished } from "./versions.ts";

/** One change of a slot: its event is read no further than needed. */
export interface SlotChange {
  readonly slot: number;
  readonly commitment: bigint;
  readonly event: ChainEvent;
  /** Leaf of the exit that left by it. */
  readonly exitLeaf: bigint | undefined;
  /** Whether it is a receipt, which spends notes or makes as if. */
  readonly spends: boolean;
}

/** AccountChanged: commitment, accountsRoot, offset and length of the cipher, then the cipher itself, whose first word is the owner's. */
const CHANGED = { commitment: 0, accountsRoot: 1, owner: 4 } as const;
const TIER_NAMES = Object.keys(TIERS) as TierName[];
/** Changes to replay in a tree that is there, for each leaf that building it anew would take. */
const REPLAY = 16;

export class HomeView {
  /** Roots of the issuers as they are joined, and the notes root over them. */
  readonly joined = new Map<number, bigint>();
  private readonly tiers: TierName[] = [];
  private readonly slots: SlotChange[][] = [];
  private readonly changes: SlotChange[] = [];
  /** Number of the change that made a root. */
  private readonly changeOfRoot = new Map<bigint, number>();
  private readonly spendings = new Map<number, ChainEvent[]>();
  private readonly exits: bigint[] = [];
  private queuedExits = 0;
  /** How many exits a root is of. */
  private readonly exitsOfRoot = new Map<bigint, number>();
  private lastExitsRoot = 0n;

  private readonly owner: bigint;
  private readonly firstReadKey: bigint;
  private scanned = 0;
  private ownSlot: number | undefined;
  private versions: Account[] = [];
  /** The tree of accounts as it was after a change. */
  private replayed: { readonly tree: GrowingTree; size: number; change: number } | undefined;

  constructor(
    private readonly chain: string,
    private readonly depth: number,
    private readonly keys: ProveKeys,
  ) {
    this.owner = ownerOf(keys);
    this.firstReadKey = nextReadKey(keys.proveKey);
  }

  /** Takes the next event of the registry or of IssuerNotes. Throws WrongEvents when one is missing before it. */
  apply(event: ChainEvent, before: ChainEvent | undefined): void {
    switch (event.event) {
      case "AccountOpened":
        this.inOrder(event, this.slots.length);
        this.tiers.push(this.tierOf(event));
        this.slots.push([]);
        return;
      case "AccountChanged":
        return this.change(event, before);
      case "NullifiersSpent": {
        // An opening spends before the slot is there.
        const slot = Number(event.indexed(0));
        const spendings = this.spendings.get(slot);
        if (spendings === undefined) this.spendings.set(slot, [event]);
        else spendings.push(event);
        return;
      }
      case "ExitQueued":
        this.inOrder(event, this.queuedExits++);
        return;
      case "ExitAdded":
        this.inOrder(event, this.exits.length);
        this.exits.push(event.word(0));
        return;
      case "ExitsRootSet":
        this.lastExitsRoot = event.indexed(0);
        this.exitsOfRoot.set(this.lastExitsRoot, this.exits.length);
        return;
      case "NotesJoined":
        this.joined.set(Number(event.indexed(0)), event.word(0));
    }
  }

  /** The root after the last change; 0 before the first. */
  get accountsRoot(): bigint {
    return this.changes.at(-1)?.event.word(CHANGED.accountsRoot) ?? 0n;
  }

  get exitsRoot(): bigint {
    return this.lastExitsRoot;
  }

  /** The owner's slot and its tier. One hash for each slot that is new since the last time. */
  async find(): Promise<{ readonly slot: number; readonly tier: TierName } | undefined> {
    if (this.ownSlot === undefined) {
      const hasher = await hasherFor(this.slots.length - this.scanned);
      for (; this.scanned < this.slots.length && this.ownSlot === undefined; this.scanned++) {
        const first = this.slots[this.scanned]![0];
        if (first === undefined) break;
        const pad = hasher.hash("CIPHER", this.firstReadKey, first.commitment, 0n);
        if (mod(first.event.word(CHANGED.owner) - pad, FIELD) === this.owner) this.ownSlot = this.scanned;
      }
    }
    return this.ownSlot === undefined ? undefined : { slot: this.ownSlot, tier: this.tiers[this.ownSlot]! };
  }

  /** A slot's changes, from its opening on. */
  changesOf(slot: number): readonly SlotChange[] {
    return this.slots[slot]!;
  }

  /**
   * Every version of the owner's account.
   *
   * @throws WrongEvents naming slot and version for one whose cipher doesn't open to its commitment, or that holds more
   *   than the one before without having spent a note
   */
  open(slot: number): readonly Account[] {
    const published = this.slots[slot]!.map(({ commitment, event }) => ({
      commitment,
      get cipher() {
        return event.args["cipher"] as readonly bigint[];
      },
    }));
    const refused = (version: number, cause: unknown): WrongEvents =>
      new WrongEvents(
        this.chain,
        `slot ${slot}, version ${version}: what the node gives as its cipher doesn't open to its commitment`,
        { cause },
      );
    const versions = openPublished(this.tiers[slot]!, published, this.keys, refused, this.versions);
    for (let version = this.versions.length; version < versions.length; version++)
      this.checkGain(slot, version, versions);
    return (this.versions = versions);
  }

  /** What the receives of a slot have spent, places without a note among them. */
  spentBy(slot: number): ReadonlySet<bigint> {
    return new Set(
      (this.spendings.get(slot) ?? []).flatMap((event) => [...(event.args["nullifiers"] as Iterable<bigint>)]),
    );
  }

  /**
   * Path of a slot's leaf under a root of accounts, current or past: undefined when that root is none that ever was, or
   * one when the slot had another commitment.
   *
   * @throws WrongEvents when the events don't give the root
   */
  async accountPath(slot: number, commitment: bigint, root: bigint): Promise<TreePath | undefined> {
    const change = this.changeOfRoot.get(root);
    if (change === undefined) return undefined;
    const tree = await this.replayTo(change, root);
    return tree.leaves[slot] === commitment ? tree.path(commitment) : undefined;
  }

  /** Whether an exit is in the tree, and not in the queue to it any more. */
  isAdded(leaf: bigint): boolean {
    return this.exits.includes(leaf);
  }

  /** Path of an exit under a root of exits, current or past; undefined where the root is unknown or doesn't have it. */
  async exitPath(leaf: bigint, root: bigint): Promise<TreePath | undefined> {
    const leaves = this.exits.slice(0, this.exitsOfRoot.get(root) ?? 0);
    if (!leaves.includes(leaf)) return undefined;
    const { hashPair } = await hasherFor(leaves.length);
    const tree = new GrowingTree(this.depth, leaves, hashPair);
    if (tree.root !== root) throw this.mismatch("exits", tree.root, root);
    return tree.path(leaf);
  }

  /** Every note adds to something, so whatever grows was received: unless the node left out that notes were spent. */
  private checkGain(slot: number, version: number, versions: readonly Account[]): void {
    const grew = version === 0 ? versions[0]!.holdings : leftBetween(versions[version]!, versions[version - 1]!);
    if (grew.length > 0 && !this.slots[slot]![version]!.spends) {
      throw new WrongEvents(this.chain, `slot ${slot}, version ${version}: the node leaves out what its receipt spent`);
    }
  }

  private change(event: ChainEvent, before: ChainEvent | undefined): void {
    const slot = Number(event.indexed(0));
    const own = this.slots[slot];
    if (own === undefined) throw this.missing(event);
    // The registry announces an exit right before the change that it left by.
    const left =
      before?.event === "ExitQueued" && before.transaction === event.transaction ? before.word(0) : undefined;
    const spends = this.spendings.get(slot)?.at(-1)?.transaction === event.transaction;
    const change = { slot, commitment: event.word(CHANGED.commitment), event, exitLeaf: left, spends };
    own.push(change);
    this.changeOfRoot.set(event.word(CHANGED.accountsRoot), this.changes.length);
    this.changes.push(change);
  }

  /** The tree as it was after a change: replayed from where it stands, or built anew. */
  private async replayTo(change: number, root: bigint): Promise<GrowingTree> {
    const steps = change - (this.replayed?.change ?? Number.POSITIVE_INFINITY);
    if (!(steps >= 0 && steps * REPLAY <= this.slots.length)) {
      const leaves: bigint[] = [];
      for (const { slot, commitment } of this.changes.slice(0, change + 1)) leaves[slot] = commitment;
      const { hashPair } = await hasherFor(leaves.length);
      this.replayed = { tree: new GrowingTree(this.depth, leaves, hashPair), size: leaves.length, change };
    }
    const replayed = this.replayed!;
    const { tree } = replayed;
    while (replayed.change < change) {
      const { slot, commitment } = this.changes[++replayed.change]!;
      if (slot < replayed.size) tree.replace(slot, commitment);
      else replayed.size = tree.add(commitment) + 1;
    }
    if (tree.root !== root) {
      this.replayed = undefined;
      throw this.mismatch("accounts", tree.root, root);
    }
    return tree;
  }

  private tierOf(event: ChainEvent): TierName {
    const tier = TIER_NAMES[Number(event.word(0))];
    if (tier === undefined)
      throw new WrongEvents(this.chain, `the node gives an account of no known tier, in block ${event.block}`);
    return tier;
  }

  private inOrder(event: ChainEvent, expected: number): void {
    if (event.indexed(0) !== BigInt(expected)) throw this.missing(event);
  }

  private missing(event: ChainEvent): WrongEvents {
    return new WrongEvents(
      this.chain,
      `the node leaves out events before ${event.event} ${event.indexed(0)} of block ${event.block}`,
    );
  }

  private mismatch(tree: string, got: bigint, root: bigint): WrongEvents {
    return new WrongEvents(
      this.chain,
      `the node's events give another tree of ${tree}, of root ${got}, than the registry, whose root is ${root}`,
    );
  }
}
