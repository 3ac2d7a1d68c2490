/**
 * A wallet over a network's chains that keeps nothing but keys: whatever it shows is read from the chains, so there is
 * nothing to lose, and nothing that a crash could leave half-written. A store spares it reading the same events twice.
 *
 * Its nodes learn which aliases it asks about. Whoever wants that to stay unknown reads from nodes of their own.
 *
 * @module
 */
import { isAddress } from "ethers";
import { ownerOf, type ProveKeys, type SpendKeys } from "../account/keys.ts";
import { noteNullifier } from "../account/note.ts";
import { NotesTree } from "../account/trees.ts";
import { issuerNamed, type Network, type NetworkIssuer } from "../chain/network.ts";
import type { Node } from "../chain/node.ts";
import { InputError, NodeError } from "../base/errors.ts";
import { Turns } from "../base/turns.ts";
import type { Store } from "../store/store.ts";
import { readChain, readHome, type ChainState, type HomeState } from "./chainState.ts";
import { Recipients, departuresOf } from "./exits.ts";
import { FollowedChain } from "./followedChain.ts";
import type { IssuerView } from "./issuerView.ts";
import type { ExitStage, TraderExit, TraderNote, TraderView, UnknownExit } from "./traderView.ts";

export interface ChainWalletOptions {
  /** Where events are kept between two runs; nowhere by default. */
  readonly store?: Store | undefined;
  /** Addresses that exits may have gone to; those that the chains name are tried as well. */
  readonly recipients?: readonly string[] | undefined;
  /** Told how far the events of a chain are read. */
  readonly onProgress?: ((chain: string, block: number, head: number) => void) | undefined;
}

/** Chains that answered, and what was wrong with them and with the others. */
interface Seen {
  readonly home: HomeState;
  readonly states: ReadonlyMap<string, ChainState>;
  readonly warnings: string[];
}

/**
 * Follows an account through its network's chains: {@link ChainWallet.refresh} gives what they say of it now.
 *
 * @example
 * ```ts
 * import { ChainWallet, Node, chainNamed } from "plimsoll/wallet";
 *
 * const home = await Node.connect(chainNamed(network, network.home), url);
 * const wallet = await ChainWallet.open(network, new Map([[network.home, home]]), keys, { store });
 * const { account, notes, lines, warnings } = await wallet.refresh();
 * ```
 */
export class ChainWallet {
  private readonly owner: bigint;
  private readonly recipients: Recipients;
  private readonly turns = new Turns();

  private constructor(
    private readonly network: Network,
    private readonly keys: ProveKeys | SpendKeys,
    private readonly chains: ReadonlyMap<string, FollowedChain>,
    recipients: readonly string[],
  ) {
    this.owner = ownerOf(keys);
    this.recipients = new Recipients(recipients.map((address, i) => addressNumber(address, `recipients[${i}]`)));
  }

  /**
   * Asks nothing of the nodes yet. A keeper's prove keys show everything that the spend key does.
   *
   * @param nodes by name of their chains; chains without one are missing in the view, home must have one
   * @throws InputError when home has no node, or a recipient is no address
   */
  static async open(
    network: Network,
    nodes: ReadonlyMap<string, Node>,
    keys: ProveKeys | SpendKeys,
    { store, recipients = [], onProgress }: ChainWalletOptions = {},
  ): Promise<ChainWallet> {
    if (!nodes.has(network.home)) throw new InputError("nodes", "must have one of the home chain", network.home);
    const chains = new Map<string, FollowedChain>();
    for (const { name } of network.chains) {
      const node = nodes.get(name);
      if (node === undefined) continue;
      chains.set(
        name,
        await FollowedChain.open(node, network, keys, store, (block, head) => onProgress?.(name, block, head)),
      );
    }
    return new ChainWallet(network, keys, chains, recipients);
  }

  /** Looks for exits to this address too. Throws an InputError unless it is one. */
  expect(recipient: string): void {
    this.recipients.add(addressNumber(recipient, "recipient"));
  }

  /**
   * Reads what is new on every chain, one call after the other.
   *
   * @throws NodeError when home's node doesn't answer, or answers what can't be; that of another chain is a warning
   */
  refresh(): Promise<TraderView> {
    return this.turns.run(() => this.refreshNow());
  }

  private async refreshNow(): Promise<TraderView> {
    const { network, keys, owner } = this;
    const seen = await this.readChains();
    const notes = await this.readNotes(seen);
    const { exits, unknownExits } = await this.readExits(seen);
    const { home, states } = seen;
    const { own } = home;
    const account = own?.versions.at(-1);
    const issuers = network.issuers.flatMap(
      ({ id, chain }) => states.get(chain)?.issuers.filter(({ issuer }) => issuer.id === id) ?? [],
    );
    const stateOf = (chain: string): ChainState => {
      const state = states.get(chain);
      if (state === undefined)
        throw new NodeError(chain, "is missing: it is no chain of the network, or its node doesn't answer");
      return state;
    };
    return {
      network,
      keys,
      owner,
      nodes: new Map([...states].map(([name, { followed }]) => [name, followed.node])),
      blocks: new Map([...states].map(([name, { block }]) => [name, block])),
      missing: network.chains.map(({ name }) => name).filter((name) => !states.has(name)),
      warnings: [...seen.warnings, ...issuers.flatMap(({ warnings }) => warnings)],
      tier: own?.tier,
      slot: own?.slot,
      versions: own?.versions ?? [],
      account,
      receivableAt: own?.receivableAt ?? 0,
      notes,
      notesRoot: home.notesRoot,
      exits,
      unknownExits,
      lines: issuers.flatMap(({ issuer }) =>
        states.get(issuer.chain)!.lines.filter((line) => line.issuer.id === issuer.id),
      ),
      nextDepositCounter: (issuerId) =>
        viewOf(stateOf(issuerNamed(network, issuerId).chain), issuerId).nextDepositCounter,
      accountPath: async (chain) => {
        const { accountsRoot } = stateOf(chain);
        return account === undefined
          ? undefined
          : home.followed.checked(() => home.home.accountPath(own!.slot, account.commitment, accountsRoot));
      },
    };
  }

  /** Every chain, home last: so it has every root of its own that the others know. */
  private async readChains(): Promise<Seen> {
    const warnings: string[] = [];
    const states = new Map<string, ChainState>();
    await Promise.all(
      [...this.chains.values()]
        .filter(({ name }) => name !== this.network.home)
        .map((followed) =>
          tolerant(
            warnings,
            async () =>
              void states.set(
                followed.name,
                await followed.atOneBlock((at) => readChain(followed, at, this.network, this.owner)),
              ),
          ),
        ),
    );
    const followed = this.chains.get(this.network.home)!;
    const home = await followed.atOneBlock((at) => readHome(followed, at, this.network, this.owner));
    states.set(followed.name, home);
    return { home, states, warnings };
  }

  private async readNotes({ home: { home, own }, states, warnings }: Seen): Promise<TraderNote[]> {
    const spent = own === undefined ? new Set<bigint>() : home.spentBy(own.slot);
    const joined = new NotesTree(home.joined);
    const notes: TraderNote[] = [];
    for (const issuer of this.network.issuers) {
      const state = states.get(issuer.chain);
      if (state !== undefined)
        await tolerant(
          warnings,
          async () =>
            void notes.push(
              ...(await this.notesOf(issuer, state, home.joined.get(issuer.id) ?? 0n, joined, spent, warnings)),
            ),
        );
    }
    return notes;
  }

  /** Unspent notes of one issuer, with their paths under the root that is joined. */
  private async notesOf(
    issuer: NetworkIssuer,
    { issuers, block, followed }: ChainState,
    root: bigint,
    joined: NotesTree,
    spent: ReadonlySet<bigint>,
    warnings: string[],
  ): Promise<TraderNote[]> {
    const view = issuers.find((known) => known.issuer.id === issuer.id)!;
    if (root !== 0n && !view.knows(root))
      warnings.push(
        `${issuer.name}: the root joined at home is none that it had by block ${block.number} of ${issuer.chain}`,
      );
    return followed.checked(async () => {
      const notes: TraderNote[] = [];
      for (const received of await view.received()) {
        const { note } = received;
        if (spent.has(noteNullifier(this.owner, note.leaf(this.owner)))) continue;
        const path = await view.path(received, root);
        notes.push({
          note,
          issuer,
          received: path === undefined ? undefined : { note, path, issuerSiblings: joined.siblings(issuer.id) },
        });
      }
      return notes;
    });
  }

  private async readExits({
    home: state,
    states,
  }: Seen): Promise<{ readonly exits: TraderExit[]; readonly unknownExits: UnknownExit[] }> {
    const { home, own, followed } = state;
    const exits: TraderExit[] = [];
    const unknownExits: UnknownExit[] = [];
    const changes = own === undefined ? [] : home.changesOf(own.slot);
    for (const departure of departuresOf(own?.versions ?? [], changes)) {
      const { version, instrument, lots, leaf, spent } = departure;
      const issuer = issuerNamed(this.network, departure.issuerId);
      const there = states.get(issuer.chain);
      const vault = there === undefined ? undefined : viewOf(there, issuer.id);
      const taken = vault?.takenBy(spent);
      if (taken?.paid === lots) continue;
      const exit = await this.recipients.exitOf(departure, vault, followed.node, changes);
      if (exit === undefined) {
        unknownExits.push({ instrument, lots, leaf, version });
        continue;
      }
      const path =
        there === undefined || taken !== undefined
          ? undefined
          : await followed.checked(() => home.exitPath(leaf, there.exitsRoot));
      const stage: ExitStage =
        taken !== undefined ? "taken" : path !== undefined ? "mirrored" : home.isAdded(leaf) ? "added" : "queued";
      exits.push({ exit, issuer, version, stage, path, payout: taken?.payout, paid: taken?.paid ?? 0n });
    }
    return { exits, unknownExits };
  }
}

/** An issuer's view on its chain, which has one for each of the network's issuers there. */
const viewOf = ({ issuers }: ChainState, issuerId: number): IssuerView =>
  issuers.find(({ issuer }) => issuer.id === issuerId)!;

/** Lets work on one chain fail without the others. */
async function tolerant(warnings: string[], work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof NodeError)) throw error;
    warnings.push(error.message);
  }
}

function addressNumber(address: string, path: string): bigint {
  if (!isAddress(address) || BigInt(address) === 0n)
    throw new InputError(path, "must be an Ethereum address other than 0", address);
  return BigInt(address);
}
