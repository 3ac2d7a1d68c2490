/**
 * plimsoll status: the account, its lines and when they end, what is on its way, and what needs attention next.
 *
 * @module
 */
import type { Node } from "../chain/node.ts";
import { formatPercent, formatUsd } from "../base/amounts.ts";
import { TIERS } from "../protocol/constants.ts";
import { marginReport, type MarginReport } from "../margin/report/marginReport.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { ListedPosition } from "../margin/portfolio.ts";
import { attention, named, type Attention } from "../wallet/attention.ts";
import { newestTable, nodeOf } from "../wallet/submissions.ts";
import type { TraderLine, TraderView } from "../wallet/traderView.ts";
import { remark, show } from "./command.ts";
import { withWallet, type ChainFlags } from "./onchain.ts";

export async function status(flags: ChainFlags): Promise<void> {
  await withWallet(flags, async ({ config: { network }, nodes, wallet, tables }) => {
    const view = await wallet.refresh();
    const home = nodeOf(nodes, network.home);
    const newest = await newestTable(home, tables, view.tier ?? network.tiers[0]!).catch((error: Error) => {
      remark(flags, `without a risk table: ${error.message}`);
      return undefined;
    });
    const listed = newest?.listed;
    const margin = listed === undefined ? undefined : marginOf(view, listed);
    const next = attention(view, newest === undefined ? undefined : await tableEnd(home, newest.tree.root), margin);
    const holdings = (view.account?.holdings ?? []).map(({ instrument, size }) => ({ instrument, size, ...named(instrument, size, listed) }));
    const lines = view.lines.map(({ issuer, ...line }) => ({ issuer: issuer.name, chain: issuer.chain, ...line }));
    const notes = view.notes.map(({ note: { legs, serial }, issuer, received }) => ({ issuer: issuer.name, serial, legs, arrived: received !== undefined }));
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

/** When a table's epoch ends: the chain says, not the table's file. */
async function tableEnd(node: Node, root: bigint): Promise<number> {
  const { notAfter } = await node.read<{ notAfter: bigint }>("RiskTable", node.chain.riskTable, "epochOf", root);
  return Number(notAfter);
}

/** Margin of the account, if the table lists all that it holds. */
function marginOf({ account }: TraderView, listed: ListedTable): MarginReport | undefined {
  const places = new Map(listed.table.rows.map(({ instrument }, i) => [instrument, i]));
  const positions = (account?.holdings ?? []).flatMap(({ instrument, size }): ListedPosition[] => {
    const place = places.get(instrument);
    return place === undefined ? [] : [{ row: listed.table.rows[place]!, listing: listed.listings[place]!, size }];
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
