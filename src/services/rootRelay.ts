/**
 * Brings one chain's roots to another chain's RootMirror. Each run reads both chains and does what is missing: a root
 * that changed is brought, an unchanged one proven again before it looks stale. Nothing is remembered between runs, and
 * what two relayers bring twice changes nothing.
 *
 * @module
 */
import { ROOT_SLOTS } from "../chain/calls.ts";
import { readHeader, readRootProof } from "../chain/header.ts";
import { chainNamed } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import type { Sender } from "../chain/sender.ts";
import { NodeError, RefusedError } from "../base/errors.ts";
import { collectAttestations, type Asking } from "./attestations.ts";
import type { Fields } from "./log.ts";
import { currentSet, type MemberSignature } from "./members.ts";
import type { Route, WantedRoot } from "./routes.ts";
import type { SendingWorld } from "./world.ts";

export interface RootRelayOptions {
  /** URLs; whom they belong to shows in what they sign. */
  readonly attestors: readonly string[];
  /** Seconds after which an unchanged root is proven again; by default a third of what its readers bear. */
  readonly refreshAge?: number | undefined;
}

/** Readers bear this many times the default refresh age. */
const REFRESHES = 3;
const NONE = `0x${"0".repeat(64)}`;

/** A header is brought once for all its roots: those that are due, and those that would be due soon. */
interface Due {
  readonly roots: readonly WantedRoot[];
  /** Seconds by which the oldest wanted root is behind the block looked at. */
  readonly lagSeconds: number;
}

/** Does what is missing on a route. Throws a NodeError when attestors or nodes don't let it. */
export async function relayRoots(world: SendingWorld, route: Route, options: RootRelayOptions): Promise<Fields> {
  const { network, log } = world;
  const { from, to, mirror } = route;
  const [sender, source, node] = [await world.sender(to), await world.node(from), await world.node(to)];
  if (await node.read<boolean>("RootMirror", mirror, "isFrozen")) {
    log("alarm", "route frozen", { from, to });
    return { frozen: true };
  }
  const refreshAge = options.refreshAge ?? (await defaultRefreshAge(world, route));
  const final = await source.finalised();
  const due = await dueAt(source, node, route, final, refreshAge);
  const state = { frozen: false, finalised: final.number, lagSeconds: due.lagSeconds };
  if (due.roots.length === 0) return state;

  const signers = await currentSet(node, "RootMirror", mirror);
  const asking: Asking = {
    source: chainNamed(network, from),
    destination: chainNamed(network, to),
    mirror,
    signers,
    attestors: options.attestors,
    log,
  };
  const refused: string[] = [];
  const numbers = [final.number];
  for (const number of numbers) {
    const block = number === final.number ? final : await source.block(number);
    const { roots } = number === final.number ? due : await dueAt(source, node, route, block, refreshAge);
    if (roots.length === 0) return state;
    const attested = await node.read<string>("RootMirror", mirror, "attestedHash", number);
    if (attested === block.hash) return bring(world, sender, route, block, roots, undefined, state);

    const collected = await collectAttestations(asking, number);
    const full = collected.ballots.full(signers.threshold);
    const hashes = new Set([...full.map(({ statement }) => statement), ...(attested === NONE ? [] : [attested])]);
    if (hashes.size > 1)
      return freeze(
        world,
        sender,
        route,
        number,
        signers.set,
        full.filter(({ statement }) => statement !== attested),
        state,
      );
    const ours = full.find(({ statement }) => statement === block.hash);
    if (ours !== undefined)
      return bring(world, sender, route, block, roots, { set: signers.set, signatures: ours.signatures }, state);
    for (const { statement } of full) {
      log("alarm", "attestors vouch for another block", { from, to, number, theirs: statement, ours: block.hash });
    }
    refused.push(
      `${number}: ${collected.ballots.most} of the ${signers.threshold} needed signed one hash (${collected.refused.join("; ")})`,
    );
    // Attestors' nodes may be a little behind ours: then the highest block that enough of them call final.
    if (number === final.number)
      numbers.push(...[...new Set(collected.finalised)].filter((height) => height < number).sort((a, b) => b - a));
  }
  throw new NodeError("attestors", `too few sign what is due from ${from} (${refused.join(" | ")})`);
}

/** Which wanted roots a block has news of. */
async function dueAt(
  source: Node,
  node: Node,
  { wanted, mirror }: Route,
  block: Block,
  refreshAge: number,
): Promise<Due> {
  const found = await Promise.all(
    wanted.map(async (root) => {
      const { account } = root;
      const slot = ROOT_SLOTS[root.root];
      const value = BigInt(
        await source.rpc<string>("eth_getStorageAt", [account, slot, `0x${block.number.toString(16)}`]),
      );
      const [known, time] = await node.read<[bigint, bigint]>("RootMirror", mirror, "latestRoot", account, slot);
      const age = block.time - Number(time);
      // A slot without a root has nothing to bring, and an older block has no news of what a newer one has shown. Blocks of
      // one second may differ.
      return { root, age, exists: value !== 0n && age >= 0, changed: value !== known };
    }),
  );
  const some = found.some(({ exists, changed, age }) => exists && (changed || age >= refreshAge));
  return {
    roots: some
      ? found.filter(({ exists, changed, age }) => exists && (changed || age >= refreshAge / 2)).map(({ root }) => root)
      : [],
    lagSeconds: Math.max(0, ...found.filter(({ exists }) => exists).map(({ age }) => age)),
  };
}

/** One transaction: the header, unless it is attested already, and every root that is due. */
async function bring(
  world: SendingWorld,
  sender: Sender,
  { from, to, mirror }: Route,
  block: Block,
  roots: readonly WantedRoot[],
  signed: { readonly set: bigint; readonly signatures: readonly MemberSignature[] } | undefined,
  state: Fields,
): Promise<Fields> {
  const source = await world.node(from);
  const header = await readHeader(source, BigInt(block.number));
  if (header.hash !== block.hash) throw new NodeError(from, `block ${block.number} changed while it was read`);
  const proofs = await Promise.all(
    roots.map(({ account, root }) => readRootProof(source, account, ROOT_SLOTS[root], header)),
  );
  const { interface: calls } = sender.node.contract("RootMirror", mirror);
  const attest =
    signed === undefined
      ? []
      : [calls.encodeFunctionData("attest", [block.number, block.hash, signed.set, signed.signatures])];
  const args = [[...attest, calls.encodeFunctionData("mirror", [header.rlp, proofs])]];
  try {
    const { hash, gasUsed } = await sender.send({ name: "RootMirror", address: mirror, method: "multicall", args });
    world.log("info", "roots brought", {
      from,
      to,
      number: block.number,
      roots: roots.map(({ account, root }) => `${root} of ${account}`),
      transaction: hash,
      gas: gasUsed,
    });
  } catch (error) {
    // Somebody showed a conflict meanwhile.
    if (!(error instanceof RefusedError && error.refusal === "Frozen")) throw error;
    world.log("alarm", "route frozen", { from, to });
    return { ...state, frozen: true };
  }
  return { ...state, lagSeconds: 0 };
}

/** Two hashes for one height, each signed by enough: shown to the mirror, they stop the route before more is believed. */
async function freeze(
  { log }: SendingWorld,
  sender: Sender,
  { from, to, mirror }: Route,
  number: number,
  set: bigint,
  signed: readonly { readonly statement: string; readonly signatures: readonly MemberSignature[] }[],
  state: Fields,
): Promise<Fields> {
  log("alarm", "attestors contradict themselves", {
    from,
    to,
    number,
    hashes: signed.map(({ statement }) => statement),
  });
  const { interface: calls } = sender.node.contract("RootMirror", mirror);
  const args = [
    signed.map(({ statement, signatures }) => calls.encodeFunctionData("attest", [number, statement, set, signatures])),
  ];
  await sender.send({ name: "RootMirror", address: mirror, method: "multicall", args });
  return { ...state, frozen: true };
}

/** A third of what makes the route count as standing still, or of the shortest validity of a line that reads it. */
async function defaultRefreshAge({ network, node: connect }: SendingWorld, { to, mirror }: Route): Promise<number> {
  const node = await connect(to);
  const readers = network.issuers.filter(({ chain, kind }) => chain === to && to !== network.home && kind !== "vault");
  const borne = await Promise.all([
    node.read<bigint>("RootMirror", mirror, "freshFor"),
    ...readers.map(({ kind, contract }) =>
      node.read<bigint>(kind === "desk" ? "CreditDesk" : "VenueOutbox", contract, "validity"),
    ),
  ]);
  return Math.floor(Math.min(...borne.map(Number)) / REFRESHES);
}
