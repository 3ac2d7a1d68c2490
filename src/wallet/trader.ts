/**
 * A trader's moves on a network: each reads the chains, proves where a proof is asked for, and sends. A move that was
 * interrupted is asked for again: what is done already shows on the chains, and what was signed but not seen is in the
 * sender's journal, so nothing happens twice.
 *
 * @module
 */
import type { TransactionReceipt } from "ethers";
import { sizeOf } from "../account/holdings.ts";
import { issuerOf } from "../protocol/instrument.ts";
import { aliasOf, depositSalt, type SpendKeys } from "../account/keys.ts";
import { noteKey, noteSecret } from "../account/noteKey.ts";
import { pause } from "../base/pause.ts";
import type { TableSources } from "../chain/tableSource.ts";
import { issuerNamed, type Network, type NetworkIssuer } from "../chain/network.ts";
import { exitCall, receiveCall, spendCall, lineCall } from "../chain/proofCalls.ts";
import type { Node } from "../chain/node.ts";
import type { Call, Sender } from "../chain/sender.ts";
import { lineContract } from "../chain/line.ts";
import { InputError, NodeError, WaitError } from "../base/errors.ts";
import { COVERAGE_INITIAL, SERIAL_BITS, type CircuitName, type TierName } from "../protocol/constants.ts";
import type { Proof } from "../groth16/proof.ts";
import { exitStatement } from "../statements/exit.ts";
import { spendStatement, type Move } from "../statements/spend.ts";
import type { Statement } from "../statements/statement.ts";
import type { ChainWallet } from "./chainWallet.ts";
import { withLimit } from "./limits.ts";
import {
  contextOf,
  creditOf,
  receiveOf,
  newestTable,
  nodeOf,
  solvencyOf,
  type Nodes,
  type Submission,
} from "./submissions.ts";
import type { TraderExit, TraderLine, TraderView } from "./traderView.ts";

export type Prove = <C extends CircuitName>(statement: Statement<C>) => Promise<Proof<C>>;

/** What a trader works with. */
export interface Means {
  readonly network: Network;
  readonly nodes: Nodes;
  readonly wallet: ChainWallet;
  readonly keys: SpendKeys;
  readonly tables: TableSources;
  readonly prove: Prove;
  /** Sends from the trader's address on a chain. */
  sender(chain: string): Promise<Sender>;
  /** Told of every transaction once it is mined. */
  onSent?(sent: Sent): void;
  /** Told, now and again, what is being waited for. */
  onWaiting?(what: string): void;
  /** Milliseconds between two looks while waiting; and after how many to give up. */
  readonly pollMs?: number;
  readonly patienceMs?: number;
  /** Ends waiting, which then throws the signal's reason; whatever was sent stays sent. */
  readonly signal?: AbortSignal;
}

export interface Sent {
  readonly chain: string;
  readonly call: Call;
  readonly receipt: TransactionReceipt;
}

const POLL = 2_000;
const PATIENCE = 30 * 60_000;

/**
 * A trader's moves: each resolves once its transactions are mined. Amounts are lots where they are of an instrument,
 * and smallest units of the token where they are of a desk's asset. What a contract refuses is a RefusedError; a node
 * that doesn't answer, or what is waited for in vain, a NodeError.
 *
 * @example
 * ```ts
 * import { proofRequest } from "plimsoll";
 * import { Trader, issuerNamed, type Means } from "plimsoll/wallet";
 *
 * const prove: Means["prove"] = (statement) => prover.prove(proofRequest(statement));
 * const tables = { urls: reporters, store };
 * const trader = new Trader({ network, nodes, wallet, keys, tables, prove, sender: senderOn });
 * await trader.receive();
 * await trader.openLine(issuerNamed(network, "desk-a", "desk"), 100_000n);
 * ```
 */
export class Trader {
  constructor(private readonly means: Means) {}

  private get home(): Node {
    return this.node(this.means.network.home);
  }

  view(): Promise<TraderView> {
    return this.means.wallet.refresh();
  }

  /**
   * Puts collateral into a vault: its note goes to an alias of its own, so that two deposits can't be linked.
   *
   * @param lots whole lots of the instrument, as the table counts them
   * @throws RefusedError when the vault doesn't take so much
   */
  async deposit(instrument: number, lots: bigint): Promise<void> {
    const view = await this.view();
    const vault = issuerNamed(this.means.network, issuerOf(instrument), "vault");
    const sender = await this.means.sender(vault.chain);
    const serial = instrument % 2 ** SERIAL_BITS;
    const { token, unit } = await this.node(vault.chain).read<{ token: string; unit: bigint }>(
      "CollateralVault",
      vault.contract,
      "instrumentAt",
      serial,
    );
    await this.approve(sender, token, vault.contract, lots * unit);
    const salt = depositSalt(this.means.keys.proveKey, vault.id, view.nextDepositCounter(vault.id));
    await this.send(sender, {
      name: "CollateralVault",
      address: vault.contract,
      method: "deposit",
      args: [serial, lots, aliasOf(view.owner, vault.id, salt)],
    });
  }

  /**
   * Opens the account if it isn't, and receives the notes that have arrived at home, as many as one receipt takes. `tier`
   * is of an account to open, the network's first by default; `empty` opens one that holds nothing, where no note has
   * arrived.
   *
   * @returns how many were received
   * @throws InputError when there is nothing to receive; or a note has a leg that the newest table doesn't list: received, it
   *   would leave an account that proves nothing
   * @throws WaitError when the account was changed too recently, before anything is proven
   */
  async receive({
    tier,
    empty,
  }: { readonly tier?: TierName | undefined; readonly empty?: boolean | undefined } = {}): Promise<number> {
    const view = await this.view();
    const { home, registry } = this.means.network;
    const sender = await this.means.sender(home);
    const { statement, deadline, count } = await receiveOf(view, this.means.tables, sender.address, { tier, empty });
    if (view.receivableAt > timeAt(view, home))
      throw new WaitError("account", view.receivableAt, "was received into so recently that it must wait");
    const proof = await this.means.prove(statement);
    await this.send(sender, receiveCall(registry, view.slot, proof, deadline));
    return count;
  }

  /** Waits until a note has arrived at home, and the account may receive again. */
  async awaitNotes(): Promise<void> {
    await this.until("a note on its way home", (view) => view.notes.some(({ received }) => received !== undefined));
    await this.until(
      ({ receivableAt }) =>
        `the time from which the account may receive again, ${new Date(receivableAt * 1000).toISOString().replace(".000", "")}`,
      (view) => view.receivableAt <= timeAt(view, this.means.network.home),
    );
  }

  /** Tables debt in the account: the line that a desk or venue may then extend. */
  async bookCredit(issuer: NetworkIssuer, lots: bigint): Promise<void> {
    await this.spend({ kind: "credit", instrument: await creditOf(this.node(issuer.chain), issuer), lots });
  }

  /**
   * Shows a desk or venue that the account is covered at initial margin, with the spend key: opens the line with the
   * sender as its operator, or extends it to what is booked by now. Waits for the account's last change to arrive there.
   */
  async authorise(issuer: NetworkIssuer): Promise<void> {
    await this.show(issuer, "authorise", COVERAGE_INITIAL);
  }

  /**
   * Tables what is missing up to a line of so many lots, and shows it: done again after an interruption it goes on where it
   * stopped. Throws a MarginError when the account isn't covered with the debt.
   */
  async openLine(issuer: NetworkIssuer, lots: bigint): Promise<void> {
    const { account, lines } = await this.view();
    const credit = await creditOf(this.node(issuer.chain), issuer);
    const line = lines.find((known) => known.issuer.id === issuer.id);
    // What an earlier line released is received beside it and counts no more.
    const usable =
      account === undefined
        ? 0n
        : -sizeOf(account.holdings, credit) - (line?.released ?? sizeOf(account.holdings, credit + 1));
    if (usable < lots) await this.bookCredit(issuer, lots - usable);
    await this.authorise(issuer);
    // Without a key the venue could encrypt this trader's notes to nobody.
    if (issuer.kind === "venue") await this.setNoteKey(issuer);
  }

  /** Shows that the account is covered: at initial margin extends, below that refreshes. */
  async refresh(issuer: NetworkIssuer, coverage = COVERAGE_INITIAL): Promise<void> {
    await this.show(issuer, "prove", coverage);
  }

  /** Tells a venue which key to encrypt this trader's notes to, so that the keys alone restore them. */
  async setNoteKey(issuer: NetworkIssuer): Promise<void> {
    const key = noteKey(noteSecret(this.means.keys.proveKey, issuer.id));
    await this.ofLine(issuer, "setNoteKey", key);
  }

  /** Draws on a line, in the desk asset's units. */
  async draw(desk: NetworkIssuer, amount: bigint, to?: string): Promise<void> {
    const { address } = await this.means.sender(desk.chain);
    await this.ofLine(desk, "draw", amount, to ?? address);
  }

  /** Pays back, at most what is owed; everything by default. Returns what was paid. */
  async repay(desk: NetworkIssuer, amount?: bigint): Promise<bigint> {
    const view = await this.view();
    const { alias } = this.lineOf(view, desk);
    const node = this.node(desk.chain);
    const sender = await this.means.sender(desk.chain);
    const owed = await node.read<bigint>("CreditDesk", desk.contract, "owed", alias);
    // Interest goes on until the transaction is mined: an hour's worth more is allowed, and no more than is owed taken.
    const ceiling = amount ?? owed + owed / 1_000n + 1n;
    if (owed === 0n) throw new InputError("repay", `must be of a debt, and nothing is owed to ${desk.name}`);
    await this.approve(sender, await node.read<string>("CreditDesk", desk.contract, "asset"), desk.contract, ceiling);
    await this.send(sender, { name: "CreditDesk", address: desk.contract, method: "repay", args: [alias, ceiling] });
    return amount === undefined || amount > owed ? owed : amount;
  }

  /** Gives lots of a line back by a note; all that isn't in use by default. */
  async release(desk: NetworkIssuer, lots?: bigint): Promise<void> {
    const line = this.lineOf(await this.view(), desk);
    await this.ofLine(desk, "release", lots ?? line.usableLots);
  }

  /**
   * Closes a line for good once nothing is open there, then drops its credit and release, which sum to 0, from the
   * account. Dropped before, the issuer's totals and what the account discloses would disagree.
   */
  async closeLine(issuer: NetworkIssuer): Promise<void> {
    const view = await this.view();
    const { status, credit } = this.lineOf(view, issuer);
    if (status !== "closed") await this.ofLine(issuer, "close");
    if (sizeOf(view.account!.holdings, credit) !== 0n) await this.spend({ kind: "pair", instrument: credit });
  }

  /** Takes collateral out of the account for a recipient, the sender by default. The vault pays it by {@link collect}. */
  async spendCollateral(instrument: number, lots: bigint, recipient?: string): Promise<void> {
    const { address } = await this.means.sender(this.means.network.home);
    this.means.wallet.expect(recipient ?? address);
    await this.spend({ kind: "collateral", instrument, lots, recipient: BigInt(recipient ?? address) });
  }

  /**
   * Has the vaults pay what has left the account: waits for each exit to arrive, proves it, and claims what is due by
   * now. What waits in a vault's queue is claimed by calling again.
   */
  async collect(): Promise<readonly TraderExit[]> {
    const view = await this.until("exits on their way to the vaults", ({ exits }) =>
      exits.every(({ stage }) => stage === "mirrored" || stage === "taken"),
    );
    for (const exit of view.exits) await this.collectOne(view, exit);
    return (await this.view()).exits;
  }

  private async collectOne(view: TraderView, { exit, issuer, stage, path, payout }: TraderExit): Promise<void> {
    const sender = await this.means.sender(issuer.chain);
    const node = this.node(issuer.chain);
    const recipient = `0x${exit.recipient.toString(16).padStart(40, "0")}`;
    let place = payout;
    if (stage === "mirrored") {
      const { context, deadline } = await contextOf(node, issuer.contract, recipient);
      const proof = await this.means.prove(exitStatement(exit, path!, context, view.tier!));
      const call = exitCall(issuer.contract, proof, deadline);
      const receipt = await this.send(sender, call);
      const taken = receipt.logs
        .map((log) => node.contract("CollateralVault", issuer.contract).interface.parseLog(log))
        .find((log) => log?.name === "ExitTaken");
      place = Number(taken!.args["payout"]);
    }
    const payable = await node.read<bigint>("CollateralVault", issuer.contract, "payableLots", place);
    if (payable > 0n)
      await this.send(sender, {
        name: "CollateralVault",
        address: issuer.contract,
        method: "claim",
        args: [place, recipient],
      });
  }

  private async spend(move: Move): Promise<void> {
    const view = await this.view();
    const { account, slot } = view;
    if (account === undefined) throw new InputError("account", "must be open; receive opens it");
    const { home, registry } = this.means.network;
    const sender = await this.means.sender(home);
    const { tree, listed } = await newestTable(this.home, this.means.tables, account.tier);
    const { context, deadline } = await contextOf(this.home, registry, sender.address);
    const { statement } = withLimit(account.holdings, move, listed, tree, () =>
      spendStatement({ account, keys: this.means.keys, table: tree, move, context }),
    );
    const proof = await this.means.prove(statement);
    await this.send(sender, spendCall(registry, slot!, proof, deadline));
  }

  private async show(issuer: NetworkIssuer, method: "authorise" | "prove", coverage: number): Promise<void> {
    const sender = await this.means.sender(issuer.chain);
    let submission: Submission<"solvency"> | undefined;
    await this.until(`the account's last change on its way to ${issuer.chain}`, async (view) => {
      submission = await solvencyOf(view, issuer, this.means.keys, this.means.tables, sender.address, coverage);
      return submission !== undefined;
    });
    const proof = await this.means.prove(submission!.statement);
    await this.send(sender, lineCall(lineContract(issuer), issuer.contract, method, proof, submission!.deadline));
  }

  private async ofLine(issuer: NetworkIssuer, method: string, ...args: readonly unknown[]): Promise<void> {
    const { alias } = this.lineOf(await this.view(), issuer);
    await this.send(await this.means.sender(issuer.chain), {
      name: lineContract(issuer),
      address: issuer.contract,
      method,
      args: [alias, ...args],
    });
  }

  private lineOf({ lines }: TraderView, issuer: NetworkIssuer): TraderLine {
    const line = lines.find((known) => known.issuer.id === issuer.id);
    if (line === undefined) throw new InputError("line", `must be open at ${issuer.name}; open-line opens it`);
    return line;
  }

  private node(chain: string): Node {
    return nodeOf(this.means.nodes, chain);
  }

  /** Looks again and again until the test holds. Throws a NodeError when it doesn't in time. */
  private async until(
    what: string | ((view: TraderView) => string),
    test: (view: TraderView) => boolean | Promise<boolean>,
  ): Promise<TraderView> {
    const { pollMs = POLL, patienceMs = PATIENCE, onWaiting, signal } = this.means;
    for (let waited = 0; ; waited += pollMs) {
      signal?.throwIfAborted();
      const view = await this.view();
      if (await test(view)) return view;
      const words = typeof what === "string" ? what : what(view);
      if (waited >= patienceMs)
        throw new NodeError(
          this.means.network.home,
          `waited ${patienceMs / 1000} s for ${words}; ask again once relayers have brought it`,
        );
      onWaiting?.(words);
      await pause(pollMs, signal);
    }
  }

  private async approve(sender: Sender, token: string, spender: string, amount: bigint): Promise<void> {
    const allowed = await sender.node.read<bigint>("IERC20Metadata", token, "allowance", sender.address, spender);
    if (allowed < amount)
      await this.send(sender, { name: "IERC20Metadata", address: token, method: "approve", args: [spender, amount] });
  }

  private async send(sender: Sender, call: Call): Promise<TransactionReceipt> {
    const receipt = await sender.send(call);
    this.means.onSent?.({ chain: sender.node.chain.name, call, receipt });
    return receipt;
  }
}

/** The clock of a chain, at the block that the view is of. */
const timeAt = ({ blocks }: TraderView, chain: string): number => blocks.get(chain)?.time ?? 0;
