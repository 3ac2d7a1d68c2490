/**
 * What examples of the reference may name without declaring it: what their reader has at hand by then. Types alone.
 *
 * @module
 */
import type { Provider, Wallet } from "ethers";
import type { Account, CommitteeKeys, Exit, ListedPosition, ListedTable, Market, Proof, Prover } from "plimsoll";
import type { ReceivableNote, SpendKeys, Statement, TableTree, TreePath, VerificationKey } from "plimsoll/toolkit";
import type { ChainWallet, Network, Node, Sender, Store, TraderView } from "plimsoll/wallet";
import type { Log, World } from "plimsoll/services";

declare global {
  // Of the toolkit: a market, its table, what is held, and what is proven of it.
  const market: Market;
  const listed: ListedTable;
  const table: TableTree;
  const positions: readonly ListedPosition[];
  const keys: SpendKeys;
  const account: Account;
  const exit: Exit;
  const notes: readonly ReceivableNote[];
  const notesRoot: bigint;
  const path: TreePath;
  const committee: CommitteeKeys;
  const alias: bigint;
  const context: bigint;
  const statement: Statement<"solvency">;
  const prover: Prover;
  const proof: Proof<"solvency">;
  const key: VerificationKey;

  // Of a network: endpoints and keys are the reader's own.
  const network: Network;
  const url: string;
  const endpoints: Readonly<Record<string, string>>;
  const reporters: readonly string[];
  const attestors: readonly string[];
  const passphrase: string;
  const signer: Wallet;
  const node: Node;
  const nodes: ReadonlyMap<string, Node>;
  const sender: Sender;
  const senderOn: (chain: string) => Promise<Sender>;
  const store: Store;
  const wallet: ChainWallet;
  const view: TraderView;
  const world: World;
  const log: Log;
  const signal: AbortSignal;

  // Of contracts: an address, ethers' provider, and viem's client, which is no dependency.
  const address: `0x${string}`;
  const provider: Provider;
  const client: {
    readContract(call: {
      readonly address: `0x${string}`;
      readonly abi: readonly object[];
      readonly functionName: string;
      readonly args: readonly unknown[];
    }): Promise<unknown>;
  };
}
