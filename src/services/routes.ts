/**
 * Which chain needs which roots of which other: home needs the notes of every issuer, desks and venues need the accounts,
 * vaults the exits.
 *
 * @module
 */
import type { ROOT_SLOTS } from "../chain/calls.ts";
import { chainNamed, type Network } from "../chain/network.ts";

/** A root that a mirror is to know: a contract of the source chain and one of its slots. */
export interface WantedRoot {
  readonly account: string;
  readonly root: keyof typeof ROOT_SLOTS;
}

/** What one chain's RootMirror of another is to know. */
export interface Route {
  readonly from: string;
  readonly to: string;
  readonly mirror: string;
  readonly wanted: readonly WantedRoot[];
}

/** Routes to home first, so that what has arrived can be joined in the same round. */
export function routesOf(network: Network): Route[] {
  const { home, registry, chains, issuers } = network;
  const others = chains.filter(({ name }) => name !== home);
  const route = (from: string, to: string, wanted: readonly WantedRoot[]): Route[] => {
    const mirror = chainNamed(network, to).roots[from];
    return mirror === undefined || wanted.length === 0 ? [] : [{ from, to, mirror, wanted }];
  };
  const homeward = others.flatMap(({ name }) =>
    route(
      name,
      home,
      issuers.filter(({ chain }) => chain === name).map(({ contract }) => ({ account: contract, root: "notes" })),
    ),
  );
  const outward = others.flatMap(({ name }) => {
    const kinds = new Set(issuers.filter(({ chain }) => chain === name).map(({ kind }) => kind));
    return route(home, name, [
      ...(kinds.has("desk") || kinds.has("venue") ? [{ account: registry, root: "accounts" } as const] : []),
      ...(kinds.has("vault") ? [{ account: registry, root: "exits" } as const] : []),
    ]);
  });
  return [...homeward, ...outward];
}
