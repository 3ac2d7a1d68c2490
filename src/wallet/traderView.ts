/**
 * What a trader, or a keeper, knows: the account and all that is on its way to it or from it, from keys and chain data
 * alone. {@link ChainWallet} makes it; nothing here can be lost.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import type { Exit } from "../account/exit.ts";
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import type { Note } from "../account/note.ts";
import type { TreePath } from "../account/trees.ts";
import type { Network, NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import type { TierName } from "../protocol/constants.ts";
import type { ReceivableNote } from "../statements/receive.ts";

export interface TraderView {
  readonly network: Network;
  /** By name of their chains; without those in {@link missing}. */
  readonly nodes: ReadonlyMap<string, Node>;
  readonly keys: ProveKeys | SpendKeys;
  readonly owner: bigint;
  /** The block of each chain that the view is of; without those in {@link missing}. */
  readonly blocks: ReadonlyMap<string, Block>;
  /** Chains whose nodes didn't answer: notes, lines and payouts there are not in the view. */
  readonly missing: readonly string[];
  /** What was found and can't be right, in words; nothing that it speaks of is in the view. */
  readonly warnings: readonly string[];

  /** Undefined before the account opens, as are {@link slot} and {@link account}. */
  readonly tier: TierName | undefined;
  readonly slot: number | undefined;
  /** Every version, the current one last; empty before the account opens. */
  readonly versions: readonly Account[];
  readonly account: Account | undefined;
  /** When the slot may receive again, Unix seconds on the home chain's clock; 0 before the account opens. */
  readonly receivableAt: number;

  /** Unspent notes by issuer, in the order they were issued. */
  readonly notes: readonly TraderNote[];
  /** The joined root at home that {@link TraderNote.received} is under. */
  readonly notesRoot: bigint;
  /** Exits not paid in full, in the order they left the account. */
  readonly exits: readonly TraderExit[];
  /** Exits whose recipient nobody could guess: whoever names it gets them back. */
  readonly unknownExits: readonly UnknownExit[];
  /** One for each desk and venue where the owner's alias has a line. */
  readonly lines: readonly TraderLine[];

  /** Counter of the next deposit's salt at a vault. Throws a NodeError when the vault's chain is missing. */
  nextDepositCounter(issuerId: number): number;
  /**
   * Path of the account's current leaf under the newest accounts root that a chain knows; undefined while the account's
   * last change hasn't arrived there. Throws a NodeError when the chain is missing.
   */
  accountPath(chain: string): Promise<TreePath | undefined>;
}

export interface TraderNote {
  readonly note: Note;
  readonly issuer: NetworkIssuer;
  /** There once a root of its issuer that has it is joined at home: then it can be received under `notesRoot`. */
  readonly received: ReceivableNote | undefined;
}

/**
 * Where an exit is: `queued` at home, `added` to the exits tree there, `mirrored` to the vault's chain, where it can be
 * proven, `taken` by the vault, which then owes a payout.
 */
export type ExitStage = "queued" | "added" | "mirrored" | "taken";

export interface TraderExit {
  readonly exit: Exit;
  readonly issuer: NetworkIssuer;
  /** Version of the account that it left by. */
  readonly version: number;
  readonly stage: ExitStage;
  /** Under the newest exits root that the vault knows, while it is `mirrored`. */
  readonly path: TreePath | undefined;
  /** Number of the payout once it is `taken`, and lots of it that are paid. */
  readonly payout: number | undefined;
  readonly paid: bigint;
}

export interface UnknownExit {
  readonly instrument: number;
  readonly lots: bigint;
  readonly leaf: bigint;
  readonly version: number;
}

/** What a desk or venue keeps of the owner's alias. Lots are of its credit and release instruments; times Unix seconds. */
export interface TraderLine {
  readonly issuer: NetworkIssuer;
  readonly alias: bigint;
  readonly status: "open" | "closed" | "defaulted";
  /** Address that alone may draw and release. */
  readonly operator: string;
  readonly validUntil: number;
  readonly graceEnd: number;
  readonly booked: bigint;
  readonly released: bigint;
  readonly received: bigint;
  /** 0 while it isn't lapsed. */
  readonly lapsedAt: number;
  /** At desks: what is owed at the view's block, in units of the asset. */
  readonly owed: bigint | undefined;
  readonly usableLots: bigint;
  /** Instruments. */
  readonly credit: number;
  readonly release: number;
}
