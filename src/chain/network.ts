/**
 * A network file: which contracts are where. A deployment prints it; wallets, daemons and commands read it. Nothing in it
 * is secret, and nothing in it is trusted blindly: connecting compares it with what the contracts say of themselves.
 *
 * @module
 */
import { getAddress, isAddress } from "ethers";
import * as v from "valibot";
import { committeeCoordinates, committeeKeys, type CommitteeKeys } from "../committee/ciphertext.ts";
import { InputError } from "../base/errors.ts";
import { didYouMean } from "../base/nearest.ts";
import { FIELD, ISSUER_BITS, PROTOCOL_VERSION, TIERS, tableRows, type TierName } from "../protocol/constants.ts";
import { count, decimal, exactly, fileName, listOf, validated } from "../base/schema.ts";

const NETWORK_FORMAT = "plimsoll-network";

const address = v.pipe(
  v.string("must be an address"),
  v.check(isAddress, "must be an Ethereum address"),
  v.transform(getAddress),
);

const CHAIN = exactly("a chain", {
  name: fileName,
  /** EIP-155 chain id. */
  chainId: count(1, Number.MAX_SAFE_INTEGER),
  /** First block that any of its contracts wrote in. */
  startBlock: count(0, Number.MAX_SAFE_INTEGER),
  /** When a block counts as final: the node's own word, or so many blocks on top of it. */
  finality: v.union([v.literal("finalized"), count(0, 10_000)], 'must be "finalized" or a number of blocks'),
  verifiers: address,
  riskTable: address,
  /** Contract that knows another chain's roots, by that chain's name: a RootMirror, or LocalRoots for its own. */
  roots: v.record(fileName, address),
});

const ISSUER = exactly("an issuer", {
  id: count(1, 2 ** ISSUER_BITS - 1),
  name: fileName,
  kind: v.picklist(["vault", "venue", "desk"], "must be vault, venue or desk"),
  chain: fileName,
  contract: address,
});

const NETWORK = exactly("a network file", {
  format: v.literal(NETWORK_FORMAT, `must be "${NETWORK_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  /** Who made the keys of the proof system: development keys convince nobody but their maker. */
  keys: v.picklist(["development", "ceremony"], "must be development or ceremony"),
  /** Sizes of accounts that have verifiers; their trees and tables have one shape. */
  tiers: v.pipe(
    v.array(v.picklist(Object.keys(TIERS) as TierName[], "must be a tier"), "must be a list"),
    v.minLength(1, "must not be empty"),
  ),
  /** The chain that accounts live on, and the contracts there. */
  home: fileName,
  registry: address,
  issuerNotes: address,
  chains: v.pipe(v.array(CHAIN, "must be a list"), v.minLength(1, "must not be empty")),
  issuers: v.array(ISSUER, "must be a list"),
  /** Public keys that proofs encrypt to, x and y each. */
  committee: listOf(listOf(decimal(FIELD, "the field's order"), 2), 3),
});

export type NetworkChain = v.InferOutput<typeof CHAIN>;
export type NetworkIssuer = v.InferOutput<typeof ISSUER>;
export type IssuerKind = NetworkIssuer["kind"];

export interface Network extends Omit<v.InferOutput<typeof NETWORK>, "format" | "version" | "committee"> {
  readonly committee: CommitteeKeys;
}

/**
 * Reads parsed JSON. Throws an InputError whose path starts with `network`.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { parseNetwork } from "plimsoll/wallet";
 *
 * const network = parseNetwork(JSON.parse(await readFile("network.json", "utf8")));
 * console.log(network.chains.map(({ name }) => name));
 * ```
 */
export function parseNetwork(json: unknown): Network {
  const { format: _format, version: _version, committee, ...network } = validated(NETWORK, json, "network");
  const names = unique(
    network.chains.map(({ name }) => name),
    "network.chains",
    "name",
  );
  unique(
    network.chains.map(({ chainId }) => chainId),
    "network.chains",
    "chainId",
  );
  unique(
    network.issuers.map(({ id }) => id),
    "network.issuers",
    "id",
  );
  unique(
    network.issuers.map(({ name }) => name),
    "network.issuers",
    "name",
  );
  unique(network.tiers, "network", "tiers");
  if (new Set(network.tiers.map((tier) => `${TIERS[tier].depth} ${tableRows(TIERS[tier])}`)).size > 1)
    throw new InputError("network.tiers", "must share trees and tables", network.tiers);
  if (!names.has(network.home)) throw new InputError("network.home", "must be one of the chains", network.home);
  network.chains.forEach(({ roots }, i) => {
    for (const source of Object.keys(roots))
      if (!names.has(source))
        throw new InputError(`network.chains[${i}].roots`, "must be of the network's chains", source);
  });
  network.issuers.forEach(({ chain }, i) => {
    if (!names.has(chain)) throw new InputError(`network.issuers[${i}].chain`, "must be one of the chains", chain);
    if (chainNamed(network, network.home).roots[chain] === undefined)
      throw new InputError(`network.issuers[${i}].chain`, "must have its roots known at home", chain);
    if (chainNamed(network, chain).roots[network.home] === undefined)
      throw new InputError(`network.issuers[${i}].chain`, "must know the roots of home", chain);
  });
  return { ...network, committee: committeeKeys(committee.flat(), "network.committee") };
}

/**
 * Text of a network file: {@link parseNetwork} reads it back.
 *
 * @example
 * ```ts
 * import { writeFile } from "node:fs/promises";
 * import { encodeNetwork } from "plimsoll/wallet";
 *
 * await writeFile("network.json", encodeNetwork(network));
 * ```
 */
export function encodeNetwork({ committee, ...network }: Network): string {
  const coordinates = committeeCoordinates(committee).map(String);
  const points = [0, 1, 2].map((i) => coordinates.slice(2 * i, 2 * i + 2));
  return `${JSON.stringify({ format: NETWORK_FORMAT, version: PROTOCOL_VERSION, ...network, committee: points }, null, 2)}\n`;
}

/**
 * A chain by its name. Throws an InputError when there is none.
 *
 * @example
 * ```ts
 * import { Node, chainNamed } from "plimsoll/wallet";
 *
 * const home = await Node.connect(chainNamed(network, network.home), url);
 * ```
 */
export function chainNamed({ chains }: Pick<Network, "chains">, name: string): NetworkChain {
  const chain = chains.find((known) => known.name === name);
  if (chain === undefined)
    throw new InputError("chain", `must be one of ${chains.map((known) => known.name).join(", ")}`, name);
  return chain;
}

/**
 * An issuer by name or id, of one of `kinds` if these are given. Throws an InputError when there is none.
 *
 * @example
 * ```ts
 * import { issuerNamed } from "plimsoll/wallet";
 *
 * const desk = issuerNamed(network, "desk-a", "desk");
 * const lender = issuerNamed(network, 3, "desk", "venue");
 * ```
 */
export function issuerNamed(
  { issuers }: Pick<Network, "issuers">,
  nameOrId: string | number,
  ...kinds: readonly IssuerKind[]
): NetworkIssuer {
  const fit = issuers.filter(({ kind }) => kinds.length === 0 || kinds.includes(kind));
  const issuer = fit.find(({ id, name }) => name === nameOrId || String(id) === String(nameOrId));
  if (issuer === undefined)
    throw new InputError(
      "issuer",
      `must be one of ${fit.map(({ name }) => name).join(", ")}${didYouMean(
        String(nameOrId),
        fit.map(({ name }) => name),
      )}`,
      nameOrId,
    );
  return issuer;
}

function unique<T>(values: readonly T[], path: string, field: string): Set<T> {
  values.forEach((value, i) => {
    if (values.indexOf(value) !== i) throw new InputError(`${path}[${i}].${field}`, "must not be taken twice", value);
  });
  return new Set(values);
}
