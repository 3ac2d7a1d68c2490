/**
 * What a trader's moves share: the run, what they show, and how amounts are read.
 *
 * @module
 */
import { isAddress } from "ethers";
import { assetOf, parseAsset } from "../chain/asset.ts";
import { issuerNamed, type IssuerKind, type NetworkIssuer } from "../chain/network.ts";
import { lotsToUnits } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { parseTrades, type ListedPosition } from "../margin/portfolio.ts";
import { newestTable, nodeOf } from "../wallet/submissions.ts";
import type { Sent, Trader } from "../wallet/trader.ts";
import { withTrader, type ChainFlags, type Looking } from "./onchain.ts";
import { show } from "./output.ts";

/** Runs a move and shows the transactions it took and the account after it. */
export async function act(
  flags: ChainFlags,
  work: (trader: Trader, looking: Looking) => Promise<unknown>,
): Promise<void> {
  await withTrader(flags, async (trader, looking, sent) => {
    await work(trader, looking);
    const { account } = await trader.view();
    const transactions = sent.map(({ chain, call: { name, method }, receipt }: Sent) => ({
      chain,
      what: `${name}.${method}`,
      gas: receipt.gasUsed,
      transaction: receipt.hash,
    }));
    show(flags, { version: account?.version, transactions }, () =>
      [
        `${sent.length} transactions, ${sent.reduce((gas, { receipt }) => gas + receipt.gasUsed, 0n)} gas`,
        account === undefined ? "no account yet: plimsoll receive opens it" : `account at version ${account.version}`,
      ].join("\n"),
    );
  });
}

/** An amount of an instrument such as `vault-ethereum:WBTC=2.5`, by the newest table at home. */
export async function position({ config: { network }, nodes, tables }: Looking, leg: string): Promise<ListedPosition> {
  const { listed } = await newestTable(nodeOf(nodes, network.home), tables, network.tiers[0]!);
  const found = parseTrades([leg], listed)[0]!;
  if (found.size <= 0n)
    throw new InputError(found.listing.name, "must be above 0", lotsToUnits(found.size, found.listing.lot));
  return found;
}

export const issuerIn = (
  { config: { network } }: Looking,
  issuer: string,
  ...kinds: readonly IssuerKind[]
): NetworkIssuer => issuerNamed(network, issuer, ...kinds);

/** An amount of a desk's asset in the token's smallest units. */
export const assetAmount = async ({ nodes }: Looking, desk: NetworkIssuer, amount: string): Promise<bigint> =>
  parseAsset(amount, await assetOf(nodeOf(nodes, desk.chain), desk));

/** Throws an InputError with this path unless it is an address. */
export function address(text: string, path: string): string {
  if (!isAddress(text)) throw new InputError(path, "must be an Ethereum address", text);
  return text;
}
