/**
 * A local ledger: the registry, the issuers and the vaults' paying out on one machine, so that accounts can move today
 * without any chain. It is the registry's rules (PROTOCOL.md, sections 4 and 7) in TypeScript; contracts follow the
 * same ones. Left out is the pace of folds, which guards a shared chain against spam. It knows what issuers know: who
 * gets a note under which alias, and its legs; never an owner, a key or what an account holds.
 *
 * @module
 */
import { getAddress } from "ethers";
import { randomBytes } from "@noble/hashes/utils.js";
import { noteLeaf, type Note } from "../account/note.ts";
import { GrowingTree, NotesTree, type TreePath } from "../account/trees.ts";
import { InputError, ProofError } from "../errors.ts";
import { COVERAGE_INITIAL, FIELD, TIERS, type CircuitName, type TierName } from "../protocol.ts";
import { loadVerificationKey } from "../prove/artifacts.ts";
import { unpackClaim } from "../prove/claim.ts";
import { contextSignal } from "../prove/context.ts";
import type { VerificationKey } from "../prove/groth16.ts";
import type { Proof } from "../prove/proof.ts";
import { verify } from "../prove/verify.ts";
import type { BookTree } from "../risk/tree.ts";
import type { FoldedNote } from "../statements/fold.ts";
import type { Change, IssuedNote, LedgerState, Payment, PublishedBook, Submission } from "./state.ts";

/** The keys that the ledger trusts; by default those of the build. */
export type LoadKey = (circuit: CircuitName, tier: TierName) => Promise<{ readonly verificationKey: VerificationKey }>;

/** EIP-155 chain id in the context of every proof to a local ledger. */
export const LOCAL_CHAIN = 0n;

export class Ledger {
  private readonly accounts: GrowingTree;
  private readonly exitTree: GrowingTree;
  private readonly noteTrees = new Map<number, GrowingTree>();
  private readonly serials = new Set<string>();
  private readonly slots = new Map<bigint, number>();
  private readonly commitments = new Set<bigint>();
  private readonly nullifiers: Set<bigint>;
  private readonly openings: Set<bigint>;
  private readonly paid: Set<bigint>;
  private readonly books: PublishedBook[];
  private readonly notes: IssuedNote[] = [];
  private readonly changes: Change[] = [];
  private readonly payments: Payment[];

  /** Takes up a state; throws an InputError for one that no ledger comes to. Start with {@link Ledger.create}. */
  constructor(
    { address, depth, books, notes, changes, exits, payments, nullifiers, openings }: LedgerState,
    private readonly loadKey: LoadKey = loadVerificationKey,
  ) {
    this.address = getAddress(address);
    this.depth = depth;
    this.accounts = new GrowingTree(depth);
    this.exitTree = new GrowingTree(depth, exits);
    this.books = [...books];
    this.payments = [...payments];
    this.nullifiers = unique("nullifiers", nullifiers);
    this.openings = unique("openings", openings);
    this.paid = unique("payments", payments.map(({ spent }) => spent));
    unique("exits", exits);
    unique("books", books.map(({ root }) => root));
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

  /** An empty ledger for accounts of `tier` and all tiers whose trees are as deep: 20 for M and L. */
  static create(tier: TierName = "M", loadKey?: LoadKey): Ledger {
    const address = getAddress(`0x${Buffer.from(randomBytes(20)).toString("hex")}`);
    const empty = { books: [], notes: [], changes: [], exits: [], payments: [], nullifiers: [], openings: [] };
    return new Ledger({ address, depth: TIERS[tier].depth, ...empty }, loadKey);
  }

  /** Everything there is to store; a copy. */
  get state(): LedgerState {
    return {
      address: this.address, depth: this.depth, books: [...this.books], notes: [...this.notes], changes: [...this.changes],
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

  /** The newest risk book, on which alone accounts are lowered; undefined before the first. */
  get newestBook(): PublishedBook | undefined {
    return this.books.at(-1);
  }

  /** Takes a book as the newest. Throws an InputError unless its epoch is the highest so far and its root new. */
  publish({ root, book: { epoch, notAfter } }: Pick<BookTree, "root" | "book">): void {
    const newest = this.newestBook;
    if (newest !== undefined && epoch <= newest.epoch) {
      throw new InputError("book.epoch", `must be above ${newest.epoch}, the newest here`, epoch);
    }
    if (this.books.some((book) => book.root === root)) throw new InputError("book.root", "must be new", root);
    this.books.push({ root, epoch, notAfter });
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
  foldable(note: Note, owner: bigint): FoldedNote {
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

  /** The context that a proof to this ledger must carry. */
  context({ account, deadline }: Pick<Submission, "account" | "deadline">): bigint {
    return contextSignal({ chainId: LOCAL_CHAIN, contract: this.address, account, deadline });
  }

  /**
   * Opens an account or folds notes into one.
   *
   * @returns the change as published
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async fold(proof: Proof<"fold">, submission: Submission): Promise<Change> {
    await this.check(proof, "fold", submission);
    const { oldCommitment, notesRoot, openingNullifier, nullifiers } = proof.signals;
    must(notesRoot === this.notesRoot, "notesRoot", "must be the current one");
    nullifiers.forEach((nullifier, i) => {
      must(!this.nullifiers.has(nullifier), `nullifiers[${i}]`, "must not be spent");
      must(nullifiers.indexOf(nullifier) === i, `nullifiers[${i}]`, "must not be spent twice at once");
    });
    const opens = oldCommitment === 0n;
    must(opens === (openingNullifier !== 0n), "openingNullifier", "must be there if the account opens, and only then");
    must(!opens || !this.openings.has(openingNullifier), "openingNullifier", "must not be spent: one owner has one account");
    const change = this.nextChange(proof, submission);

    this.addChange(change, "change");
    nullifiers.forEach((nullifier) => this.nullifiers.add(nullifier));
    if (opens) this.openings.add(openingNullifier);
    return change;
  }

  /**
   * Lowers an account, at initial margin and on the newest book while it is good; what leaves an account of nothing but
   * collateral may do so on any past book.
   *
   * @returns the change as published
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async lower(proof: Proof<"lower">, submission: Submission): Promise<Change> {
    await this.check(proof, "lower", submission);
    const { oldCommitment, bookRoot, exitLeaf, claim } = proof.signals;
    const { coverage, collateralOnly } = unpackClaim("lower", claim, "publicSignals.claim");
    must(coverage === COVERAGE_INITIAL, "claim.coverage", `must be ${COVERAGE_INITIAL}, initial margin, got ${coverage}`);
    must(oldCommitment !== 0n, "oldCommitment", "must be of an open account");
    if (collateralOnly && exitLeaf !== 0n) {
      must(this.books.some(({ root }) => root === bookRoot), "bookRoot", "must be of a book published here");
    } else {
      const newest = this.newestBook;
      must(newest?.root === bookRoot, "bookRoot", "must be of the newest book");
      must(submission.now <= BigInt(newest!.notAfter), "bookRoot", `must be of a book that is still good: this one was until ${newest!.notAfter}`);
    }
    must(!this.exitTree.leaves.includes(exitLeaf), "exitLeaf", "must be new");
    must(exitLeaf === 0n || this.hasRoom(this.exitTree), "exitLeaf", "finds the exits tree full");
    const change = this.nextChange(proof, submission);

    this.addChange(change, "change");
    if (exitLeaf !== 0n) this.exitTree.add(exitLeaf);
    return change;
  }

  /**
   * Pays an exit.
   *
   * @throws ProofError naming the signal and the rule; then nothing has changed
   */
  async exit(proof: Proof<"exit">, submission: Submission): Promise<Payment> {
    await this.check(proof, "exit", submission);
    const { exitsRoot, spent, instrument, lots, recipient } = proof.signals;
    must(exitsRoot === this.exitsRoot && exitsRoot !== 0n, "exitsRoot", "must be the current one");
    must(!this.paid.has(spent), "spent", "must not be paid twice");
    const payment = { spent, instrument: Number(instrument), lots, recipient };

    this.paid.add(spent);
    this.payments.push(payment);
    return payment;
  }

  /** What holds for every proof. Rules on the ledger's state come after, without waiting in between. */
  private async check(proof: Proof, circuit: CircuitName, { account, deadline, now }: Submission): Promise<void> {
    if (proof.circuit !== circuit) throw new ProofError("circuit", `must be ${circuit}, got ${proof.circuit}`);
    if (TIERS[proof.tier].depth !== this.depth) {
      throw new ProofError("tier", `must be one with trees of depth ${this.depth}, got ${proof.tier}`);
    }
    if (now > deadline) throw new ProofError("deadline", `must not have passed: it was ${deadline}, now is ${now}`);
    const expected = this.context({ account, deadline });
    must(proof.signals.context === expected, "context", "must name this ledger, its submitter and the deadline");
    const { verificationKey } = await this.loadKey(circuit, proof.tier);
    await verify(proof, verificationKey);
  }

  /** The change that a proof makes to the account's slot, or to a new one. */
  private nextChange(proof: Proof<"fold"> | Proof<"lower">, { now }: Submission): Change {
    const { oldCommitment, newCommitment, cipher } = proof.signals;
    const opens = oldCommitment === 0n;
    const slot = opens ? this.accounts.leaves.length : this.slots.get(oldCommitment);
    must(slot !== undefined, "oldCommitment", "must be a current state of an account");
    must(!opens || this.hasRoom(this.accounts), "oldCommitment", "finds the accounts tree full");
    must(newCommitment !== 0n && !this.commitments.has(newCommitment), "newCommitment", "must be new");
    return { slot: slot!, tier: proof.tier, commitment: newCommitment, cipher: [...cipher], time: Number(now) };
  }

  private addChange(change: Change, path: string): void {
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

  private hasRoom(tree: GrowingTree): boolean {
    return tree.leaves.length < 2 ** this.depth;
  }
}

function must(holds: boolean, signal: string, rule: string): void {
  if (!holds) throw new ProofError(`publicSignals.${signal}`, rule);
}

function unique(path: string, values: readonly bigint[]): Set<bigint> {
  const set = new Set(values);
  if (set.size !== values.length) throw new InputError(path, "must hold nothing twice");
  return set;
}
