/**
 * A wallet over a network's chains that keeps nothing but keys: whatever it shows is read from the chains, so there is
 * nothing to lose, and nothing that a crash could leave half-written. A folder spares it reading the same events twice.
 *
 * Its nodes learn which aliases it asks about. Whoever wants that to stay unknown reads from nodes of their own.
 *
 * @module
 */
import { isAddress } from "ethers";
import { ownerOf, type ProveKeys, type SpendKeys } from "../account/keys.ts";
import { openingNullifier, type Account } from "../account/account.ts";
import { noteNullifier } from "../account/note.ts";
import { NotesTree } from "../account/trees.ts";
import { ROOT_SLOTS } from "../chain/calls.ts";
import { WrongEvents } from "../chain/events.ts";
import { chainNamed, type Network } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import { InputError, NodeError } from "../errors.ts";
import { departuresOf, exitFor, type Departure } from "./exits.ts";
import { FollowedChain, type BlockReader } from "./followedChain.ts";
import type { HomeView } from "./homeView.ts";
import type { IssuerView } from "./issuerView.ts";
import { readLine } from "./lines.ts";
import type { TraderExit, TraderLine, TraderNote, TraderView, UnknownExit } from "./traderView.ts";

export interface ChainWalletOptions {
  /** Where events are kept between two runs; nowhere by default. */
  readonly folder?: string | undefined;
  /** Addresses that exits may have gone to; those that the chains name are tried as well. */
  readonly recipients?: readonly string[] | undefined;
  /** Told how far the events of a chain are read. */
  readonly onProgress?: ((chain: string, block: number, head: number) => void) | undefined;
}

/** What was read of one chain at one block. */
interface ChainState {
  readonly followed: FollowedChain;
  readonly block: Block;
  /** Newest roots of the registry that issuers on this chain know; 0 where they know none. */
  readonly accountsRoot: bigint;
  readonly exitsRoot: bigint;
  readonly lines: readonly TraderLine[];
}

/** What was read at home beside it. */
interface HomeState extends ChainState {
  readonly home: HomeView;
  readonly notesRoot: bigint;
  readonly own: Own | undefined;
}

/** The account as the home chain's events give it. */
interface Own {
  readonly slot: number;
  readonly tier: NonNullable<TraderView["tier"]>;
  readonly versions: readonly Account[];
  readonly foldableAt: number;
}

export class ChainWallet {
  private readonly owner: bigint;
  private readonly recipients: readonly bigint[];
  /** Of exits, by their leaves. */
  private readonly foundRecipients = new Map<bigint, bigint>();
  /** Of the slot's transactions, by their hashes. */
  private readonly senders = new Map<string, bigint>();
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly network: Network,
    private readonly keys: ProveKeys | SpendKeys,
    private readonly chains: ReadonlyMap<string, FollowedChain>,
    recipients: readonly string[],
  ) {
    this.owner = ownerOf(keys);
    this.recipients = recipients.map((address, i) => {
      if (!isAddress(address) || BigInt(address) === 0n) throw new InputError(`recipients[${i}]`, "must be an Ethereum address other than 0", address);
      return BigInt(address);
    });
  }

  /**
   * Asks nothing of the nodes yet. A keeper's prove keys show everything that the spend key does.
   *
   * @param nodes by name of their chains; chains without one are missing in the view, home must have one
   * @throws InputError when home has no node, or a recipient is no address
   */
  static async open(
    network: Network, nodes: ReadonlyMap<string, Node>, keys: ProveKeys | SpendKeys, { folder, recipients = [], onProgress }: ChainWalletOptions = {},
  ): Promise<ChainWallet> {
    if (!nodes.has(network.home)) throw new InputError("nodes", "must have one of the home chain", network.home);
    const chains = new Map<string, FollowedChain>();
    for (const { name } of network.chains) {
      const node = nodes.get(name);
      if (node === undefined) continue;
      chains.set(name, await FollowedChain.open(node, network, keys, folder, (block, head) => onProgress?.(name, block, head)));
    }
    return new ChainWallet(network, keys, chains, recipients);
  }

  /**
   * Reads what is new on every chain.
   *
   * @throws NodeError when home's node doesn't answer, or answers what can't be; that of another chain is a warning
   */
  refresh(): Promise<TraderView> {
    const mine = this.turn.then(() => this.refreshNow());
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  private async refreshNow(): Promise<TraderView> {
    const warnings: string[] = [];
    const away = await this.readAway(warnings);
    // Home comes last: so it has every root of its own that the others know.
    const home = await this.readHome();
    const states = new Map([...away, [this.network.home, home]]);
    const { own } = home;
    const notes = await this.readNotes(home, states, warnings);
    const { exits, unknownExits } = await this.readExits(home, states);
    for (const { followed } of states.values()) for (const view of followed.issuers) warnings.push(...view.warnings);
    const { network, keys, owner } = this;
    const stateOf = (chain: string): ChainState => {
      const state = states.get(chainNamed(network, chain).name);
      if (state === undefined) throw new NodeError(chain, "is missing: its node didn't answer");
      return state;
    };
    return {
      network, keys, owner, warnings,
      nodes: new Map([...states].map(([name, { followed }]) => [name, followed.node])),
      blocks: new Map([...states].map(([name, { block }]) => [name, block])),
      missing: network.chains.map(({ name }) => name).filter((name) => !states.has(name)),
      tier: own?.tier, slot: own?.slot, versions: own?.versions ?? [], account: own?.versions.at(-1), foldableAt: own?.foldableAt ?? 0,
      notes, notesRoot: home.notesRoot, exits, unknownExits,
      lines: network.issuers.flatMap(({ id, chain }) => states.get(chain)?.lines.filter(({ issuer }) => issuer.id === id) ?? []),
      nextDepositCounter: (issuerId) => {
        const issuer = network.issuers.find(({ id }) => id === issuerId);
        if (issuer === undefined) throw new InputError("issuerId", "must be one of the network's", issuerId);
        return viewOf(stateOf(issuer.chain), issuerId).nextDepositCounter;
      },
      accountPath: async (chain) => {
        const { accountsRoot } = stateOf(chain);
        const account = own?.versions.at(-1);
        return account === undefined ? undefined : home.followed.checked(() => home.home.accountPath(own!.slot, account.commitment, accountsRoot));
      },
    };
  }

  /** Chains other than home; one whose node doesn't answer is left out. */
  private async readAway(warnings: string[]): Promise<Map<string, ChainState>> {
    const states = new Map<string, ChainState>();
    await Promise.all([...this.chains.values()].filter(({ name }) => name !== this.network.home).map(async (followed) => {
      try {
        states.set(followed.name, await followed.atOneBlock((at) => this.readChain(followed, at)));
      } catch (error) {
        if (!(error instanceof NodeError)) throw error;
        warnings.push(error.message);
      }
    }));
    return states;
  }

  private readHome(): Promise<HomeState> {
    const followed = this.chains.get(this.network.home)!;
    const { registry, issuerNotes } = this.network;
    return followed.atOneBlock(async (at) => {
      const home = followed.home!;
      const [state, accounts, exits, notesRoot] = await Promise.all([
        this.readChain(followed, at),
        at.read<bigint>("AccountRegistry", registry, "currentRoot", ROOT_SLOTS.accounts),
        at.read<bigint>("AccountRegistry", registry, "currentRoot", ROOT_SLOTS.exits),
        at.read<bigint>("IssuerNotes", issuerNotes, "notesRoot"),
      ]);
      mustBe(followed, "accounts root", home.accountsRoot, accounts);
      mustBe(followed, "exits root", home.exitsRoot, exits);
      mustBe(followed, "notes root", new NotesTree(home.joined).root, notesRoot);
      return { ...state, accountsRoot: accounts, exitsRoot: state.exitsRoot, home, notesRoot, own: await this.readOwn(followed, at, accounts) };
    });
  }

  /** What issuers of a chain know and keep. */
  private async readChain(followed: FollowedChain, at: BlockReader): Promise<ChainState> {
    const { network: { home, registry }, owner } = this;
    const roots = followed.node.chain.roots[home];
    const newest = async (slot: string): Promise<bigint> =>
      roots === undefined ? 0n : (await at.read<readonly bigint[]>("LocalRoots", roots, "latestRoot", registry, slot))[0]!;
    const [accountsRoot, exitsRoot, ...lines] = await Promise.all([
      newest(ROOT_SLOTS.accounts), newest(ROOT_SLOTS.exits),
      ...followed.issuers.map(async (view) => {
        const { issuer } = view;
        const current = await at.read<bigint>("CollateralVault", issuer.contract, "currentRoot", ROOT_SLOTS.notes);
        mustBe(followed, `notes root of ${issuer.name}`, view.notesRoot, current);
        return issuer.kind === "vault" ? undefined : readLine(at, issuer, owner);
      }),
    ]);
    return { followed, block: at.block, accountsRoot, exitsRoot, lines: lines.filter((line) => line !== undefined) };
  }

  /** The account, or undefined before it opens. Checks the tree of all accounts, which proves that no change of it is left out. */
  private async readOwn(followed: FollowedChain, at: BlockReader, accountsRoot: bigint): Promise<Own | undefined> {
    const { registry } = this.network;
    const home = followed.home!;
    const own = await home.find();
    if (own === undefined) {
      const opened = await at.read<boolean>("AccountRegistry", registry, "isSpent", openingNullifier(this.owner));
      if (opened) throw new WrongEvents(followed.name, "the owner has an account, but version 0 of no slot is the owner's: the node gives wrong ciphers");
      return undefined;
    }
    const { slot, tier } = own;
    const versions = home.open(slot);
    const path = await home.accountPath(slot, versions.at(-1)!.commitment, accountsRoot);
    if (path === undefined) throw new WrongEvents(followed.name, `slot ${slot}: the newest version isn't under the current accounts root`);
    const [{ foldedAt }, foldInterval] = await Promise.all([
      at.read<{ foldedAt: bigint }>("AccountRegistry", registry, "slotAt", slot), at.read<bigint>("AccountRegistry", registry, "foldInterval"),
    ]);
    return { slot, tier, versions, foldableAt: Number(foldedAt + foldInterval) };
  }

  private async readNotes({ home, own }: HomeState, states: ReadonlyMap<string, ChainState>, warnings: string[]): Promise<TraderNote[]> {
    const spent = own === undefined ? new Set<bigint>() : home.spentBy(own.slot);
    const joined = new NotesTree(home.joined);
    const notes: TraderNote[] = [];
    for (const issuer of this.network.issuers) {
      const state = states.get(issuer.chain);
      if (state === undefined) continue;
      const view = viewOf(state, issuer.id);
      const root = home.joined.get(issuer.id) ?? 0n;
      if (root !== 0n && !view.knows(root)) warnings.push(`${issuer.name}: the root joined at home is none that it has had by block ${state.block.number}`);
      const unspent = (await view.received()).filter(({ note }) => !spent.has(noteNullifier(this.owner, note.leaf(this.owner))));
      for (const received of unspent) {
        const { note } = received;
        const path = await state.followed.checked(() => view.path(received, root));
        notes.push({ note, issuer, folded: path === undefined ? undefined : { note, path, issuerSiblings: joined.siblings(issuer.id) } });
      }
    }
    return notes;
  }

  private async readExits(state: HomeState, states: ReadonlyMap<string, ChainState>): Promise<{ exits: TraderExit[]; unknownExits: UnknownExit[] }> {
    const exits: TraderExit[] = [];
    const unknownExits: UnknownExit[] = [];
    const { home, own } = state;
    if (own === undefined) return { exits, unknownExits };
    for (const departure of departuresOf(own.versions, home.changesOf(own.slot))) {
      const { version, instrument, lots, leaf, spent } = departure;
      const issuer = this.network.issuers.find(({ id }) => id === departure.issuerId);
      if (issuer === undefined) continue;
      const vaultState = states.get(issuer.chain);
      const vault = vaultState === undefined ? undefined : viewOf(vaultState, issuer.id);
      const taken = vault?.takenBy(spent);
      if (taken?.paid === lots) continue;
      const exit = exitFor(departure, await this.recipientsOf(departure, state, own.slot, vault));
      if (exit === undefined) {
        unknownExits.push({ instrument, lots, leaf, version });
        continue;
      }
      const path = vaultState === undefined || taken !== undefined
        ? undefined
        : await state.followed.checked(() => home.exitPath(leaf, vaultState.exitsRoot));
      const stage = taken !== undefined ? "taken" : path !== undefined ? "mirrored" : home.isQueued(leaf) ? "queued" : "added";
      exits.push({ exit, issuer, version, stage, path, payout: taken?.payout, paid: taken?.paid ?? 0n });
    }
    return { exits, unknownExits };
  }

  /** Who may have got an exit: whom the vault owes it; else whom the user names, whom vaults paid, who sent the slot's transactions. */
  private async recipientsOf(departure: Departure, { home, followed }: HomeState, slot: number, vault: IssuerView | undefined): Promise<readonly bigint[]> {
    const known = vault?.takenBy(departure.spent)?.recipient ?? this.foundRecipients.get(departure.leaf);
    if (known !== undefined) return [known];
    const cheap = [...this.recipients, ...(vault?.payees ?? [])];
    const found = exitFor(departure, cheap) ?? exitFor(departure, await this.sendersTo(followed, home.changesOf(slot).map(({ event }) => event.transaction)));
    if (found === undefined) return [];
    this.foundRecipients.set(departure.leaf, found.recipient);
    return [found.recipient];
  }

  private async sendersTo({ node }: FollowedChain, transactions: readonly string[]): Promise<readonly bigint[]> {
    for (const hash of new Set(transactions)) {
      if (this.senders.has(hash)) continue;
      const sent = await node.rpc<{ from: string } | null>("eth_getTransactionByHash", [hash]);
      if (sent !== null) this.senders.set(hash, BigInt(sent.from));
    }
    return [...new Set(this.senders.values())];
  }
}

/** An issuer's view on its chain, which has one for each of the network's issuers. */
const viewOf = ({ followed }: ChainState, issuerId: number): IssuerView => followed.issuers.find(({ issuer }) => issuer.id === issuerId)!;

function mustBe({ name }: FollowedChain, what: string, events: bigint, contract: bigint): void {
  if (events !== contract) throw new WrongEvents(name, `the events end at the ${what} ${events}, the contract has ${contract}: the node leaves some out`);
}
