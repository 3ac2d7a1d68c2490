/**
 * What daemons reach: nodes by the name of their chain, connected when they are first needed, so that one that is down
 * stops what needs it and nothing else.
 *
 * @module
 */
import type { Wallet } from "ethers";
import type { Network } from "../chain/network.ts";
import type { Node } from "../chain/node.ts";
import { Sender } from "../chain/sender.ts";
import { NodeError } from "../base/errors.ts";
import type { Store } from "../store/store.ts";
import type { Log } from "./log.ts";

export interface World {
  readonly network: Network;
  readonly log: Log;
  /** Throws a NodeError when it can't be reached. */
  node(chain: string): Promise<Node>;
}

export interface SendingWorld extends World {
  /**
   * Asked for before a chain is looked at: opening sends again what a crash left unsent.
   *
   * @throws NodeError while a transaction of its own is on its way
   */
  sender(chain: string): Promise<Sender>;
}

/**
 * Remembers what succeeded, and tries again what failed.
 *
 * @example
 * ```ts
 * import { Node, remembered } from "plimsoll/services";
 *
 * const nodeOn = remembered((name) => {
 *   const chain = network.chains.find((known) => known.name === name)!;
 *   return Node.connect(chain, endpoints[name]!);
 * });
 * ```
 */
export function remembered<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const known = made.get(name);
    if (known !== undefined) return known;
    const making = make(name);
    made.set(name, making);
    making.catch(() => made.delete(name));
    return making;
  };
}

/**
 * A sender for each chain, with its journal in a store.
 *
 * @example
 * ```ts
 * import { withSenders } from "plimsoll/services";
 *
 * const sending = withSenders(world, signer, store);
 * const { address } = await sending.sender("home");
 * ```
 */
export function withSenders(world: World, signer: Wallet, store?: Store): SendingWorld {
  const open = remembered(async (chain) => Sender.open(await world.node(chain), signer, { store }));
  return { ...world, sender: async (chain) => idle(await open(chain)) };
}

/** What is on its way may be just what would look missing now, and what is sent behind it waits for it anyway. */
async function idle(sender: Sender): Promise<Sender> {
  const { node, address } = sender;
  const [mined, known] = [
    await node.transactionCount(address, "latest"),
    await node.transactionCount(address, "pending"),
  ];
  if (known <= mined) return sender;
  // It may wait for ever at the price it was signed at.
  await sender.settle();
  throw new NodeError(node.chain.name, `${known - mined} transactions of ${address} are on their way`);
}
