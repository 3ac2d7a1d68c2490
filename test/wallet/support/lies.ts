/**
 * Nodes that lie about their logs.
 *
 * @module
 */
import { Interface } from "ethers";
import { ABI } from "../../../src/chain/abi.ts";
import type { Node } from "../../../src/chain/node.ts";

interface Log {
  readonly blockNumber: string;
  readonly logIndex: string;
  readonly topics: readonly string[];
  readonly data: string;
}
/** What a node makes of its logs; `all` of them are known, since it gives them in pieces. */
export type Lie = (logs: readonly Log[], all: readonly Log[]) => readonly Log[];

/** These nodes, of which one is honest but for its logs. */
export const lying = (nodes: ReadonlyMap<string, Node>, name: string, lie: Lie): ReadonlyMap<string, Node> => {
  const node = nodes.get(name)!;
  const rpc = async (method: string, params: readonly unknown[]): Promise<unknown> => {
    if (method !== "eth_getLogs") return node.rpc(method, params);
    const all = await node.rpc<Log[]>(method, [{ ...(params[0] as object), fromBlock: "0x0", toBlock: "latest" }]);
    return lie(await node.rpc<Log[]>(method, params), all);
  };
  return new Map([...nodes, [name, Object.create(node, { rpc: { value: rpc } }) as Node]]);
};
export const topicOf = (name: "AccountRegistry" | "CollateralVault", event: string): string =>
  new Interface(ABI[name]).getEvent(event)!.topicHash;
/** Data with the last bit of a word flipped. */
const flipped = (data: string, word: number): string => {
  const at = 2 + 64 * word + 63;
  return `${data.slice(0, at)}${(Number.parseInt(data[at]!, 16) ^ 1).toString(16)}${data.slice(at + 1)}`;
};
/** Changes one event: of those whose first indexed argument is `first`, if given, the one at a place, the last being -1. */
export const at =
  (topic: string, place: number, change: (log: Log) => Log[], first?: bigint): Lie =>
  (logs, all) => {
    const chosen = all
      .filter(({ topics }) => topics[0] === topic && (first === undefined || BigInt(topics[1]!) === first))
      .at(place)!;
    return logs.flatMap((log) =>
      log.blockNumber === chosen.blockNumber && log.logIndex === chosen.logIndex ? change(log) : [log],
    );
  };
export const gone = (): Log[] => [];
export const flip =
  (word: number) =>
  (log: Log): Log[] => [{ ...log, data: flipped(log.data, word) }];
