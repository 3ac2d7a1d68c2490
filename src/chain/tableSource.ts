/**
 * Risk tables by their root: from a store, or from reporters, who are asked in turn. Nobody is believed: what doesn't
 * hash to the root is refused. The root binds rows, correlations and ω; an epoch's number and times are the chain's to
 * say, and names, lots and reasons are the word of whoever served the table.
 *
 * @module
 */
import { InputError, NodeError, PlimsollError } from "../base/errors.ts";
import { TIERS, type TierName } from "../protocol/constants.ts";
import { TABLE_LENGTH, decodeTable } from "../risk/tableFile.ts";
import type { ListedTable } from "../risk/listing.ts";
import { TableTree } from "../risk/tree.ts";
import { Endpoint } from "../base/endpoint.ts";
import { getText } from "../store/json.ts";
import type { Store } from "../store/store.ts";

export interface TableSources {
  /** Of reporters: each serves `/tables/<root>`. They may hold an access token, so they are never shown. */
  readonly urls: readonly string[];
  /** Where tables are kept once they were checked, under `cache/tables/`. */
  readonly store?: Store;
}

interface CheckedTable {
  readonly listed: ListedTable;
  readonly tree: TableTree;
}

/** Milliseconds that a reporter may take to send a table. */
const TIMEOUT = 60_000;
/** Tables that stay in memory: the newest and the one before, on two chains. */
const KEPT = 4;
const known = new Map<string, Promise<CheckedTable>>();

/**
 * The table of a root.
 *
 * @param tier of the accounts that prove on it: tables of M and L share their roots, T's are its own
 * @throws NodeError when no source has it: says why of each
 *
 * @example
 * ```ts
 * import { fetchTable } from "plimsoll/wallet";
 *
 * const root = await node.read<bigint>("RiskTable", node.chain.riskTable, "newestRoot");
 * const { listed, tree } = await fetchTable(root, { urls: reporters, store }, "M");
 * ```
 */
export function fetchTable(root: bigint, sources: TableSources, tier: TierName): Promise<CheckedTable> {
  const name = `${tier} ${root}`;
  const found = known.get(name);
  if (found !== undefined) return found;
  const fetching = find(root, sources, tier);
  known.set(name, fetching);
  fetching.catch(() => known.delete(name));
  for (const oldest of [...known.keys()].slice(0, -KEPT)) known.delete(oldest);
  return fetching;
}

async function find(root: bigint, { urls, store }: TableSources, tier: TierName): Promise<CheckedTable> {
  const key = `cache/tables/${root}.json`;
  // What is gone or damaged is fetched again.
  const cached = await kept(store, key)
    .then((text) => (text === undefined ? undefined : checked(text, root, tier)))
    .catch(refused);
  if (cached !== undefined && !(cached instanceof PlimsollError)) return cached;

  const reasons = cached === undefined ? [] : [`${root}.json: ${cached.message}`];
  for (const [i, url] of urls.entries()) {
    const table = await download(`reporters[${i}]`, url, root)
      .then(async (text) => ({ text, found: await checked(text, root, tier) }))
      .catch(refused);
    if (table instanceof PlimsollError) {
      reasons.push(table instanceof NodeError ? table.message : `reporters[${i}]: ${table.message}`);
    } else {
      await store?.put(key, table.text);
      return table.found;
    }
  }
  throw new NodeError(
    "reporters",
    `none has the table of root ${root} (${reasons.length === 0 ? "none is known" : reasons.join("; ")})`,
  );
}

const kept = async (store: Store | undefined, key: string): Promise<string | undefined> =>
  store === undefined ? undefined : getText(store, key);

async function checked(text: string, root: bigint, tier: TierName): Promise<CheckedTable> {
  const listed = decodeTable(text);
  const tree = await TableTree.build(listed.table, TIERS[tier]);
  if (tree.root !== root) throw new InputError("table", `must have the root ${root}`, tree.root);
  return { listed, tree };
}

async function download(who: string, url: string, root: bigint): Promise<string> {
  const endpoint = new Endpoint(who, url);
  const answer = await endpoint.get(`/tables/${root}`, { timeout: TIMEOUT, length: TABLE_LENGTH });
  if (answer.status !== 200) throw new NodeError(who, `answered ${endpoint.refused(answer)}`);
  return answer.text;
}

/** Passes our own errors on as values; all others are defects. */
const refused = (error: unknown): PlimsollError => {
  if (error instanceof PlimsollError) return error;
  throw error;
};
