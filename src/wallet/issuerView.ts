/**
 * An issuer as one owner reads it: the tree of its notes as of any root it ever had, the notes that are the owner's, and
 * at a vault what became of exits.
 *
 * Vaults and desks issue single notes with public legs. Venues post batches: full subtrees, whose roots are the leaves of
 * the issuer's tree, with the notes encrypted to their aliases.
 *
 * @module
 */
import { aliasOf, ownerOf, type ProveKeys } from "../account/keys.ts";
import { noteSecret } from "../account/noteKey.ts";
import { Note } from "../account/note.ts";
import { GrowingTree, type TreePath } from "../account/trees.ts";
import { hasherFor } from "../protocol/bulkHash.ts";
import { WrongEvents, type ChainEvent } from "../chain/chainEvent.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import { InputError } from "../base/errors.ts";
import { openEncryptedNotes } from "../account/encryptedNotes.ts";
import { ownAliases, type OwnAliases } from "./aliases.ts";

/** A note to the owner, and where it stands. */
export interface ReceivedNote {
  readonly note: Note;
  /** Position among the leaves of the issuer's tree: of the note itself, or of its batch. */
  readonly position: number;
  /** Of its path inside the batch; nothing for single notes. */
  readonly index: number;
  readonly siblings: readonly bigint[];
}

/** An exit that a vault took. */
export interface TakenExit {
  readonly payout: number;
  readonly recipient: bigint;
  /** Lots of it that are paid. */
  readonly paid: bigint;
}

/** NoteIssued: serial, index, leaf, notesRoot, then the legs. */
const ISSUED = { index: 1, leaf: 2, notesRoot: 3 } as const;
/** BatchPosted: root, notesRoot, then the encrypted notes. */
const BATCH = { root: 0, notesRoot: 1 } as const;

export class IssuerView {
  /** What was issued to the owner and can't be right. */
  readonly warnings: string[] = [];
  private readonly leaves: bigint[] = [];
  /** How many leaves a root is of. */
  private readonly sizeOfRoot = new Map<bigint, number>();
  private lastRoot = 0n;
  private readonly issued: ChainEvent[] = [];
  private readonly recipients = new Set<bigint>();
  private readonly batches: ChainEvent[] = [];
  /** Numbers of the batches that have a note to the owner's alias. */
  private readonly own = new Set<number>();
  private readonly taken = new Map<bigint, { readonly payout: number; readonly recipient: bigint }>();
  private readonly paid = new Map<number, bigint>();

  private readonly owner: bigint;
  private readonly alias: bigint;
  private aliases: OwnAliases | undefined;
  /** Notes to the owner by their positions: at most one at a vault or desk, those of a batch at a venue. */
  private readonly opened = new Map<number, readonly ReceivedNote[]>();
  private trees = new Map<bigint, GrowingTree>();

  /** @param batchDepth levels of a venue's batches; 0 elsewhere */
  constructor(
    readonly issuer: NetworkIssuer,
    private readonly depth: number,
    private readonly keys: ProveKeys,
    private readonly batchDepth: number,
  ) {
    this.owner = ownerOf(keys);
    this.alias = aliasOf(this.owner, issuer.id);
  }

  /** Takes the issuer's next event. Throws WrongEvents when one is missing before it. */
  apply(event: ChainEvent): void {
    switch (event.event) {
      case "NoteIssued":
        this.add(event, event.word(ISSUED.index), event.word(ISSUED.leaf), event.word(ISSUED.notesRoot));
        this.issued.push(event);
        this.recipients.add(event.indexed(0));
        this.aliases = undefined;
        return;
      case "BatchPosted":
        this.add(event, event.indexed(0), event.word(BATCH.root), event.word(BATCH.notesRoot));
        this.batches.push(event);
        return;
      case "Posted":
        if (event.indexed(0) === this.alias) this.own.add(Number(event.indexed(1)));
        return;
      case "ExitTaken":
        this.taken.set(event.indexed(0), { payout: Number(event.indexed(1)), recipient: event.word(0) });
        return;
      case "Paid": {
        const payout = Number(event.indexed(0));
        this.paid.set(payout, (this.paid.get(payout) ?? 0n) + event.word(1));
      }
    }
  }

  /** The root after the last note; 0 before the first. */
  get notesRoot(): bigint {
    return this.lastRoot;
  }

  /** Whether the issuer's tree ever had this root. */
  knows(root: bigint): boolean {
    return this.sizeOfRoot.has(root);
  }

  /** Notes to the owner, spent ones too, in the order they were issued. */
  async received(): Promise<readonly ReceivedNote[]> {
    if (this.issuer.kind !== "venue") return this.single();
    const notes: ReceivedNote[] = [];
    for (const batch of [...this.own].sort((a, b) => a - b)) {
      if (!this.opened.has(batch)) this.opened.set(batch, await this.openBatch(batch));
      notes.push(...this.opened.get(batch)!);
    }
    return notes;
  }

  /** The counter of the next deposit's salt. */
  get nextDepositCounter(): number {
    return this.ownAliases.nextCounter;
  }

  /**
   * Path of a note under a root that the issuer had; undefined when the root is unknown or from before the note.
   *
   * @throws WrongEvents when the events don't give the root
   */
  async path({ position, index, siblings }: ReceivedNote, root: bigint): Promise<TreePath | undefined> {
    const size = this.sizeOfRoot.get(root);
    if (size === undefined || position >= size) return undefined;
    const outer = (await this.treeOf(root, size)).path(this.leaves[position]!);
    const inside = siblings.length;
    return {
      root,
      depth: inside + outer.depth,
      index: BigInt(index) + (outer.index << BigInt(inside)),
      siblings: [...siblings, ...outer.siblings],
    };
  }

  /** What the vault took by this number, and how much of it is paid. */
  takenBy(spent: bigint): TakenExit | undefined {
    const taken = this.taken.get(spent);
    return taken === undefined ? undefined : { ...taken, paid: this.paid.get(taken.payout) ?? 0n };
  }

  /** Whom the vault ever had to pay, the latest first. */
  get payees(): readonly bigint[] {
    return [...new Set([...this.taken.values()].map(({ recipient }) => recipient).reverse())];
  }

  private add(event: ChainEvent, position: bigint, leaf: bigint, root: bigint): void {
    if (position !== BigInt(this.leaves.length)) {
      throw new WrongEvents(
        this.issuer.chain,
        `the node leaves out notes of ${this.issuer.name} before ${event.event} ${position} of block ${event.block}`,
      );
    }
    this.leaves.push(leaf);
    this.sizeOfRoot.set(root, this.leaves.length);
    this.lastRoot = root;
  }

  private get ownAliases(): OwnAliases {
    return (this.aliases ??= ownAliases(this.keys, this.issuer.id, this.recipients));
  }

  private single(): ReceivedNote[] {
    const { salts } = this.ownAliases;
    return this.issued.flatMap((event, position) => {
      const salt = salts.get(event.indexed(0));
      if (salt === undefined) return [];
      if (!this.opened.has(position)) {
        const note = this.parse(event, salt);
        this.opened.set(position, note === undefined ? [] : [{ note, position, index: 0, siblings: [] }]);
      }
      return this.opened.get(position)!;
    });
  }

  private parse(event: ChainEvent, salt: bigint): Note | undefined {
    const { serial, legs } = event.args as { serial: bigint; legs: readonly { instrument: bigint; lots: bigint }[] };
    try {
      const note = new Note(
        this.issuer.id,
        salt,
        legs.map(({ instrument, lots }) => ({ instrument: Number(instrument), size: lots })),
        serial,
        0n,
      );
      if (note.leaf(this.owner) === event.word(ISSUED.leaf)) return note;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
    return this.ignored(`note ${serial} has legs that don't give its leaf`);
  }

  private async openBatch(batch: number): Promise<readonly ReceivedNote[]> {
    const event = this.batches[batch];
    if (event === undefined)
      throw new WrongEvents(this.issuer.chain, `the node leaves out batch ${batch} of ${this.issuer.name}`);
    const encrypted = Buffer.from((event.args["encryptedNotes"] as string).slice(2), "hex");
    const where = { issuerId: this.issuer.id, alias: this.alias, batchDepth: this.batchDepth };
    const opened = await openEncryptedNotes(encrypted, noteSecret(this.keys.proveKey, this.issuer.id), where);
    const sound = opened.filter((note) => note.root === this.leaves[batch] && note.batch === BigInt(batch));
    if (sound.length < opened.length) this.ignored(`batch ${batch} has an encrypted note that is no leaf of it`);
    else if (sound.length === 0)
      this.ignored(`batch ${batch} has a note to this alias that isn't encrypted to its key: ask the venue for it`);
    return sound.map(({ note, index, siblings }) => ({ note, position: batch, index, siblings }));
  }

  private ignored(what: string): undefined {
    const warning = `${this.issuer.name}: ${what}`;
    if (!this.warnings.includes(warning)) this.warnings.push(warning);
  }

  private async treeOf(root: bigint, size: number): Promise<GrowingTree> {
    let tree = this.trees.get(root);
    if (tree === undefined) {
      const { hashPair } = await hasherFor(size);
      tree = new GrowingTree(this.depth - this.batchDepth, this.leaves.slice(0, size), hashPair);
      if (tree.root !== root) {
        throw new WrongEvents(
          this.issuer.chain,
          `the node's events give another tree of ${this.issuer.name}'s notes, of root ${tree.root}, than the contract, whose root is ${root}`,
        );
      }
      // Wallets ask for the joined root alone.
      this.trees = new Map([[root, tree]]);
    }
    return tree;
  }
}
