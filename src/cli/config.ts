/**
 * Where a role's nodes and services are, and with which key it sends: the home's config.json, and the environment, which
 * comes first. The key itself stands in a file of its own or in the environment, never in the config and never in argv.
 *
 * @module
 */
import { Wallet } from "ethers";
import { stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import * as v from "valibot";
import { isEndpoint } from "../base/endpoint.ts";
import { Node } from "../chain/node.ts";
import { chainNamed, parseNetwork, type Network } from "../chain/network.ts";
import { InputError, KeystoreError, NodeError } from "../base/errors.ts";
import { readJson, readText } from "../base/files.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";
import { environment } from "../base/environment.ts";

export const CONFIG_FORMAT = "plimsoll-config";
const KEY_BYTES = 256;
const NO_URL = "must be an http or https URL";

const url = v.pipe(v.string("must be a URL"), v.check(isEndpoint, NO_URL));
const CONFIG = exactly("a config file", {
  format: v.literal(CONFIG_FORMAT, `must be "${CONFIG_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  /** Path of the network file, from the config's folder on. */
  network: v.string("must be a path"),
  /** URL of a node by name of its chain. */
  endpoints: v.record(
    v.pipe(v.string(), v.regex(/^[a-z][a-z0-9-]{0,31}$/, "must be by names of chains")),
    url,
    "must be an object of URLs",
  ),
  /** Path of a file (0600) with the private key that sends transactions or signs, in hex. */
  key: v.optional(v.string("must be a path")),
  /** Attestors and reporters by URL: who is asked for signatures, and for tables by their root. */
  attestors: v.optional(v.array(url, "must be a list of URLs"), []),
  reporters: v.optional(v.array(url, "must be a list of URLs"), []),
});

export interface Config extends Omit<v.InferOutput<typeof CONFIG>, "format" | "version" | "network" | "key"> {
  readonly network: Network;
  readonly keyPath: string | undefined;
}

/** Reads `<home>/config.json`; $PLIMSOLL_NETWORK and $PLIMSOLL_RPC_<CHAIN> stand in for what it says. */
export async function loadConfig(home: string): Promise<Config> {
  const path = join(home, "config.json");
  const { network, endpoints, key, attestors, reporters } = await readConfig(path);
  const at = (file: string): string => resolve(dirname(path), file);
  const parsed = parseNetwork(await readJson(environment("PLIMSOLL_NETWORK") ?? at(network)));
  return {
    network: parsed,
    endpoints: endpointsOf(parsed, endpoints),
    attestors,
    reporters,
    keyPath: key === undefined ? undefined : at(key),
  };
}

/**
 * A value of the config is never shown: it may be an endpoint, whose URL holds a key, or stand where one should. What
 * JSON.parse says quotes the text.
 */
async function readConfig(path: string): Promise<v.InferOutput<typeof CONFIG>> {
  const json = await readJson(path).catch((cause: unknown) => {
    if ((cause as { cause?: NodeJS.ErrnoException }).cause?.code === "ENOENT")
      throw new InputError(
        path,
        "is missing: it says where the network's nodes are; plimsoll init --network NETWORK.json writes one to fill in",
        undefined,
        { cause },
      );
    throw cause instanceof InputError && cause.cause instanceof SyntaxError
      ? new InputError(cause.path, cause.rule)
      : cause;
  });
  return validated(CONFIG, json, "config", () => true);
}

function endpointsOf({ chains }: Network, given: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    chains.flatMap(({ name }) => {
      const fromEnvironment = environment(endpointVariable(name));
      if (fromEnvironment !== undefined && !isEndpoint(fromEnvironment))
        throw new InputError(endpointVariable(name), NO_URL);
      const found = fromEnvironment ?? given[name];
      return found === undefined ? [] : [[name, found]];
    }),
  );
}

/** The variable that stands in for a chain's endpoint. */
const endpointVariable = (chain: string): string => `PLIMSOLL_RPC_${chain.toUpperCase().replaceAll("-", "_")}`;

/** Connects to chains by name, all of the network's by default. Throws an InputError for one without an endpoint. */
export async function connect(
  { network, endpoints }: Config,
  names = network.chains.map(({ name }) => name),
): Promise<ReadonlyMap<string, Node>> {
  const nodes = new Map<string, Node>();
  try {
    for (const name of new Set(names)) {
      const endpoint = endpoints[name];
      if (endpoint === undefined)
        throw new InputError(`config.endpoints.${name}`, `is missing; ${endpointVariable(name)} will do`);
      nodes.set(name, await Node.connect(chainNamed(network, name), endpoint));
    }
  } catch (error) {
    for (const node of nodes.values()) node.close();
    throw error;
  }
  return nodes;
}

/**
 * Connects to every chain that can be reached, and says in words why others can't. Home must be. For commands that only
 * look: they show what there is.
 */
export async function connectReachable(
  config: Config,
): Promise<{ readonly nodes: ReadonlyMap<string, Node>; readonly unreachable: readonly string[] }> {
  const {
    network: { chains, home },
  } = config;
  const nodes = new Map(await connect(config, [home]));
  const unreachable: string[] = [];
  for (const { name } of chains.filter((chain) => chain.name !== home)) {
    try {
      for (const [, node] of await connect(config, [name])) nodes.set(name, node);
    } catch (error) {
      if (!(error instanceof NodeError || error instanceof InputError)) throw error;
      unreachable.push(error.message);
    }
  }
  return { nodes, unreachable };
}

/** The key that sends transactions or signs: $PLIMSOLL_ETH_KEY, or the config's key file, which nobody else may read. */
export async function signingKey({ keyPath }: Pick<Config, "keyPath">): Promise<Wallet> {
  const fromEnvironment = environment("PLIMSOLL_ETH_KEY");
  if (fromEnvironment === undefined && keyPath === undefined)
    throw new KeystoreError("config.key: is missing; PLIMSOLL_ETH_KEY will do");
  const where = fromEnvironment === undefined ? keyPath! : "PLIMSOLL_ETH_KEY";
  if (fromEnvironment === undefined && ((await stat(where)).mode & 0o077) !== 0)
    throw new KeystoreError(`${where}: must be readable by its owner alone (chmod 600)`);
  const text = (fromEnvironment ?? (await readText(where, KEY_BYTES))).trim();
  try {
    return new Wallet(text);
  } catch {
    // What ethers says shows the key.
    throw new KeystoreError(`${where}: must hold a private key of 32 bytes in hex`);
  }
}
