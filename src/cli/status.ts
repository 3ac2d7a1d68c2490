/**
 * plimsoll status: the account, its lines and when they end, what is on its way, and what needs attention next.
 *
 * @module
 */
import { assetOf } from "../chain/asset.ts";
import type { Node } from "../chain/node.ts";
import { formatPercent, formatUsd } from "../base/amounts.ts";
import { TIERS } from "../protocol/constants.ts";
import type { MarginReport } from "../margin/report/marginReport.ts";
import { attention, named, type Attention } from "../wallet/attention.ts";
import { positionsIn } from "../wallet/positions.ts";
import type { TraderLine, TraderView } from "../wallet/traderView.ts";
import { LINE_UNITS, lineAmounts, lineWords, type LineAmounts } from "./lineAmounts.ts";
import { KEYSTORE, examples, type Program } from "./options.ts";
import { date, duration, grouped } from "./words.ts";

export function statusCommand(program: Program): void {
  examples(
    program
      .command("status")
      .description("the account on the network, its lines, and what needs attention next; a keeper's keystore will do")
      .option(...KEYSTORE),
    "plimsoll status",
    "plimsoll status --json",
  ).action(async (_, command) => {
    const [{ marginReport }, { newestTable, nodeOf }, { withWallet }, { remark, show }] = await Promise.all([
      import("../margin/report/marginReport.ts"),
      import("../wallet/submissions.ts"),
      import("./onchain.ts"),
      import("./output.ts"),
    ]);
    const flags = command.optsWithGlobals();
    await withWallet(
      flags,
      async ({ config: { network }, nodes, wallet, tables }) => {
        const view = await wallet.refresh();
        const home = nodeOf(nodes, network.home);
        const newest = await newestTable(home, tables, view.tier ?? network.tiers[0]!).catch((error: Error) => {
          remark(flags, `without a risk table: ${error.message}`);
          return undefined;
        });
        const listed = newest?.listed;
        const positions =
          listed === undefined || view.account === undefined ? [] : (positionsIn(view.account, listed) ?? []);
        const margin = positions.length === 0 ? undefined : marginReport(positions, listed!);
        const next = attention(
          view,
          newest === undefined ? undefined : await tableEnd(home, newest.tree.root),
          margin,
          listed,
        );
        const holdings = (view.account?.holdings ?? []).map(({ instrument, size }) => ({
          instrument,
          size,
          ...named(instrument, size, listed),
        }));
        const lines = await Promise.all(
          view.lines.map(async ({ issuer, ...line }) => {
            const asset = issuer.kind === "desk" ? await assetOf(nodeOf(nodes, issuer.chain), issuer) : undefined;
            return {
              issuer: issuer.name,
              chain: issuer.chain,
              ...line,
              amounts: lineAmounts(line, line.credit, listed, asset),
            };
          }),
        );
        const notes = view.notes.map(({ note: { legs, serial }, issuer, received }) => ({
          issuer: issuer.name,
          serial,
          legs: legs.map(({ instrument, size }) => ({ instrument, size, ...named(instrument, size, listed) })),
          arrived: received !== undefined,
        }));
        const exits = view.exits.map(({ exit: { instrument, lots }, issuer, stage, paid }) => ({
          issuer: issuer.name,
          instrument,
          lots,
          ...named(instrument, lots, listed),
          stage,
          paid,
        }));
        const { tier, slot, account } = view;
        const result = {
          tier,
          slot,
          version: account?.version,
          equity: margin?.equity,
          requirement: margin?.requirement,
          ratioBps: margin?.ratioBps,
          band: margin?.band,
          holdings,
          lines,
          notes,
          exits,
          attention: next,
          units: {
            "equity, requirement": "µUSD (1,000,000 are 1 USD)",
            ratioBps: "basis points of maintenance",
            "size, lots, paid": "lots of the instrument",
            units: "decimals of the unit beside them",
            ...LINE_UNITS,
          },
        };
        show(flags, result, () =>
          [
            account === undefined
              ? "no account yet"
              : `account ${slot}, tier ${tier}, version ${account.version}, ${holdings.length} of ${TIERS[tier!].holdings} holdings`,
            ...marginLines(margin),
            ...holdings.map(({ name, units, unit }) => `  ${name.padEnd(34)} ${grouped(units).padStart(18)} ${unit}`),
            ...view.lines.map((line, i) => lineText(line, lines[i]!.amounts, view)),
            ...(next.length === 0 ? ["nothing needs attention"] : ["next:", ...next.map(attentionText)]),
          ].join("\n"),
        );
      },
      { missing: true },
    );
  });
}

/** When a table's epoch ends: the chain says, not the table's file. */
async function tableEnd(node: Node, root: bigint): Promise<number> {
  const { notAfter } = await node.read<{ notAfter: bigint }>("RiskTable", node.chain.riskTable, "epochOf", root);
  return Number(notAfter);
}

const marginLines = (margin: MarginReport | undefined): string[] =>
  margin === undefined
    ? []
    : [
        `  equity ${formatUsd(margin.equity)} USD, required ${formatUsd(margin.requirement)} USD${margin.ratioBps === null ? "" : `: ${formatPercent(margin.ratioBps)} of maintenance`}, ${margin.band}`,
      ];

function lineText(
  { issuer, status, validUntil, graceEnd }: TraderLine,
  amounts: LineAmounts,
  { blocks }: TraderView,
): string {
  const left = validUntil - (blocks.get(issuer.chain)?.time ?? validUntil);
  const ends =
    status === "open"
      ? `, good until ${date(validUntil)} (${left >= 0 ? "in" : "over for"} ${duration(Math.abs(left))}), grace until ${date(graceEnd)}`
      : "";
  return `line at ${issuer.name}: ${status}, ${lineWords(amounts)}${ends}`;
}

const attentionText = ({ urgency, until, what, command }: Attention): string =>
  `  ${urgency.padEnd(5)} ${what}${until === undefined ? "" : ` (${date(until)})`}${command === undefined ? "" : `: ${command}`}`;
