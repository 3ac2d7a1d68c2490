/**
 * Three development nodes with everything deployed: home, and two more chains, each with a vault and a desk, one with a
 * venue. Their clocks stand where the sample market's prices are from, and go on from there.
 *
 * @module
 */
import { ContractFactory, JsonRpcProvider, Wallet, toQuantity } from "ethers";
import { committeeCoordinates, publicKey, randomScalar } from "../../src/committee/ciphertext.ts";
import { Node } from "../../src/chain/node.ts";
import type { Network } from "../../src/chain/network.ts";
import { Sender } from "../../src/chain/sender.ts";
import { ANVIL_KEYS, startAnvil, type Anvil } from "../anvil.ts";
import { parseDeployment } from "../deploy/config.ts";
import { deploy } from "../deploy/deploy.ts";
import { compileContracts } from "../solidity.ts";

const HOME = "home";
const CHAINS = [HOME, "ethereum", "arbitrum"] as const;
const FIRST_CHAIN_ID = 31_337;
const HOUR = 3_600;
/** A million dollars of six decimals. */
const DESK_FUNDS = 10n ** 12n;

/** Lines of the demo: a proof is good for two hours, and lapses an hour after that. */
export const VALIDITY = 2 * HOUR;
export const GRACE = HOUR;
export const RECEIVE_INTERVAL = 300;

/** Who pays gas and acts: well-known development keys, funded on every development node. */
export const [DEPLOYER, TRADER, KEEPER] = ANVIL_KEYS.map((key) => new Wallet(key)) as [Wallet, Wallet, Wallet];
/** Pays for relaying, from a key of this run. */
export const RELAYER = new Wallet(Wallet.createRandom().privateKey);
/** Signers of headers and of tables: keys of this run. */
export const SIGNERS = [Wallet.createRandom(), Wallet.createRandom(), Wallet.createRandom()].map(
  ({ privateKey }) => new Wallet(privateKey),
);

/** In the order in which the sample market numbers the vaults' instruments; `lot` in smallest units. */
const TOKENS = [
  { chain: "ethereum", symbol: "WBTC", decimals: 8, lot: 10n ** 4n },
  { chain: "ethereum", symbol: "ETH", decimals: 18, lot: 10n ** 15n },
  { chain: "ethereum", symbol: "STETH", decimals: 18, lot: 10n ** 15n },
  { chain: "ethereum", symbol: "USDC", decimals: 6, lot: 10n ** 6n },
  { chain: "arbitrum", symbol: "ETH", decimals: 18, lot: 10n ** 15n },
  { chain: "arbitrum", symbol: "USDC", decimals: 6, lot: 10n ** 6n },
] as const;

export interface DemoNetwork {
  readonly network: Network;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly endpoints: Readonly<Record<string, string>>;
  /** Tokens by chain and symbol. */
  readonly tokens: Readonly<Record<string, string>>;
  /** Lets all chains' clocks pass, together, and makes everything before final. */
  pass(seconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** @param start Unix seconds of the chains' first blocks */
export async function startNetwork(start: number): Promise<DemoNetwork> {
  const anvils = await Promise.all(CHAINS.map((_, i) => startAnvil({ chainId: FIRST_CHAIN_ID + i, timestamp: start })));
  const endpoints = Object.fromEntries(CHAINS.map((name, i) => [name, anvils[i]!.url]));
  try {
    const tokens: Record<string, string> = {};
    for (const { chain, symbol, decimals } of TOKENS)
      tokens[`${chain}:${symbol}`] = await deployToken(endpoints[chain]!, decimals);
    const network = await deploy(parseDeployment(deployment(tokens)), { endpoints, deployer: DEPLOYER });
    const nodes = new Map<string, Node>();
    for (const chain of network.chains) nodes.set(chain.name, await Node.connect(chain, endpoints[chain.name]!));
    for (const node of nodes.values()) await node.rpc("anvil_setBalance", [RELAYER.address, toQuantity(10n ** 20n)]);
    for (const { contract, chain, kind } of network.issuers)
      if (kind === "desk") await fundDesk(nodes.get(chain)!, contract);
    return {
      network,
      nodes,
      endpoints,
      tokens,
      pass: (seconds) => pass(nodes, seconds),
      stop: () => stop(anvils, nodes),
    };
  } catch (error) {
    await stop(anvils, new Map());
    throw error;
  }
}

async function pass(nodes: ReadonlyMap<string, Node>, seconds: number): Promise<void> {
  const times = await Promise.all([...nodes.values()].map(async (node) => (await node.block()).time));
  const time = Math.max(...times) + Math.max(1, seconds);
  for (const node of nodes.values()) {
    await node.rpc("evm_setNextBlockTimestamp", [time]);
    await node.rpc("evm_mine");
    // One more, for the one before to be final.
    await node.rpc("evm_mine");
  }
}

async function stop(anvils: readonly Anvil[], nodes: ReadonlyMap<string, Node>): Promise<void> {
  for (const node of nodes.values()) node.close();
  await Promise.all(anvils.map((anvil) => anvil.stop()));
}

/** A token, and plenty of it for the trader and for the lender. */
async function deployToken(endpoint: string, decimals: number): Promise<string> {
  const { Token } = await compileContracts();
  const provider = new JsonRpcProvider(endpoint, undefined, { cacheTimeout: -1, pollingInterval: 100 });
  try {
    const contract = await new ContractFactory(Token!.abi, `0x${Token!.bytecode}`, DEPLOYER.connect(provider)).deploy(
      decimals,
    );
    await contract.waitForDeployment();
    for (const { address } of [TRADER, DEPLOYER])
      await (
        (await contract.getFunction("mint")(address, 10n ** BigInt(decimals + 8))) as { wait(): Promise<unknown> }
      ).wait();
    return await contract.getAddress();
  } finally {
    provider.destroy();
  }
}

/** The lender puts in what its desk may lend. */
async function fundDesk(node: Node, desk: string): Promise<void> {
  const sender = await Sender.open(node, DEPLOYER);
  const asset = await node.read<string>("CreditDesk", desk, "asset");
  await sender.send({ name: "IERC20Metadata", address: asset, method: "approve", args: [desk, DESK_FUNDS] });
  await sender.send({ name: "CreditDesk", address: desk, method: "fund", args: [DESK_FUNDS] });
}

/** The deployment as its config file would say it. Committee keys are of this run, and nobody keeps their secrets. */
function deployment(tokens: Readonly<Record<string, string>>): unknown {
  const members = SIGNERS.map(({ address }) => address);
  const signers = { members, threshold: members.length };
  const committee = committeeCoordinates([
    publicKey(randomScalar()),
    publicKey(randomScalar()),
    publicKey(randomScalar()),
  ]).map(String);
  const times = { validity: VALIDITY, grace: GRACE, notice: 12 * HOUR, longestStall: 24 * HOUR };
  const desk = {
    kind: "desk",
    unit: "10000",
    interestBps: 500,
    dust: "1000000",
    windowAmount: "2000000000000",
    window: 24 * HOUR,
    creditSerial: 1,
    times,
  };
  const instruments = (chain: string): unknown[] =>
    TOKENS.filter((token) => token.chain === chain).map(({ symbol, lot }, i) => ({
      serial: i + 1,
      token: tokens[`${chain}:${symbol}`],
      unit: String(lot),
      leastLots: "1",
      mostLots: "100000000",
      windowLots: "10000000",
    }));
  return {
    format: "plimsoll-deployment",
    version: 1,
    home: HOME,
    tiers: ["M"],
    receiveInterval: RECEIVE_INTERVAL,
    notesWindow: 24 * HOUR,
    committee: [0, 2, 4].map((i) => committee.slice(i, i + 2)),
    reporters: signers,
    attestors: signers,
    chains: CHAINS.map((name, i) => ({
      name,
      chainId: FIRST_CHAIN_ID + i,
      finality: 1,
      owner: DEPLOYER.address,
      riskTable: { overlap: 600, longestEpoch: 24 * HOUR, calmMove: 10_000 },
      rootMirror: { freshFor: 2 * HOUR, thawDelay: 24 * HOUR },
    })),
    issuers: [
      {
        kind: "vault",
        id: 1,
        name: "vault-ethereum",
        chain: "ethereum",
        window: 24 * HOUR,
        instruments: instruments("ethereum"),
      },
      {
        kind: "vault",
        id: 2,
        name: "vault-arbitrum",
        chain: "arbitrum",
        window: 24 * HOUR,
        instruments: instruments("arbitrum"),
      },
      {
        kind: "venue",
        id: 17,
        name: "venue-b",
        chain: "arbitrum",
        batchDepth: 3,
        window: 60,
        engine: DEPLOYER.address,
        creditSerial: 2,
        times,
      },
      { ...desk, id: 32, name: "desk-a", chain: "ethereum", asset: tokens["ethereum:USDC"] },
      { ...desk, id: 33, name: "desk-b", chain: "arbitrum", asset: tokens["arbitrum:USDC"] },
    ],
  };
}
