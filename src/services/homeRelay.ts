/**
 * What the home chain needs done once roots and exits are there, by anybody: issuers' notes joined, queued exits added.
 *
 * @module
 */
import { ROOT_SLOTS } from "../chain/calls.ts";
import { chainNamed } from "../chain/network.ts";
import { InputError, RefusedError } from "../base/errors.ts";
import type { Call, Sender } from "../chain/sender.ts";
import type { Fields } from "./log.ts";
import type { SendingWorld } from "./world.ts";

/** Exits added by one call, which costs about 12,000 gas each after the first. */
const MOST_EXITS = 100n;

/** Joins the notes root of every issuer whose newest one isn't joined; one that a conflict voided drops out this way. */
export async function joinNotes(world: SendingWorld): Promise<Fields> {
  const { network, log } = world;
  const { home, issuerNotes, issuers } = network;
  const [sender, node] = [await world.sender(home), await world.node(home)];
  let joined = 0;
  for (const { id, name, chain, contract } of issuers) {
    const source = chainNamed(network, home).roots[chain];
    if (source === undefined)
      throw new InputError(`network.issuers.${name}.chain`, "must have its roots known at home", chain);
    // LocalRoots and RootMirror answer alike.
    const [newest] = await node.read<[bigint, bigint]>("RootMirror", source, "latestRoot", contract, ROOT_SLOTS.notes);
    const known = await node.read<bigint>("IssuerNotes", issuerNotes, "issuerRoot", id);
    if (newest === known) continue;
    if (newest !== 0n && (await node.read<boolean>("RootMirror", source, "isFrozen"))) continue;
    const sent = await sendUnlessDone(
      sender,
      { name: "IssuerNotes", address: issuerNotes, method: "join", args: [id] },
      ["NothingNew", "RouteFrozen"],
    );
    if (sent === undefined) continue;
    joined += 1;
    log("info", "notes joined", { issuer: name, root: newest, ...sent });
  }
  return { joined };
}

/** Adds queued exits to the tree that vaults read. */
export async function addExits(world: SendingWorld): Promise<Fields> {
  const { home, registry } = world.network;
  const [sender, node] = [await world.sender(home), await world.node(home)];
  const queued = await node.read<bigint>("AccountRegistry", registry, "queuedExits");
  if (queued === 0n) return { queued: 0 };
  const most = queued < MOST_EXITS ? queued : MOST_EXITS;
  const sent = await sendUnlessDone(
    sender,
    { name: "AccountRegistry", address: registry, method: "addExits", args: [most] },
    ["NothingQueued"],
  );
  if (sent !== undefined) world.log("info", "exits added", { exits: most, ...sent });
  return { queued: queued - most };
}

/** How it went, for the log; undefined when somebody else was first, which the named refusals say. */
async function sendUnlessDone(sender: Sender, call: Call, done: readonly string[]): Promise<Fields | undefined> {
  try {
    const { hash, gasUsed } = await sender.send(call);
    return { transaction: hash, gas: gasUsed };
  } catch (error) {
    if (error instanceof RefusedError && done.includes(error.refusal)) return undefined;
    throw error;
  }
}
