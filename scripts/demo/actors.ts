/**
 * Who acts in the demo: a trader with the spend key, a keeper with the prove key alone, and the services that carry roots
 * and sign tables.
 *
 * @module
 */
import type { Wallet } from "ethers";
import { join } from "node:path";
import { randomSpendKey, spendKeys, type SpendKeys } from "../../src/account/keys.ts";
import type { Network, NetworkIssuer } from "../../src/chain/network.ts";
import type { Node } from "../../src/chain/node.ts";
import { Sender } from "../../src/chain/sender.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { localProver } from "../../src/prover/backends.ts";
import type { Proof } from "../../src/groth16/proof.ts";
import { remembered } from "../../src/services/world.ts";
import { buildTable } from "../../src/risk/table.ts";
import type { ListedTable } from "../../src/risk/listing.ts";
import { readMarket } from "../../src/risk/marketFile.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { proofRequest } from "../../src/statements/statement.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import { Keeper } from "../../src/services/keeper.ts";
import { Trader, type Prove, type Sent } from "../../src/wallet/trader.ts";
import type { TraderLine } from "../../src/wallet/traderView.ts";
import { nextMarket } from "./market.ts";
import type { Meter } from "./meter.ts";
import { KEEPER, TRADER, type DemoNetwork } from "./network.ts";
import { startServices, type Services } from "./services.ts";

/** Seconds that relayers take to look again. */
const RELAY_SECONDS = 15;

export class Actors {
  /** What the trader sent, in order. */
  readonly sent: Sent[] = [];
  private market: string;
  private listed: ListedTable;
  private readonly senders = remembered((key) => {
    const [chain, address] = key.split(" ") as [string, string];
    return Sender.open(this.node(chain), this.wallets.get(address)!);
  });
  private readonly wallets = new Map<string, Wallet>();

  private constructor(
    readonly chains: DemoNetwork,
    readonly meter: Meter,
    readonly keys: SpendKeys,
    readonly trader: Trader,
    readonly keeper: Keeper,
    readonly prove: Prove,
    /** The last proof of solvency that was made. */
    readonly shown: () => Proof<"solvency">,
    private readonly services: Services,
    readonly out: string,
    market: string,
    private readonly end: () => Promise<void>,
  ) {
    this.market = market;
    this.listed = buildTable(readMarket(market));
  }

  /** Brings everybody together and publishes the market's table. */
  static async assemble(chains: DemoNetwork, meter: Meter, market: string, out: string): Promise<Actors> {
    const { network, nodes } = chains;
    const keys = spendKeys(randomSpendKey());
    const { spendKey: _kept, ...proveKeys } = keys;
    const services = await startServices(chains, join(out, "services"));
    const prover = localProver();
    let solvency: Proof<"solvency"> | undefined;
    const prove: Prove = async (statement) => {
      const proof = await prover.prove(proofRequest(statement));
      if (proof.circuit === "solvency") solvency = proof as Proof as Proof<"solvency">;
      return proof;
    };
    const means = { network, nodes, prove, tables: { urls: services.reporters, store: new FileStore(out) } };
    const actors: Actors = new Actors(
      chains,
      meter,
      keys,
      new Trader({
        ...means,
        keys,
        wallet: await ChainWallet.open(network, nodes, keys),
        sender: (chain) => actors.sender(chain, TRADER),
        onSent: (transaction) => actors.sent.push(transaction),
      }),
      new Keeper({
        ...means,
        keys: proveKeys,
        wallet: await ChainWallet.open(network, nodes, proveKeys),
        sender: (chain) => actors.sender(chain, KEEPER),
        log: () => undefined,
      }),
      prove,
      () => solvency!,
      services,
      out,
      market,
      async () => {
        await services.close();
        await prover.close();
      },
    );
    await services.propose(market);
    await services.relay();
    return actors;
  }

  get network(): Network {
    return this.chains.network;
  }

  /** The newest table. */
  get table(): ListedTable {
    return this.listed;
  }

  tree(): Promise<TableTree> {
    return TableTree.build(this.table.table, TIERS.M);
  }

  node(chain: string): Node {
    return this.chains.nodes.get(chain)!;
  }

  sender(chain: string, wallet: Wallet): Promise<Sender> {
    this.wallets.set(wallet.address, wallet);
    return this.senders(`${chain} ${wallet.address}`);
  }

  /** The trader's line at an issuer. */
  async lineAt(issuer: NetworkIssuer): Promise<TraderLine> {
    return (await this.trader.view()).lines.find((line) => line.issuer.id === issuer.id)!;
  }

  /** Lets what happened become final, and has relayers carry it. */
  async relay(what: string): Promise<void> {
    await this.chains.pass(RELAY_SECONDS);
    await this.services.relay();
    // What the first round did at home goes out with the second.
    await this.chains.pass(RELAY_SECONDS);
    await this.services.relay();
    await this.meter.done(what);
  }

  /** Prices move: the next epoch is proposed, computed and signed by every reporter, and published on every chain. */
  async nextEpoch(moves: Readonly<Record<string, number>>, what: string): Promise<void> {
    const { time } = await this.node(this.network.home).block();
    this.market = nextMarket(this.market, this.listed, time, moves);
    this.listed = buildTable(readMarket(this.market));
    await this.chains.pass(1);
    await this.services.propose(this.market);
    await this.services.relay();
    await this.meter.done(what);
  }

  close(): Promise<void> {
    return this.end();
  }
}
