/**
 * A trader's life on a local network with real proofs of the tiny tier: each move as the contracts take it, on what a
 * {@link ChainWallet} says.
 *
 * @module
 */
import type { TransactionReceipt } from "ethers";
import { aliasOf, depositSalt, type ProveKeys, type SpendKeys } from "../../../src/account/keys.ts";
import { issuerNamed } from "../../../src/chain/network.ts";
import type { Node } from "../../../src/chain/node.ts";
import { exitCall, receiveCall, spendCall, lineCall } from "../../../src/chain/proofCalls.ts";
import { Sender, type Call } from "../../../src/chain/sender.ts";
import { COVERAGE_INITIAL } from "../../../src/protocol/constants.ts";
import { contextSignal } from "../../../src/protocol/context.ts";
import type { Prover } from "../../../src/prover/prover.ts";
import type { TableTree } from "../../../src/risk/tree.ts";
import { exitStatement } from "../../../src/statements/exit.ts";
import { receiveStatement } from "../../../src/statements/receive.ts";
import { spendStatement, type Move } from "../../../src/statements/spend.ts";
import { solvencyStatement } from "../../../src/statements/solvency.ts";
import { proofRequest } from "../../../src/statements/statement.ts";
import { ChainWallet } from "../../../src/wallet/chainWallet.ts";
import type { TraderView } from "../../../src/wallet/traderView.ts";
import { FileStore } from "../../../src/store/fileStore.ts";
import { send } from "../../support/chain.ts";
import type { LocalChainName, LocalNetwork } from "../../support/localNetwork.ts";
import { COMMITTEE } from "../../support/world.ts";

const DEADLINE = 36_000n;

export class Life {
  private constructor(
    readonly local: LocalNetwork,
    readonly keys: SpendKeys,
    private readonly wallet: ChainWallet,
    private readonly prover: Prover,
    private readonly table: TableTree,
    private readonly who: 1 | 2,
  ) {}

  /** @param who which of the nodes' funded accounts sends */
  static async begin(
    local: LocalNetwork,
    keys: SpendKeys,
    prover: Prover,
    table: TableTree,
    who: 1 | 2,
  ): Promise<Life> {
    return new Life(local, keys, await ChainWallet.open(local.network, local.nodes, keys), prover, table, who);
  }

  get address(): string {
    return this.local.chains.home.addresses[this.who];
  }

  view(): Promise<TraderView> {
    return this.wallet.refresh();
  }

  /** Puts collateral into a vault; the notes' root isn't relayed yet. */
  async deposit(instrument: number, lots: bigint): Promise<void> {
    const view = await this.view();
    const salt = depositSalt(this.keys.proveKey, instrument >> 16, view.nextDepositCounter(instrument >> 16));
    await this.depositFor(aliasOf(view.owner, instrument >> 16, salt), instrument, lots);
  }

  /** Puts collateral into a vault for any recipient. */
  async depositFor(recipient: bigint, instrument: number, lots: bigint): Promise<void> {
    const { chain, contract } = issuerNamed(this.local.network, instrument >> 16, "vault");
    const { signers, at } = this.local.chains[chain as LocalChainName];
    const serial = instrument % 2 ** 16;
    const vault = at("CollateralVault", contract, signers[this.who]);
    const { token, unit } = (await vault.getFunction("instrumentAt")(serial)) as { token: string; unit: bigint };
    await send(at("Token", token), "mint", this.address, lots * unit);
    await send(at("Token", token, signers[this.who]), "approve", contract, lots * unit);
    await send(vault, "deposit", serial, lots, recipient);
  }

  /** Receives what can be received, or opens. */
  async receive(keys: ProveKeys = this.keys): Promise<TransactionReceipt> {
    return this.call("home", await this.receiveMove(keys));
  }

  /** The receipt as a call that nobody has sent yet. */
  async receiveMove(keys: ProveKeys = this.keys): Promise<Call> {
    const view = await this.view();
    const { registry } = this.local.network;
    const { context, deadline } = await this.context("home", registry, this.address);
    const notes = view.notes.flatMap(({ received }) => (received === undefined ? [] : [received]));
    const { statement } = receiveStatement({
      keys,
      from: view.account ?? "T",
      notes,
      notesRoot: view.notesRoot,
      context,
    });
    return receiveCall(registry, view.slot, await this.prover.prove(proofRequest(statement)), deadline);
  }

  async spend(move: Move): Promise<void> {
    const view = await this.view();
    const { registry } = this.local.network;
    const { context, deadline } = await this.context("home", registry, this.address);
    const { statement } = spendStatement({ account: view.account!, keys: this.keys, table: this.table, move, context });
    await this.call(
      "home",
      spendCall(registry, view.slot!, await this.prover.prove(proofRequest(statement)), deadline),
    );
  }

  /** Moves so many exits from the queue into their tree. */
  async addExits(most: number): Promise<void> {
    await this.call("home", {
      name: "AccountRegistry",
      address: this.local.network.registry,
      method: "addExits",
      args: [most],
    });
  }

  /** Opens the line at a desk or venue on what is booked. */
  async authorise(issuerName: string, credit: number): Promise<void> {
    const issuer = issuerNamed(this.local.network, issuerName, "desk", "venue");
    const view = await this.view();
    const path = (await view.accountPath(issuer.chain))!;
    const { context, deadline } = await this.context(issuer.chain, issuer.contract, this.address);
    const statement = solvencyStatement({
      account: view.account!,
      keys: this.keys,
      path,
      table: this.table,
      coverage: COVERAGE_INITIAL,
      issuerId: issuer.id,
      show: [credit, credit + 1],
      committee: COMMITTEE,
      context,
    });
    const name = issuer.kind === "desk" ? "CreditDesk" : "VenueOutbox";
    await this.call(
      issuer.chain,
      lineCall(name, issuer.contract, "authorise", await this.prover.prove(proofRequest(statement)), deadline),
    );
  }

  /** A call of a line's operator. */
  async operate(issuerName: string, method: string, ...args: readonly unknown[]): Promise<void> {
    const { id, chain, kind, contract } = issuerNamed(this.local.network, issuerName, "desk", "venue");
    const alias = aliasOf((await this.view()).owner, id);
    await this.call(chain, {
      name: kind === "desk" ? "CreditDesk" : "VenueOutbox",
      address: contract,
      method,
      args: [alias, ...args],
    });
  }

  /** Has a vault take an exit that has arrived there. */
  async takeExit(place: number): Promise<void> {
    const { exit, issuer, path } = (await this.view()).exits[place]!;
    const recipient = `0x${exit.recipient.toString(16).padStart(40, "0")}`;
    const { context, deadline } = await this.context(issuer.chain, issuer.contract, recipient);
    const proof = await this.prover.prove(proofRequest(exitStatement(exit, path!, context, "T")));
    await this.call(issuer.chain, exitCall(issuer.contract, proof, deadline));
  }

  /** A fresh wallet's view: nothing but keys and the chains. */
  async restored(
    keys: ProveKeys = this.keys,
    nodes: ReadonlyMap<string, Node> = this.local.nodes,
    folder?: string,
  ): Promise<TraderView> {
    return (
      await ChainWallet.open(this.local.network, nodes, keys, {
        store: folder === undefined ? undefined : new FileStore(folder),
      })
    ).refresh();
  }

  async call(chain: string, call: Call): Promise<TransactionReceipt> {
    return (await this.sender(chain)).send(call);
  }

  sender(chain: string, folder?: string): Promise<Sender> {
    return Sender.open(this.local.nodes.get(chain)!, this.local.chains[chain as LocalChainName].signers[this.who], {
      store: folder === undefined ? undefined : new FileStore(folder),
    });
  }

  private async context(
    chain: string,
    contract: string,
    account: string,
  ): Promise<{ deadline: bigint; context: bigint }> {
    const { provider, chainId } = this.local.chains[chain as LocalChainName];
    const deadline = BigInt((await provider.getBlock("latest"))!.timestamp) + DEADLINE;
    return { deadline, context: contextSignal({ chainId, contract, account, deadline }) };
  }
}
