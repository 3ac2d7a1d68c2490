/**
 * A whole network on this machine: three nodes and what `npm run deploy` puts on them. Accounts live at home; vault 1 and
 * desk 5 are on north, venue 2, desk 3 and vault 4 on south. Instruments are those of world.ts, so that the small table fits;
 * {@link localTable} lists those of the other issuers too.
 *
 * @module
 */
import { Wallet, type Contract, type ContractTransactionReceipt } from "ethers";
import { instrumentId } from "../../src/protocol/instrument.ts";
import { ROOT_SLOTS } from "../../src/chain/calls.ts";
import { chainNamed, issuerNamed, type Network, type NetworkChain } from "../../src/chain/network.ts";
import { Node } from "../../src/chain/node.ts";
import { committeeCoordinates } from "../../src/committee/ciphertext.ts";
import type { TierName } from "../../src/protocol/constants.ts";
import { parseDeployment, type DeploymentConfig } from "../../scripts/deploy/config.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { ANVIL_KEYS, type AnvilOptions } from "../../scripts/anvil.ts";
import type { RiskTable } from "../../src/risk/tree.ts";
import { send, startChain, type Chain } from "./chain.ts";
import { SIGNERS, THRESHOLD, pass, publishTable, relay as relayRoot } from "./deployment.ts";
import { CASH, COMMITTEE, CREDIT, DESK, RELEASE, USDC, VAULT, VENUE, smallTable } from "./world.ts";

export const VAULT_SOUTH = 4;
export const DESK_NORTH = 5;
/** The venue's pair; its serials before it are the small table's positions and cash. */
export const VENUE_CREDIT = instrumentId(VENUE, 6);
export const VENUE_RELEASE = instrumentId(VENUE, 7);

export const LOCAL_CHAINS = ["home", "north", "south"] as const;
export type LocalChainName = (typeof LOCAL_CHAINS)[number];
const CHAIN_IDS: Readonly<Record<LocalChainName, number>> = { home: 31337, north: 31338, south: 31339 };

interface LocalTokens {
  readonly north: { readonly btc: Contract; readonly usdc: Contract };
  readonly south: { readonly usdc: Contract };
}

/** The nodes with tokens on them, and the config of a network that isn't deployed yet. */
export interface LocalChains {
  readonly chains: Readonly<Record<LocalChainName, Chain>>;
  readonly endpoints: Readonly<Record<LocalChainName, string>>;
  readonly tokens: LocalTokens;
  /** The deployment's config as its file would have it: tests change a copy and parse it again. */
  readonly json: DeploymentJson;
  /** Deploys and owns everything. */
  readonly deployer: Wallet;
  stop(): Promise<void>;
}

export interface LocalNetwork extends LocalChains {
  readonly config: DeploymentConfig;
  readonly network: Network;
  readonly nodes: ReadonlyMap<string, Node>;
  /** Publishes a table's root on every chain, as of now. */
  publishTable(root: bigint, number: number, lasts?: number): Promise<void>;
  /** Brings one contract's root from a chain's newest block to another chain. */
  relay(route: {
    readonly from: LocalChainName;
    readonly to: LocalChainName;
    readonly account: string;
    readonly root: keyof typeof ROOT_SLOTS;
  }): Promise<ContractTransactionReceipt>;
  /** Brings an issuer's notes home and joins them. */
  relayNotes(issuer: string | number): Promise<void>;
  /** Brings the registry's roots to every other chain. */
  relayHome(): Promise<void>;
  /** Sets all clocks to the latest of them plus some seconds, a block each. */
  pass(seconds: number): Promise<void>;
}

export interface LocalOptions {
  readonly tiers?: readonly TierName[];
  /** For each node beside its chain id. */
  readonly anvil?: Omit<AnvilOptions, "chainId" | "port" | "stateFile">;
}

/** Starts the nodes and deploys the tokens. */
export async function localChains({ tiers = ["T"], anvil = {} }: LocalOptions = {}): Promise<LocalChains> {
  const started = await Promise.all(
    LOCAL_CHAINS.map(async (name) => [name, await startChain(CHAIN_IDS[name], anvil)] as const),
  );
  const chains = Object.fromEntries(started) as Record<LocalChainName, Chain>;
  const [btc, usdc] = [await chains.north.deploy("Token", 8), await chains.north.deploy("Token", 6)];
  const tokens = { north: { btc, usdc }, south: { usdc: await chains.south.deploy("Token", 6) } };
  return {
    chains,
    endpoints: Object.fromEntries(started.map(([name, { url }]) => [name, url])) as Record<LocalChainName, string>,
    tokens,
    json: await deploymentJson(tokens, tiers),
    deployer: new Wallet(ANVIL_KEYS[0]),
    stop: async () => void (await Promise.all(started.map(([, chain]) => chain.stop()))),
  };
}

interface InstrumentJson {
  serial: number;
  token: string;
  unit: string;
  leastLots: string;
  mostLots: string;
  windowLots: string;
}
interface SignersJson {
  members: string[];
  threshold: number;
}

/** A config as it stands in its file: what tests vary. */
interface DeploymentJson {
  format: string;
  version: number;
  home: string;
  tiers: readonly TierName[];
  receiveInterval: number;
  notesWindow: number;
  committee: string[][];
  reporters: SignersJson;
  attestors: SignersJson;
  chains: {
    name: string;
    chainId: number;
    finality: number;
    riskTable: { overlap: number; longestEpoch: number; calmMove: number };
    rootMirror: { freshFor: number; thawDelay: number };
    owner: string | { timelockSeconds: number; proposers: string[] };
    guardian?: string;
  }[];
  issuers: {
    kind: string;
    id: number;
    name: string;
    chain: string;
    window: number;
    instruments?: InstrumentJson[];
    asset?: string;
    unit?: string;
    interestBps?: number;
    dust?: string;
    windowAmount?: string;
    owner?: string;
    batchDepth?: number;
    engine?: string;
    creditSerial?: number;
    times?: { validity: number; grace: number; notice: number; longestStall: number };
  }[];
}

async function deploymentJson({ north, south }: LocalTokens, tiers: readonly TierName[]): Promise<DeploymentJson> {
  const owner = new Wallet(ANVIL_KEYS[0]).address;
  const members = SIGNERS.map(({ address }) => address);
  const coordinates = committeeCoordinates(COMMITTEE).map(String);
  const [btc, usdcNorth, usdcSouth] = await Promise.all(
    [north.btc, north.usdc, south.usdc].map((token) => token.getAddress()),
  );
  const times = { validity: 7_200, grace: 21_600, notice: 43_200, longestStall: 86_400 };
  const usdc = { unit: "1000000", leastLots: "1", mostLots: "100000000", windowLots: "1000000" };
  const lending = {
    unit: "1000000",
    interestBps: 500,
    dust: "1000000",
    windowAmount: "1000000000000",
    window: 86_400,
    creditSerial: 1,
    times,
  };
  const json: DeploymentJson = {
    format: "plimsoll-deployment",
    version: 1,
    home: "home",
    tiers,
    receiveInterval: 300,
    notesWindow: 86_400,
    committee: [coordinates.slice(0, 2), coordinates.slice(2, 4), coordinates.slice(4, 6)],
    reporters: { members, threshold: THRESHOLD },
    attestors: { members, threshold: THRESHOLD },
    chains: LOCAL_CHAINS.map((name) => ({
      name,
      chainId: CHAIN_IDS[name],
      finality: 1,
      riskTable: { overlap: 600, longestEpoch: 7_200, calmMove: 10_000 },
      rootMirror: { freshFor: 7_200, thawDelay: 86_400 },
      owner,
      guardian: owner,
    })),
    issuers: [
      {
        kind: "vault",
        id: VAULT,
        name: "vault-north",
        chain: "north",
        window: 86_400,
        instruments: [
          { serial: 1, token: btc!, unit: "1000000", leastLots: "1", mostLots: "1000000", windowLots: "10000" },
          { serial: 2, token: usdcNorth!, ...usdc },
        ],
      },
      {
        kind: "venue",
        id: VENUE,
        name: "venue-south",
        chain: "south",
        batchDepth: 2,
        window: 60,
        engine: owner,
        creditSerial: 6,
        times,
      },
      { kind: "desk", id: DESK, name: "desk-south", chain: "south", asset: usdcSouth!, ...lending },
      {
        kind: "vault",
        id: VAULT_SOUTH,
        name: "vault-south",
        chain: "south",
        window: 86_400,
        instruments: [{ serial: 1, token: usdcSouth!, ...usdc }],
      },
      { kind: "desk", id: DESK_NORTH, name: "desk-north", chain: "north", asset: usdcNorth!, ...lending },
    ],
  };
  // As from a file: nothing in it is another thing's too.
  return JSON.parse(JSON.stringify(json)) as DeploymentJson;
}

/** Remembers every chain as it is; what it gives takes them back to that, once. */
export async function snapshot({ chains }: Pick<LocalChains, "chains">): Promise<() => Promise<void>> {
  const ids = await Promise.all(LOCAL_CHAINS.map((name) => chains[name].rpc<string>("evm_snapshot")));
  return async () => void (await Promise.all(LOCAL_CHAINS.map((name, i) => chains[name].rpc("evm_revert", [ids[i]]))));
}

/** Starts three nodes and deploys a network; who asks stops it. */
export async function localDeployment(options: LocalOptions = {}): Promise<LocalNetwork> {
  const local = await localChains(options);
  try {
    const config = parseDeployment(local.json);
    const network = await deploy(config, { endpoints: local.endpoints, deployer: local.deployer });
    return await operate(local, config, network);
  } catch (error) {
    await local.stop();
    throw error;
  }
}

async function operate(local: LocalChains, config: DeploymentConfig, network: Network): Promise<LocalNetwork> {
  const { chains, endpoints } = local;
  const nodes = new Map(
    await Promise.all(
      network.chains.map(
        async (chain) => [chain.name, await Node.connect(chain, endpoints[chain.name as LocalChainName])] as const,
      ),
    ),
  );
  const at = (name: LocalChainName, contract: string, address: string): Contract => chains[name].at(contract, address);
  const described = (name: LocalChainName): NetworkChain => chainNamed(network, name);

  const relay: LocalNetwork["relay"] = ({ from, to, account, root }) => {
    const mirror = at(to, "RootMirror", described(to).roots[from]!);
    return relayRoot({ chain: chains[to], mirror }, { chain: chains[from] }, account, root);
  };

  return {
    ...local,
    config,
    network,
    nodes,
    relay,
    async publishTable(root, number, lasts) {
      for (const name of LOCAL_CHAINS) {
        await publishTable(
          { chain: chains[name], table: at(name, "RiskTable", described(name).riskTable) },
          root,
          number,
          lasts,
        );
      }
    },
    async relayNotes(name) {
      const { id, chain, contract } = issuerNamed(network, name);
      await relay({ from: chain as LocalChainName, to: "home", account: contract, root: "notes" });
      await send(at("home", "IssuerNotes", network.issuerNotes), "join", id);
    },
    async relayHome() {
      const registry = at("home", "AccountRegistry", network.registry);
      for (const to of LOCAL_CHAINS.filter((name) => name !== "home")) {
        for (const root of ["accounts", "exits"] as const) {
          if ((await registry.getFunction("currentRoot")(ROOT_SLOTS[root])) !== 0n)
            await relay({ from: "home", to, account: network.registry, root });
        }
      }
    },
    pass: (seconds) => pass(seconds, ...LOCAL_CHAINS.map((name) => chains[name])),
    async stop() {
      for (const node of nodes.values()) node.close();
      await local.stop();
    },
  };
}

/** The small table with rows for every instrument of the network. */
export function localTable(changes: Partial<RiskTable> = {}): RiskTable {
  const table = smallTable();
  const row = (instrument: number): RiskTable["rows"][number] =>
    table.rows.find((known) => known.instrument === instrument)!;
  const added = [
    ...[
      { ...row(CREDIT), instrument: VENUE_CREDIT },
      { ...row(RELEASE), instrument: VENUE_RELEASE },
    ].map((added) => ({ ...added, issuerCap: row(CASH).issuerCap })),
    { ...row(USDC), instrument: instrumentId(VAULT_SOUTH, 1) },
    { ...row(CREDIT), instrument: instrumentId(DESK_NORTH, 1) },
    { ...row(RELEASE), instrument: instrumentId(DESK_NORTH, 2) },
  ];
  return { ...table, rows: [...table.rows, ...added].sort((a, b) => a.instrument - b.instrument), ...changes };
}
