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
import type { Log } from "./log.ts";

export interface World {
  readonly network: Network;
  readonly log: Log;
  /** Throws a NodeError when it can't be reached. */
  node(chain: string): Promise<Node>;
}

export interface SendingWorld extends World {
  sender(chain: string): Promise<Sender>;
}

/** Remembers what succeeded, and tries again what failed. */
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

/** A sender for each chain, with its journal in a folder. */
export const withSenders = (world: World, signer: Wallet, folder?: string): SendingWorld => ({
  ...world,
  sender: remembered(async (chain) => Sender.open(await world.node(chain), signer, { folder })),
});
