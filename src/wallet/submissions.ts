/**
 * Statements ready to be proven and sent: on the table and the roots that the contract knows, in a context that names the
 * sender. What trader and keeper share.
 *
 * @module
 */
import { issuerOf } from "../protocol/instrument.ts";
import type { ProveKeys } from "../account/keys.ts";
import { fetchTable, type TableSources } from "../chain/tableSource.ts";
import { issuerNamed, type NetworkIssuer } from "../chain/network.ts";
import type { Node } from "../chain/node.ts";
import { lineContract } from "../chain/line.ts";
import { InputError, NodeError } from "../base/errors.ts";
import { TIERS, type CircuitName, type TierName } from "../protocol/constants.ts";
import { contextSignal } from "../protocol/context.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { TableTree } from "../risk/tree.ts";
import { receiveStatement } from "../statements/receive.ts";
import { solvencyStatement } from "../statements/solvency.ts";
import type { Statement } from "../statements/statement.ts";
import type { TraderView } from "./traderView.ts";

/** Seconds from now for which a proof may be sent. */
const PROOF_LIFE = 3_600;

export interface Submission<C extends CircuitName> {
  readonly statement: Statement<C>;
  /** Unix seconds, in the proof's context. */
  readonly deadline: bigint;
}

export type Nodes = ReadonlyMap<string, Node>;

/** A chain's node. Throws an InputError when there is no connection to it. */
export function nodeOf(nodes: Nodes, chain: string): Node {
  const node = nodes.get(chain);
  if (node === undefined) throw new InputError("chain", "must be connected to", chain);
  return node;
}

/**
 * The newest table that a chain knows, fetched by its root. Throws a NodeError before the first, and when no source has
 * it.
 *
 * @example
 * ```ts
 * import { newestTable } from "plimsoll/wallet";
 *
 * const { listed, tree } = await newestTable(node, { urls: reporters, store }, "M");
 * console.log(listed.table.epoch, tree.root);
 * ```
 */
export async function newestTable(
  node: Node,
  sources: TableSources,
  tier: TierName,
): Promise<{ readonly listed: ListedTable; readonly tree: TableTree }> {
  const root = await node.read<bigint>("RiskTable", node.chain.riskTable, "newestRoot");
  if (root === 0n) throw new NodeError(node.chain.name, "no risk table has been published yet");
  return fetchTable(root, sources, tier);
}

/** Context of a proof to a contract, and its deadline by the chain's clock. */
export async function contextOf(
  node: Node,
  contract: string,
  account: string,
): Promise<{ readonly context: bigint; readonly deadline: bigint }> {
  const deadline = BigInt((await node.block()).time + PROOF_LIFE);
  return { deadline, context: contextSignal({ chainId: BigInt(node.chain.chainId), contract, account, deadline }) };
}

/** Gas that opening an account takes, about. */
const OPENING_GAS = "590,000";

/**
 * A receipt of the notes that have arrived at home, as many as fit; it opens the account if need be.
 *
 * @param options.tier of an account to open; the network's first by default
 * @param options.empty whether an account may open that holds nothing
 * @throws InputError when nothing waits, or a leg is one that the newest table doesn't list: an account
 *   with such a holding would prove nothing
 */
export async function receiveOf(
  view: TraderView,
  sources: TableSources,
  sender: string,
  {
    tier = view.tier ?? view.network.tiers[0]!,
    empty = false,
  }: { readonly tier?: TierName | undefined; readonly empty?: boolean | undefined } = {},
): Promise<Submission<"receive"> & { readonly count: number }> {
  if (!view.network.tiers.includes(tier))
    throw new InputError("tier", `must be one that the network verifies: ${view.network.tiers.join(", ")}`, tier);
  const ready = view.notes
    .flatMap(({ received }) => (received === undefined ? [] : [received]))
    .slice(0, TIERS[tier].notes);
  if (ready.length === 0 && !(empty && view.slot === undefined)) {
    throw new InputError(
      "notes",
      `none has arrived at home that could be received${view.slot === undefined ? `; --empty opens the account all the same, for ${OPENING_GAS} gas` : ""}`,
    );
  }
  const home = nodeOf(view.nodes, view.network.home);
  const {
    listed: { table },
  } = await newestTable(home, sources, tier);
  const known = new Set(table.rows.map(({ instrument }) => instrument));
  for (const { note } of ready) {
    for (const { instrument } of note.legs) {
      if (!known.has(instrument))
        throw new InputError(
          `note ${note.serial} of ${issuerNamed(view.network, issuerOf(instrument)).name}`,
          "must have legs that the newest table lists: its issuer has to list this one first",
          instrument,
        );
    }
  }
  const { registry } = view.network;
  const { context, deadline } = await contextOf(home, registry, sender);
  const { statement } = receiveStatement({
    keys: view.keys,
    from: view.account ?? tier,
    notes: ready,
    notesRoot: view.notesRoot,
    context,
  });
  return { statement, deadline, count: ready.length };
}

/**
 * That the account is covered, to a desk or venue; it shows the line's credit and release. Undefined while the account's
 * last change has not arrived on the issuer's chain.
 *
 * @param keys with the spend key the proof says so
 * @throws MarginError when the account isn't covered at this coverage on the newest table there
 */
export async function solvencyOf(
  view: TraderView,
  issuer: NetworkIssuer,
  keys: ProveKeys,
  sources: TableSources,
  sender: string,
  coverage: number,
): Promise<Submission<"solvency"> | undefined> {
  const {
    account,
    tier,
    network: { committee },
  } = view;
  if (account === undefined || tier === undefined) throw new InputError("account", "must be open");
  const path = await view.accountPath(issuer.chain);
  if (path === undefined) return undefined;
  const node = nodeOf(view.nodes, issuer.chain);
  const [{ tree }, credit] = await Promise.all([newestTable(node, sources, tier), creditOf(node, issuer)]);
  const { context, deadline } = await contextOf(node, issuer.contract, sender);
  const statement = solvencyStatement({
    account,
    keys,
    path,
    table: tree,
    coverage,
    issuerId: issuer.id,
    show: [credit, credit + 1],
    committee,
    context,
  });
  return { statement, deadline };
}

/** The credit instrument of a desk's or venue's line; its release is the next. */
export const creditOf = async (node: Node, issuer: NetworkIssuer): Promise<number> =>
  Number(await node.read<bigint>(lineContract(issuer), issuer.contract, "creditInstrument"));
