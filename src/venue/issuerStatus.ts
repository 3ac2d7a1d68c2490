/**
 * How a desk or venue stands at one block: what it may lend, what keeps draws from happening, the table and the route that
 * its proofs are checked against.
 *
 * @module
 */
import type { ContractName } from "../chain/abi.ts";
import { assetOf, type Asset } from "../chain/asset.ts";
import { ROOT_SLOTS } from "../chain/calls.ts";
import { chainNamed, type Network, type NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import type { IssuerLine } from "./lines.ts";

/** Amounts are smallest units of the asset. */
interface Funds {
  readonly asset: Asset;
  readonly available: bigint;
  /** What may be drawn now on top of what is out: never more than is there. */
  readonly newCredit: bigint;
  readonly lent: bigint;
}

export async function fundsOf(
  node: Node,
  desk: NetworkIssuer,
  { number }: Block,
  lines: readonly IssuerLine[],
): Promise<Funds> {
  const asset = await assetOf(node, desk);
  const at = { blockTag: number };
  const [available, limit] = await Promise.all([
    node.read<bigint>("IERC20Metadata", asset.address, "balanceOf", desk.contract, at),
    node.read<bigint>("CreditDesk", desk.contract, "availableCredit", at),
  ]);
  return {
    asset,
    available,
    newCredit: limit < available ? limit : available,
    lent: lines.reduce((sum, { owed }) => sum + (owed ?? 0n), 0n),
  };
}

/** What keeps draws from happening, in words. */
export async function stopsOf(
  node: Node,
  network: Network,
  issuer: NetworkIssuer,
  { number }: Block,
): Promise<string[]> {
  const at = { blockTag: number };
  const name: ContractName = issuer.kind === "desk" ? "CreditDesk" : "VenueOutbox";
  const [paused, table, frozen] = await Promise.all([
    node.read<boolean>(name, issuer.contract, "paused", at),
    node.read<boolean>("RiskTable", node.chain.riskTable, "isPaused", at),
    node.read<boolean>("RootMirror", routeTo(network, issuer.chain), "isFrozen", at),
  ]);
  return [
    ...(paused ? [`the ${issuer.kind} is paused`] : []),
    ...(table ? ["the risk table is paused"] : []),
    ...(frozen ? ["the route from home is frozen"] : []),
  ];
}

/** The newest epoch that the chain knows; undefined before the first. Times are Unix seconds. */
export async function epochOf(node: Node, { number }: Block) {
  const at = { blockTag: number };
  const root = await node.read<bigint>("RiskTable", node.chain.riskTable, "newestRoot", at);
  if (root === 0n) return undefined;
  const {
    number: epoch,
    asOf,
    notAfter,
  } = await node.read<{ number: bigint; asOf: bigint; notAfter: bigint }>(
    "RiskTable",
    node.chain.riskTable,
    "epochOf",
    root,
    at,
  );
  return { root, epoch: Number(epoch), asOf: Number(asOf), notAfter: Number(notAfter) };
}

/** The newest root of accounts that the chain knows, and its time; undefined before the first. */
export async function routeOf(node: Node, network: Network, { number }: Block) {
  const [root, time] = await node.read<[bigint, bigint]>(
    "RootMirror",
    routeTo(network, node.chain.name),
    "latestRoot",
    network.registry,
    ROOT_SLOTS.accounts,
    { blockTag: number },
  );
  return root === 0n ? undefined : { root, time: Number(time) };
}

const routeTo = (network: Network, chain: string): string => chainNamed(network, chain).roots[network.home]!;
