/**
 * What a wallet reads of a chain at one block: the events' sums, which must be what the contracts say, and what only the
 * contracts know.
 *
 * @module
 */
import { openingNullifier, type Account } from "../account/account.ts";
import { NotesTree } from "../account/trees.ts";
import { ROOT_SLOTS } from "../chain/calls.ts";
import { WrongEvents } from "../chain/chainEvent.ts";
import type { Network } from "../chain/network.ts";
import type { Block } from "../chain/node.ts";
import type { TierName } from "../protocol/constants.ts";
import type { BlockReader, FollowedChain } from "./followedChain.ts";
import type { HomeView } from "./homeView.ts";
import type { IssuerView } from "./issuerView.ts";
import { readLine } from "./lines.ts";
import type { TraderLine } from "./traderView.ts";

export interface ChainState {
  readonly followed: FollowedChain;
  readonly block: Block;
  readonly issuers: readonly IssuerView[];
  /** Newest roots of the registry that issuers on this chain know; 0 where they know none. */
  readonly accountsRoot: bigint;
  readonly exitsRoot: bigint;
  readonly lines: readonly TraderLine[];
}

/** The account as home's events give it. */
interface OwnAccount {
  readonly slot: number;
  readonly tier: TierName;
  readonly versions: readonly Account[];
  /** When it may receive again, Unix seconds. */
  readonly receivableAt: number;
}

export interface HomeState extends ChainState {
  readonly home: HomeView;
  readonly notesRoot: bigint;
  /** Undefined before it opens. */
  readonly own: OwnAccount | undefined;
}

/** What issuers of a chain know and keep. Throws WrongEvents when the events of one aren't whole. */
export async function readChain(
  followed: FollowedChain,
  at: BlockReader,
  { home, registry }: Network,
  owner: bigint,
): Promise<ChainState> {
  const {
    issuers,
    node: { chain },
  } = followed;
  const roots = chain.roots[home];
  // Mirrored or local, the roots are asked for in the same way.
  const newest = async (slot: string): Promise<bigint> =>
    roots === undefined
      ? 0n
      : (await at.read<readonly bigint[]>("LocalRoots", roots, "latestRoot", registry, slot))[0]!;
  const [accountsRoot, exitsRoot, ...lines] = await Promise.all([
    newest(ROOT_SLOTS.accounts),
    newest(ROOT_SLOTS.exits),
    ...issuers.map(async ({ issuer, notesRoot }) => {
      const { name, kind, contract } = issuer;
      // Every issuer answers this as a vault does.
      mustEnd(
        chain.name,
        `notes root of ${name}`,
        notesRoot,
        await at.read<bigint>("CollateralVault", contract, "currentRoot", ROOT_SLOTS.notes),
      );
      return kind === "vault" ? undefined : readLine(at, issuer, owner);
    }),
  ]);
  return {
    followed,
    block: at.block,
    issuers,
    accountsRoot,
    exitsRoot,
    lines: lines.filter((line) => line !== undefined),
  };
}

/** The same at home, with the owner's account. Throws WrongEvents when the events aren't whole. */
export async function readHome(
  followed: FollowedChain,
  at: BlockReader,
  network: Network,
  owner: bigint,
): Promise<HomeState> {
  const home = followed.home!;
  const { registry, issuerNotes } = network;
  const [state, accountsRoot, exitsRoot, notesRoot] = await Promise.all([
    readChain(followed, at, network, owner),
    at.read<bigint>("AccountRegistry", registry, "currentRoot", ROOT_SLOTS.accounts),
    at.read<bigint>("AccountRegistry", registry, "currentRoot", ROOT_SLOTS.exits),
    at.read<bigint>("IssuerNotes", issuerNotes, "notesRoot"),
  ]);
  mustEnd(followed.name, "accounts root", home.accountsRoot, accountsRoot);
  mustEnd(followed.name, "exits root", home.exitsRoot, exitsRoot);
  mustEnd(followed.name, "notes root", new NotesTree(home.joined).root, notesRoot);
  return { ...state, accountsRoot, home, notesRoot, own: await readOwn(followed, at, registry, accountsRoot, owner) };
}

/** The account. The tree of all accounts is built for it, which proves that no change of it is left out. */
async function readOwn(
  { name, home }: FollowedChain,
  at: BlockReader,
  registry: string,
  accountsRoot: bigint,
  owner: bigint,
): Promise<OwnAccount | undefined> {
  const own = await home!.find();
  if (own === undefined) {
    const opened = await at.read<boolean>("AccountRegistry", registry, "isSpent", openingNullifier(owner));
    if (opened)
      throw new WrongEvents(
        name,
        "the owner has an account, but version 0 of no slot is the owner's: the node gives wrong ciphers",
      );
    return undefined;
  }
  const { slot, tier } = own;
  const versions = home!.open(slot);
  if ((await home!.accountPath(slot, versions.at(-1)!.commitment, accountsRoot)) === undefined) {
    throw new WrongEvents(name, `slot ${slot}: its newest version isn't under the current accounts root`);
  }
  const [{ receivedAt }, receiveInterval] = await Promise.all([
    at.read<{ receivedAt: bigint }>("AccountRegistry", registry, "slotAt", slot),
    at.read<bigint>("AccountRegistry", registry, "receiveInterval"),
  ]);
  return { slot, tier, versions, receivableAt: Number(receivedAt + receiveInterval) };
}

function mustEnd(chain: string, what: string, events: bigint, contract: bigint): void {
  if (events !== contract)
    throw new WrongEvents(
      chain,
      `the events end at the ${what} ${events}, the contract has ${contract}: the node leaves some out`,
    );
}
