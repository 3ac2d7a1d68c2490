/**
 * plimsoll desk: what a desk or venue sees of its aliases, and the steps to default that anyone may take.
 *
 * @module
 */
import { formatUnits } from "ethers";
import { ROOT_SLOTS } from "../chain/calls.ts";
import type { ContractName } from "../chain/abi.ts";
import { chainNamed, issuerNamed, type Network, type NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import { Sender } from "../chain/sender.ts";
import { RefusedError } from "../base/errors.ts";
import { withLock } from "../base/lock.ts";
import { STATUSES } from "../chain/line.ts";
import { dueCall, readLines, type IssuerLine } from "../venue/lines.ts";
import { nodeOf } from "../wallet/submissions.ts";
import { remark, show, type Globals } from "./command.ts";
import { connect, loadConfig, signingKey, type Config } from "./config.ts";
import { cacheFolder } from "./onchain.ts";

interface Flags extends Globals {
  readonly issuer: string;
  readonly lapse?: boolean;
}

/** What a desk lends, formatted by its token's decimals. */
interface Asset {
  readonly address: string;
  readonly symbol: string;
  readonly decimals: number;
}

export async function status(flags: Flags): Promise<void> {
  await atIssuer(flags, async ({ network }, issuer, node) => {
    const { block, lines: all } = await readLines(node, issuer, cacheFolder(flags.home));
    const [funds, stops, table, route] = await Promise.all([
      issuer.kind === "desk" ? fundsOf(node, issuer, block, all) : undefined, stopsOf(node, network, issuer, block),
      tableOf(node, block), routeOf(node, network, block),
    ]);
    const counts = Object.fromEntries(STATUSES.slice(1).map((known) => [known, all.filter((line) => line.status === known).length]));
    const due = all.filter(({ lapse }) => lapse === "due" || lapse === "due to default").length;
    const { asset, ...amounts } = funds ?? {};
    show(flags, { issuer: issuer.name, kind: issuer.kind, chain: issuer.chain, time: block.time, asset, ...amounts, lines: counts, due, stops, table, route }, () => [
      `${issuer.kind} ${issuer.name} on ${issuer.chain}, block ${block.number} of ${date(block.time)}`,
      ...(funds === undefined ? [] : [
        `funds      ${tokens(funds.available, funds.asset)} to lend, ${tokens(funds.lent, funds.asset)} lent`,
        `new credit ${tokens(funds.newCredit, funds.asset)} may be drawn now`,
      ]),
      `lines  ${STATUSES.slice(1).map((known) => `${counts[known]} ${known}`).join(", ")}${due === 0 ? "" : `; ${due} due: plimsoll desk lines --issuer ${issuer.name} --lapse`}`,
      `draws      ${stops.length === 0 ? "open" : `stand still: ${stops.join(", ")}`}`,
      `table       ${table === undefined ? "none yet" : `epoch ${table.epoch} of ${date(table.asOf)}, ${table.notAfter >= block.time ? "good" : "over"} ${until(table.notAfter, block.time)}`}`,
      `route      ${route === undefined ? "no accounts root yet" : `the home chain's accounts as of ${date(route.time)}, ${duration(block.time - route.time)} ago`}`,
    ].join("\n"));
  });
}

export async function lines(flags: Flags): Promise<void> {
  await atIssuer(flags, async (config, issuer, node) => {
    const cache = cacheFolder(flags.home);
    let { block, lines: all } = await readLines(node, issuer, cache);
    const done = flags.lapse === true ? await markDue(flags, config, issuer, node, all) : [];
    if (done.length > 0) ({ block, lines: all } = await readLines(node, issuer, cache));
    const asset = issuer.kind === "desk" ? await assetOf(node, issuer) : undefined;
    show(flags, { issuer: issuer.name, time: block.time, asset, done, lines: all }, () => [
      ...(all.length === 0 ? [`nobody has a line at ${issuer.name}`] : []),
      ...all.map((line) => lineText(line, asset, block.time)),
    ].join("\n"));
  });
}

/** Sends what is due; a line that holds but dust is left alone, as the contract does. */
async function markDue(flags: Flags, config: Config, issuer: NetworkIssuer, node: Node, all: readonly IssuerLine[]): Promise<{ alias: bigint; method: string; transaction: string }[]> {
  const due = all.flatMap((line) => {
    const call = dueCall(issuer, line);
    return call === undefined ? [] : [{ line, call }];
  });
  if (due.length === 0) return [];
  return withLock(flags.home, async () => {
    const sender = await Sender.open(node, await signingKey(config), { folder: flags.home });
    const done = [];
    for (const { line: { alias }, call } of due) {
      try {
        const { hash } = await sender.send(call);
        done.push({ alias, method: call.method, transaction: hash });
        remark(flags, `${call.method} ${alias}: ${hash}`);
      } catch (error) {
        if (!(error instanceof RefusedError) || error.refusal !== "NotLapsed") throw error;
        remark(flags, `${alias}: nothing but dust is open`);
      }
    }
    return done;
  });
}

async function fundsOf(node: Node, issuer: NetworkIssuer, block: Block, all: readonly IssuerLine[]) {
  const asset = await assetOf(node, issuer);
  const at = { blockTag: block.number };
  const [available, newCredit] = await Promise.all([
    node.read<bigint>("IERC20Metadata", asset.address, "balanceOf", issuer.contract, at),
    node.read<bigint>("CreditDesk", issuer.contract, "availableCredit", at),
  ]);
  return { asset, available, newCredit, lent: all.reduce((sum, { owed }) => sum + (owed ?? 0n), 0n) };
}

async function assetOf(node: Node, issuer: NetworkIssuer): Promise<Asset> {
  const address = await node.read<string>("CreditDesk", issuer.contract, "asset");
  const [symbol, decimals] = await Promise.all([node.read<string>("IERC20Metadata", address, "symbol"), node.read<bigint>("IERC20Metadata", address, "decimals")]);
  return { address, symbol, decimals: Number(decimals) };
}

/** What keeps draws from happening, in words. */
async function stopsOf(node: Node, network: Network, issuer: NetworkIssuer, { number }: Block): Promise<string[]> {
  const at = { blockTag: number };
  const name: ContractName = issuer.kind === "desk" ? "CreditDesk" : "VenueOutbox";
  const [paused, table, frozen] = await Promise.all([
    node.read<boolean>(name, issuer.contract, "paused", at), node.read<boolean>("RiskTable", node.chain.riskTable, "isPaused", at),
    node.read<boolean>("RootMirror", routeTo(network, issuer.chain), "isFrozen", at),
  ]);
  return [...(paused ? [`the ${issuer.kind} is paused`] : []), ...(table ? ["the risk table is paused"] : []), ...(frozen ? ["the route from home is frozen"] : [])];
}

async function tableOf(node: Node, { number }: Block) {
  const at = { blockTag: number };
  const root = await node.read<bigint>("RiskTable", node.chain.riskTable, "newestRoot", at);
  if (root === 0n) return undefined;
  const { number: epoch, asOf, notAfter } = await node.read<{ number: bigint; asOf: bigint; notAfter: bigint }>("RiskTable", node.chain.riskTable, "epochOf", root, at);
  return { root, epoch: Number(epoch), asOf: Number(asOf), notAfter: Number(notAfter) };
}

/** The newest root of accounts that this chain knows. */
async function routeOf(node: Node, network: Network, { number }: Block) {
  const [root, time] = await node.read<[bigint, bigint]>("RootMirror", routeTo(network, node.chain.name), "latestRoot", network.registry, ROOT_SLOTS.accounts, { blockTag: number });
  return root === 0n ? undefined : { root, time: Number(time) };
}

const routeTo = (network: Network, chain: string): string => chainNamed(network, chain).roots[network.home]!;

async function atIssuer(flags: Flags, work: (config: Config, issuer: NetworkIssuer, node: Node) => Promise<void>): Promise<void> {
  const config = await loadConfig(flags.home);
  const issuer = issuerNamed(config.network, flags.issuer, "desk", "venue");
  const nodes = await connect(config, [issuer.chain]);
  try {
    await work(config, issuer, nodeOf(nodes, issuer.chain));
  } finally {
    for (const node of nodes.values()) node.close();
  }
}

function lineText({ alias, status, lapse, booked, released, received, usableLots, owed, validUntil, graceEnd, defaultAt }: IssuerLine, asset: Asset | undefined, now: number): string {
  const ends = {
    good: `good until ${date(validUntil)} (${until(validUntil, now)}), grace until ${date(graceEnd)}`,
    grace: `in grace until ${date(graceEnd)} (${until(graceEnd, now)})`,
    due: `due: grace ended ${date(graceEnd)}`,
    lapsed: `lapsed, in default from ${date(defaultAt ?? 0)} (${until(defaultAt ?? 0, now)})`,
    "due to default": `due to default since ${date(defaultAt ?? 0)}`,
    over: status,
  }[lapse];
  return [
    `${alias}`,
    `  ${ends}`,
    `  booked ${booked}, released ${released}, received ${received}, usable ${usableLots} lots${owed === undefined || asset === undefined ? "" : `; owes ${tokens(owed, asset)}`}`,
  ].join("\n");
}

const tokens = (amount: bigint, { symbol, decimals }: Asset): string => `${formatUnits(amount, decimals)} ${symbol}`;
const date = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");
const until = (time: number, now: number): string => `for ${duration(Math.abs(time - now))}`;
const duration = (seconds: number): string =>
  seconds >= 86_400 ? `${Math.floor(seconds / 86_400)} d` : seconds >= 3_600 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 60)} min`;
