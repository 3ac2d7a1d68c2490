/**
 * plimsoll status: the account, its lines and when they end, what is on its way, and what needs attention next.
 *
 * @module
 */
import type { Node } from "../chain/node.ts";
import { formatPercent, formatUsd } from "../decimal.ts";
import { TIERS } from "../protocol.ts";
import { marginReport, type MarginReport } from "../report/marginReport.ts";
import type { ListedBook } from "../risk/listing.ts";
import type { ListedPosition } from "../portfolio.ts";
import { attention, named, type Attention } from "../wallet/attention.ts";
import { newestBook, nodeOf } from "../wallet/submissions.ts";
import type { TraderLine, TraderView } from "../wallet/traderView.ts";
import { remark, show } from "./command.ts";
import { withWallet, type ChainFlags } from "./onchain.ts";

export async function status(flags: ChainFlags): Promise<void> {
  await withWallet(flags, async ({ config: { network }, nodes, wallet, books }) => {
    const view = await wallet.refresh();
    const home = nodeOf(nodes, network.home);
    const newest = await newestBook(home, books, view.tier ?? network.tiers[0]!).catch((error: Error) => {
      remark(flags, `without a risk book: ${error.message}`);
      return undefined;
    });
    const listed = newest?.listed;
    const margin = listed === undefined ? undefined : marginOf(view, listed);
    const next = attention(view, newest === undefined ? undefined : await bookEnd(home, newest.tree.root), margin);
    const holdings = (view.account?.holdings ?? []).map(({ instrument, size }) => ({ instrument, size, ...named(instrument, size, listed) }));
    const lines = view.lines.map(({ issuer, ...line }) => ({ issuer: issuer.name, chain: issuer.chain, ...line }));
    const notes = view.notes.map(({ note: { legs, serial }, issuer, folded }) => ({ issuer: issuer.name, serial, legs, arrived: folded !== undefined }));
    const exits = view.exits.map(({ exit: { instrument, lots }, issuer, stage, paid }) => ({ issuer: issuer.name, instrument, lots, stage, paid }));
    const { tier, slot, account } = view;
    show(flags, { tier, slot, version: account?.version, equity: margin?.equity, requirement: margin?.requirement, ratioBps: margin?.ratioBps, band: margin?.band, holdings, lines, notes, exits, attention: next }, () => [
      account === undefined ? "no account yet" : `account ${slot}, tier ${tier}, version ${account.version}, ${holdings.length} of ${TIERS[tier!].holdings} holdings`,
      ...marginLines(margin),
      ...holdings.map(({ name, units, unit }) => `  ${name.padEnd(34)} ${units.padStart(18)} ${unit}`),
      ...view.lines.map((line) => lineText(line, view)),
      ...(next.length === 0 ? ["nothing needs attention"] : ["next:", ...next.map(attentionText)]),
    ].join("\n"));
  }, { missing: true });
}

/** When a book's epoch ends: the chain says, not the book's file. */
async function bookEnd(node: Node, root: bigint): Promise<number> {
  const { notAfter } = await node.read<{ notAfter: bigint }>("RiskBook", node.chain.riskBook, "epochOf", root);
  return Number(notAfter);
}

/** Margin of the account, if the book lists all that it holds. */
function marginOf({ account }: TraderView, listed: ListedBook): MarginReport | undefined {
  const places = new Map(listed.book.rows.map(({ instrument }, i) => [instrument, i]));
  const positions = (account?.holdings ?? []).flatMap(({ instrument, size }): ListedPosition[] => {
    const place = places.get(instrument);
    return place === undefined ? [] : [{ row: listed.book.rows[place]!, listing: listed.listings[place]!, size }];
  });
  return positions.length === (account?.holdings.length ?? 0) && positions.length > 0 ? marginReport(positions, listed) : undefined;
}

const marginLines = (margin: MarginReport | undefined): string[] => margin === undefined ? [] : [
  `  equity ${formatUsd(margin.equity)} USD, required ${formatUsd(margin.requirement)} USD${margin.ratioBps === null ? "" : `: ${formatPercent(margin.ratioBps)} of maintenance`}, ${margin.band}`,
];

function lineText({ issuer, status, validUntil, graceEnd, booked, released, usableLots }: TraderLine, { blocks }: TraderView): string {
  const left = validUntil - (blocks.get(issuer.chain)?.time ?? validUntil);
  const ends = status === "open" ? `, good until ${date(validUntil)} (${left >= 0 ? "in" : "over for"} ${duration(Math.abs(left))}), grace until ${date(graceEnd)}` : "";
  return `line at ${issuer.name}: ${status}, booked ${booked}, released ${released}, usable ${usableLots} lots${ends}`;
}

const attentionText = ({ urgency, until, what, command }: Attention): string =>
  `  ${urgency.padEnd(5)} ${what}${until === undefined ? "" : ` (${date(until)})`}${command === undefined ? "" : `: ${command}`}`;

const date = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");

const duration = (seconds: number): string =>
  seconds >= 86_400 ? `${Math.floor(seconds / 86_400)} d` : seconds >= 3_600 ? `${Math.floor(seconds / 3_600)} h` : `${Math.floor(seconds / 60)} min`;
