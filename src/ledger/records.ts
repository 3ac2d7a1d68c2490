/**
 * What a ledger keeps and shows: its trees, what is spent, what was published; and what needs no proof: issuers give
 * notes, reporters publish tables.
 *
 * @module
 */
import { getAddress } from "ethers";
import { noteLeaf, type Note } from "../account/note.ts";
import { GrowingTree, NotesTree, type TreePath } from "../account/trees.ts";
import { InputError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";
import type { TableTree } from "../risk/tree.ts";
import type { ReceivedNote } from "../statements/receive.ts";
import type { Change, IssuedNote, LedgerState, Payment, PublishedTable } from "./state.ts";

/** See {@link Ledger}, which adds the rules on proofs. */
export class Records {
  protected readonly accounts: GrowingTree;
  protected readonly exitTree: GrowingTree;
  private readonly noteTrees = new Map<number, GrowingTree>();
  private readonly serials = new Set<string>();
  protected readonly slots = new Map<bigint, number>();
  protected readonly commitments = new Set<bigint>();
  protected readonly nullifiers: Set<bigint>;
  protected readonly openings: Set<bigint>;
  protected readonly paid: Set<bigint>;
  protected readonly tables: PublishedTable[];
  private readonly notes: IssuedNote[] = [];
  private readonly changes: Change[] = [];
  protected readonly payments: Payment[];

  /** Takes up a state; throws an InputError for one that no ledger comes to. */
  constructor({ address, depth, tables, notes, changes, exits, payments, nullifiers, openings }: LedgerState) {
    this.address = getAddress(address);
    this.depth = depth;
    this.accounts = new GrowingTree(depth);
    this.exitTree = new GrowingTree(depth, exits);
    this.tables = [...tables];
    this.payments = [...payments];
    this.nullifiers = unique("nullifiers", nullifiers);
    this.openings = unique("openings", openings);
    this.paid = unique("payments", payments.map(({ spent }) => spent));
    unique("exits", exits);
    unique("tables", tables.map(({ root }) => root));
    notes.forEach((note, i) => this.addNote(note, `notes[${i}]`));
    changes.forEach((change, i) => this.addChange(change, `changes[${i}]`));
    if (this.openings.size !== this.accounts.leaves.length) {
      throw new InputError("openings", "must be as many as accounts", this.openings.size);
    }
  }

  /** The address that contexts name: random, so that a proof to one ledger is nothing to another. */
  readonly address: string;
  /** Depth of every tree; accounts of a tier with other trees can't open here. */
  readonly depth: number;

  /** Everything there is to store; a copy. */
  get state(): LedgerState {
    return {
      address: this.address, depth: this.depth, tables: [...this.tables], notes: [...this.notes], changes: [...this.changes],
      exits: [...this.exitTree.leaves], payments: [...this.payments], nullifiers: [...this.nullifiers], openings: [...this.openings],
    };
  }

  get accountsRoot(): bigint {
    return this.accounts.root;
  }

  get exitsRoot(): bigint {
    return this.exitTree.root;
  }

  get notesRoot(): bigint {
    return this.notesTree().root;
  }

  /** The newest risk table, on which alone accounts are spent; undefined before the first. */
  get newestTable(): PublishedTable | undefined {
    return this.tables.at(-1);
  }

  /** Takes a table as the newest. Throws an InputError unless its epoch is the highest so far and its root new. */
  publish({ root, table: { epoch, notAfter } }: Pick<TableTree, "root" | "table">): void {
    const newest = this.newestTable;
    if (newest !== undefined && epoch <= newest.epoch) {
      throw new InputError("table.epoch", `must be above ${newest.epoch}, the newest here`, epoch);
    }
    if (this.tables.some((table) => table.root === root)) throw new InputError("table.root", "must be new", root);
    this.tables.push({ root, epoch, notAfter });
  }

  /** A serial that its issuer has not used: one more than the highest. */
  nextSerial(issuerId: number): bigint {
    return this.notes.reduce((next, { issuerId: id, serial }) => (id === issuerId && serial >= next ? serial + 1n : next), 1n);
  }

  /**
   * An issuer gives a note to `recipient`, an alias at this issuer. Throws an InputError for a serial that the issuer
   * has used before or a full tree.
   */
  issue({ issuerId, legs, serial, blinding, words, nonce }: Note, recipient: bigint): IssuedNote {
    const issued = { issuerId, recipient, legs: [...legs], serial, blinding, leaf: noteLeaf(recipient, { words, nonce }) };
    this.addNote(issued, "note");
    return issued;
  }

  /** A note with its paths under the notes root of this moment. Throws an InputError if it was never issued to `owner`. */
  receivable(note: Note, owner: bigint): ReceivedNote {
    const tree = this.noteTrees.get(note.issuerId);
    if (tree === undefined) throw new InputError("note.issuerId", "must be an issuer that has issued", note.issuerId);
    return { note, path: tree.path(note.leaf(owner)), issuerSiblings: this.notesTree().siblings(note.issuerId) };
  }

  /** Whether this nullifier of a note is spent. */
  isSpent(nullifier: bigint): boolean {
    return this.nullifiers.has(nullifier);
  }

  /** Whether an owner with this opening nullifier has an account. */
  isOpen(openingNullifier: bigint): boolean {
    return this.openings.has(openingNullifier);
  }

  /** Whether an exit with this nullifier has been paid. */
  isPaid(spent: bigint): boolean {
    return this.paid.has(spent);
  }

  /** Path of a current account state. Throws an InputError when it is none. */
  accountPath(commitment: bigint): TreePath {
    return this.accounts.path(commitment);
  }

  /** Path of an exit. Throws an InputError when there is none such. */
  exitPath(leaf: bigint): TreePath {
    return this.exitTree.path(leaf);
  }

  /** What a slot's changes published, oldest first: all that a wallet needs to restore an account from its keys. */
  history(slot: number): readonly Change[] {
    return this.changes.filter((change) => change.slot === slot);
  }

  /** Slot of a current account state, or undefined. */
  slotOf(commitment: bigint): number | undefined {
    return this.slots.get(commitment);
  }

  protected addChange(change: Change, path: string): void {
    const { slot, commitment } = change;
    const accounts = this.accounts.leaves.length;
    if (slot > accounts) throw new InputError(`${path}.slot`, `must be at most ${accounts}, the next to open`, slot);
    if (commitment === 0n || this.commitments.has(commitment)) throw new InputError(`${path}.commitment`, "must be new", commitment);
    if (slot === accounts) this.accounts.add(commitment);
    else {
      this.slots.delete(this.accounts.leaves[slot]!);
      this.accounts.replace(slot, commitment);
    }
    this.slots.set(commitment, slot);
    this.commitments.add(commitment);
    this.changes.push(change);
  }

  private addNote(note: IssuedNote, path: string): void {
    const { issuerId, serial, recipient, leaf } = note;
    if (recipient <= 0n || recipient >= FIELD) throw new InputError(`${path}.recipient`, "must be an alias, a field element", recipient);
    const tree = this.noteTrees.get(issuerId) ?? new GrowingTree(this.depth);
    if (!this.hasRoom(tree)) throw new InputError(path, `finds the notes tree of issuer ${issuerId} full`);
    const once = `${issuerId}:${serial}`;
    if (this.serials.has(once)) throw new InputError(`${path}.serial`, "must not repeat at its issuer", serial);
    this.serials.add(once);
    tree.add(leaf);
    this.noteTrees.set(issuerId, tree);
    this.notes.push(note);
  }

  private notesTree(): NotesTree {
    return new NotesTree(new Map([...this.noteTrees].map(([issuer, tree]) => [issuer, tree.root])));
  }

  protected hasRoom(tree: GrowingTree): boolean {
    return tree.leaves.length < 2 ** this.depth;
  }
}

function unique(path: string, values: readonly bigint[]): Set<bigint> {
  const set = new Set(values);
  if (set.size !== values.length) throw new InputError(path, "must hold nothing twice");
  return set;
}
