/**
 * A trader's commands on real chains: collateral in and out, a line opened, drawn on, repaid.
 *
 * @module
 */
import { formatUnits, isAddress, parseUnits } from "ethers";
import { lotsToUnits } from "../base/amounts.ts";
import { InputError } from "../base/errors.ts";
import { issuerNamed, type IssuerKind, type NetworkIssuer } from "../chain/network.ts";
import { parseTrades, type ListedPosition } from "../margin/portfolio.ts";
import { COVERAGE_INITIAL, COVERAGE_MAINTENANCE, type TierName } from "../protocol/constants.ts";
import { newestTable, nodeOf } from "../wallet/submissions.ts";
import type { Sent, Trader } from "../wallet/trader.ts";
import { show } from "./command.ts";
import { rememberRecipient, withTrader, type ChainFlags, type Looking } from "./onchain.ts";

interface Flags extends ChainFlags {
  readonly issuer: string;
  readonly tier?: TierName;
  readonly wait?: boolean;
  readonly to?: string;
  readonly recipient?: string;
  readonly maintenance?: boolean;
}

export const deposit = (flags: Flags, leg: string): Promise<void> => act(flags, async (trader, looking) => {
  const { row, size } = await position(looking, leg);
  await trader.deposit(row.instrument, size);
});

export const receive = (flags: Flags): Promise<void> => act(flags, async (trader) => {
  if (flags.wait === true) await trader.awaitNotes();
  await trader.receive(flags.tier);
});

export const openLine = (flags: Flags, leg: string): Promise<void> => act(flags, async (trader, looking) => {
  const { row, size } = await position(looking, leg);
  const issuer = issuerNamed(looking.config.network, row.instrument >> 16, "desk", "venue");
  await trader.openLine(issuer, size);
});

export const refresh = (flags: Flags): Promise<void> => act(flags, async (trader, looking) =>
  trader.refresh(issuerOf(looking, flags, "desk", "venue"), flags.maintenance === true ? COVERAGE_MAINTENANCE : COVERAGE_INITIAL));

export const draw = (flags: Flags, amount: string): Promise<void> => act(flags, async (trader, looking) => {
  const desk = issuerOf(looking, flags, "desk");
  await trader.draw(desk, await units(looking, desk, amount), flags.to === undefined ? undefined : address(flags.to, "to"));
});

export const repay = (flags: Flags, amount: string | undefined): Promise<void> => act(flags, async (trader, looking) => {
  const desk = issuerOf(looking, flags, "desk");
  await trader.repay(desk, amount === undefined ? undefined : await units(looking, desk, amount));
});

export const release = (flags: Flags, leg: string | undefined): Promise<void> => act(flags, async (trader, looking) =>
  trader.release(issuerOf(looking, flags, "desk"), leg === undefined ? undefined : (await position(looking, leg)).size));

export const closeLine = (flags: Flags): Promise<void> => act(flags, async (trader, looking) => trader.closeLine(issuerOf(looking, flags, "desk", "venue")));

export const withdraw = (flags: Flags, leg: string | undefined): Promise<void> => act(flags, async (trader, looking) => {
  if (leg !== undefined) {
    const { row, size } = await position(looking, leg);
    const to = flags.recipient === undefined ? undefined : address(flags.recipient, "recipient");
    // Written down first: the chains don't say whom an exit pays.
    if (to !== undefined) await rememberRecipient(flags.home, to);
    await trader.spendCollateral(row.instrument, size, to);
  }
  await trader.collect();
});

/** Runs a move and shows the transactions it took and the account after it. */
async function act(flags: Flags, work: (trader: Trader, looking: Looking) => Promise<unknown>): Promise<void> {
  await withTrader(flags, async (trader, looking, sent) => {
    await work(trader, looking);
    const { account } = await trader.view();
    const transactions = sent.map(({ chain, call: { name, method }, receipt }: Sent) => ({ chain, what: `${name}.${method}`, gas: receipt.gasUsed, transaction: receipt.hash }));
    show(flags, { version: account?.version, transactions }, () => [
      `${sent.length} transactions, ${sent.reduce((gas, { receipt }) => gas + receipt.gasUsed, 0n)} gas`,
      account === undefined ? "no account yet: plimsoll receive opens it" : `account at version ${account.version}`,
    ].join("\n"));
  });
}

/** An amount of an instrument such as `vault-ethereum:WBTC=2.5`, by the newest table at home. */
async function position({ config: { network }, nodes, tables }: Looking, leg: string): Promise<ListedPosition> {
  const { listed } = await newestTable(nodeOf(nodes, network.home), tables, network.tiers[0]!);
  const found = parseTrades([leg], listed)[0]!;
  if (found.size <= 0n) throw new InputError(found.listing.name, "must be above 0", lotsToUnits(found.size, found.listing.lot));
  return found;
}

const issuerOf = ({ config: { network } }: Looking, { issuer }: Flags, ...kinds: readonly IssuerKind[]): NetworkIssuer => issuerNamed(network, issuer, ...kinds);

/** An amount of a desk's asset in the token's smallest units. */
async function units({ nodes }: Looking, desk: NetworkIssuer, amount: string): Promise<bigint> {
  const node = nodeOf(nodes, desk.chain);
  const asset = await node.read<string>("CreditDesk", desk.contract, "asset");
  const decimals = await node.read<bigint>("IERC20Metadata", asset, "decimals");
  if (!/^\d+(\.\d+)?$/.test(amount) || (amount.split(".")[1] ?? "").length > Number(decimals)) {
    throw new InputError("amount", `must be a decimal with at most ${decimals} places`, amount);
  }
  const value = parseUnits(amount, decimals);
  if (value === 0n) throw new InputError("amount", "must be above 0", formatUnits(value, decimals));
  return value;
}

function address(text: string, path: string): string {
  if (!isAddress(text)) throw new InputError(path, "must be an Ethereum address", text);
  return text;
}
