/**
 * Four reporters on one folder of markets, and the first epochs that they sign, on the chains' clocks.
 *
 * @module
 */
import { expect } from "vitest";
import { chainNamed } from "../../src/chain/network.ts";
import { askJson } from "../../src/services/client.ts";
import type { LocalNetwork } from "../support/localNetwork.ts";
import { followingJson, marketJson, type MarketJson, type Prices } from "./market.ts";
import { closeAll, relaying, reporting, tempFolder, writeMarket, type Reporting } from "./support.ts";

export class Reporters {
  private constructor(
    private readonly local: LocalNetwork,
    readonly markets: string,
    readonly all: readonly Reporting[],
  ) {}

  /** Reporters with the keys of the network's four signers that have signed nothing, and no market. */
  static async begin(local: LocalNetwork): Promise<Reporters> {
    const markets = await tempFolder();
    return new Reporters(
      local,
      markets,
      await Promise.all([0, 1, 2, 3].map((place) => reporting(local, place, markets))),
    );
  }

  get urls(): string[] {
    return this.all.map(({ url }) => url);
  }

  async step(which = this.all): Promise<void> {
    await Promise.all(which.map(({ reporter }) => reporter.step()));
  }

  /** Puts a market file into a folder, by default the one that all share. */
  publish(market: MarketJson, folder = this.markets): Promise<string> {
    return writeMarket(folder, JSON.stringify(market));
  }

  /** A relayer of theirs runs every task once. */
  async relay(): Promise<void> {
    await relaying(this.local, { reporters: this.urls }).round();
  }

  /** Brings epoch 1 on all chains, of now. */
  async firstEpoch(): Promise<MarketJson> {
    const market = marketJson(1, await this.local.chains.home.now());
    await this.publish(market);
    await this.step();
    await this.relay();
    expect((await published(this.local)).number).toBe(1);
    return market;
  }

  /** The market a minute later, which is nowhere yet. */
  async following(before: MarketJson, prices: Prices = { btc: 60_001 }): Promise<MarketJson> {
    await this.local.pass(60);
    return followingJson(before, await this.local.chains.home.now(), prices);
  }

  close(): Promise<void> {
    return closeAll(this.all);
  }
}

/** The newest epoch that a reporter says it signed. */
export const signedBy = async ({ url }: Reporting): Promise<unknown> =>
  ((await askJson("it", url, "/epochs/newest")).json as { epoch?: unknown }).epoch;

/** The newest epoch on a chain. */
export async function published(
  { network, nodes }: LocalNetwork,
  name = "home",
): Promise<{ root: bigint; number: number; largestMove: number; paused: boolean }> {
  const [node, { riskTable }] = [nodes.get(name)!, chainNamed(network, name)];
  const root = await node.read<bigint>("RiskTable", riskTable, "newestRoot");
  const { number } = await node.read<{ number: bigint }>("RiskTable", riskTable, "epochOf", root);
  const largestMove = Number(await node.read<bigint>("RiskTable", riskTable, "largestMove"));
  return { root, number: Number(number), largestMove, paused: await node.read("RiskTable", riskTable, "isPaused") };
}
