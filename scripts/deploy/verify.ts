/**
 * Whether a network is what a config says, by the contracts' own word: their code, every address that one holds of another,
 * every number that a constructor took, who signs and who owns. Asks nothing of the run that deployed them, so that anybody
 * can do it at any time.
 */
import { ZeroAddress } from "ethers";
import { circuitNumber, tierNumber } from "../../src/chain/calls.ts";
import { ABI } from "../../src/chain/abi.ts";
import { chainNamed, encodeNetwork, type Network, type NetworkChain } from "../../src/chain/network.ts";
import { Node } from "../../src/chain/node.ts";
import { committeeHash } from "../../src/committee/ciphertext.ts";
import { CIRCUITS, SERIAL_BITS, TIERS, type TierName } from "../../src/protocol/constants.ts";
import { compileContracts, type CompiledContracts } from "../solidity.ts";
import type { ChainConfig, DeploymentConfig, IssuerConfig } from "./config.ts";
import { FactFinder, VERIFIER_ABI, ownership, type Fact } from "./facts.ts";
import { TIMELOCK_ROLES } from "./handOver.ts";
import { deploymentKeys, type DeploymentKeys } from "./keys.ts";
import { ISSUER_CONTRACTS, LOCAL_ROOTS, TIMELOCK, networkOf, rootsKey, sourcesOf } from "./plan.ts";

/**
 * Compares a network with its config.
 *
 * @param endpoints URL of a node by name of its chain
 * @returns every comparison that was made
 * @throws NodeError when a chain can't be reached or is another one
 */
export async function checkNetwork(
  config: DeploymentConfig,
  network: Network,
  endpoints: Readonly<Record<string, string>>,
): Promise<readonly Fact[]> {
  const keys = await deploymentKeys(config);
  const contracts = await compileContracts();
  const facts = fileFacts(config, network, keys);
  // Of a file for another config the contracts have nothing to say.
  if (facts.some(({ expected, found }) => expected !== found)) return facts;
  for (const chain of config.chains) {
    const node = await Node.connect(chainNamed(network, chain.name), endpoints[chain.name]!);
    try {
      facts.push(...(await chainFacts(node, chain, { config, network, keys, contracts })));
    } finally {
      node.close();
    }
  }
  return facts;
}

interface Context {
  readonly config: DeploymentConfig;
  readonly network: Network;
  readonly keys: DeploymentKeys;
  readonly contracts: CompiledContracts;
}

/** The file says what it would say of this config, wherever the contracts are. */
function fileFacts(config: DeploymentConfig, network: Network, { kind }: DeploymentKeys): Fact[] {
  const startBlocks = Object.fromEntries(network.chains.map(({ name, startBlock }) => [name, startBlock]));
  const expected = JSON.parse(encodeNetwork(networkOf(config, kind, addressIn(network), startBlocks))) as Record<
    string,
    unknown
  >;
  const found = JSON.parse(encodeNetwork(network)) as Record<string, unknown>;
  return Object.keys(expected).map((what) => ({
    chain: "",
    key: "network file",
    address: "",
    what,
    expected: JSON.stringify(expected[what]),
    found: JSON.stringify(found[what]),
  }));
}

/** Where a network file says that a contract is; nowhere is the zero address. */
const addressIn =
  (network: Network) =>
  (chainName: string, key: string): string => {
    const chain = network.chains.find(({ name }) => name === chainName);
    const source =
      chain === undefined ? undefined : Object.keys(chain.roots).find((name) => rootsKey(chainName, name) === key);
    const known: Readonly<Record<string, string | undefined>> = {
      Verifiers: chain?.verifiers,
      RiskTable: chain?.riskTable,
      AccountRegistry: network.registry,
      IssuerNotes: network.issuerNotes,
      ...(source === undefined ? {} : { [key]: chain?.roots[source] }),
    };
    return (
      known[key] ??
      network.issuers.find(({ name, chain: on }) => name === key && on === chainName)?.contract ??
      ZeroAddress
    );
  };

async function chainFacts(node: Node, chain: ChainConfig, context: Context): Promise<readonly Fact[]> {
  const { config, network } = context;
  const { reporters, attestors } = config;
  const finder = new FactFinder(node, context.contracts);
  const known = chainNamed(network, chain.name);
  const owner =
    typeof chain.owner === "string" ? chain.owner : await timelockFacts(finder, chain.owner, known.riskTable);
  const guardian = chain.guardian ?? ZeroAddress;

  await verifierFacts(finder, known.verifiers, context);
  if (await finder.code("RiskTable", "RiskTable", known.riskTable)) {
    await finder.views("RiskTable", "RiskTable", known.riskTable, { ...chain.riskTable, currentSet: 1 });
    await finder.fact("RiskTable", known.riskTable, "signersOf(1)", [reporters.members, reporters.threshold], () =>
      node.read("RiskTable", known.riskTable, "signersOf", 1),
    );
    await ownership(finder, "RiskTable", "RiskTable", known.riskTable, owner, guardian);
  }
  for (const source of sourcesOf(chain.name, config)) {
    const [key, address] = [rootsKey(chain.name, source), known.roots[source]!];
    if (!(await finder.code(key, key === LOCAL_ROOTS ? LOCAL_ROOTS : "RootMirror", address)) || key === LOCAL_ROOTS)
      continue;
    await finder.views(key, "RootMirror", address, {
      sourceChainId: chainNamed(network, source).chainId,
      ...chain.rootMirror,
      currentSet: 1,
    });
    await finder.fact(key, address, "signersOf(1)", [attestors.members, attestors.threshold], () =>
      node.read("RootMirror", address, "signersOf", 1),
    );
    await ownership(finder, key, "RootMirror", address, owner);
  }
  for (const issuer of config.issuers)
    if (issuer.chain === chain.name) await issuerFacts(finder, issuer, known, owner, guardian, context);
  if (chain.name === config.home) await homeFacts(finder, known, owner, guardian, context);
  return finder.facts;
}

/** Follows the risk table's owner, since the network file doesn't say where timelocks are. */
async function timelockFacts(
  finder: FactFinder,
  { timelockSeconds, proposers }: Exclude<ChainConfig["owner"], string>,
  riskTable: string,
): Promise<string> {
  const timelock = await finder.node.read<string>("RiskTable", riskTable, "owner");
  const { abi } = finder.contract(TIMELOCK);
  await finder.code(TIMELOCK, TIMELOCK, timelock);
  await finder.fact(TIMELOCK, timelock, "getMinDelay", timelockSeconds, () => finder.ask(abi, timelock, "getMinDelay"));
  const members = async (role: string): Promise<string[]> => {
    const granted = (await finder.events(abi, timelock, "RoleGranted"))
      .filter((event) => event["role"] === role)
      .map(({ account }) => String(account));
    const held = await Promise.all(
      [...new Set(granted)].map(async (account) =>
        (await finder.ask(abi, timelock, "hasRole", role, account)) === true ? [account] : [],
      ),
    );
    return held.flat().sort();
  };
  for (const { name, id } of TIMELOCK_ROLES)
    await finder.fact(TIMELOCK, timelock, name, [...proposers].sort(), () => members(id));
  await finder.fact(TIMELOCK, timelock, "DEFAULT_ADMIN_ROLE", [timelock], () => members(`0x${"00".repeat(32)}`));
  return timelock;
}

/** The keys of this build, and none beside them. */
async function verifierFacts(finder: FactFinder, address: string, { keys }: Context): Promise<void> {
  const { node } = finder;
  if (!(await finder.code("Verifiers", "Verifiers", address))) return;
  for (const tier of Object.keys(TIERS) as TierName[]) {
    for (const circuit of CIRCUITS) {
      const key = keys.verifiers.find((known) => known.circuit === circuit && known.tier === tier);
      const at = [circuitNumber(circuit), tierNumber(tier)];
      const verifier = await node.read<string>("Verifiers", address, "verifierOf", ...at).catch(() => undefined);
      await finder.fact("Verifiers", address, `${circuit}.${tier}`, key?.hash ?? "none", async () =>
        verifier === undefined ? "none" : finder.ask(VERIFIER_ABI, verifier, "keyHash"),
      );
      if (key !== undefined && verifier !== undefined) await finder.code(key.name, key.name, verifier);
    }
  }
}

async function issuerFacts(
  finder: FactFinder,
  issuer: IssuerConfig,
  known: NetworkChain,
  owner: string,
  guardian: string,
  { config, network }: Context,
): Promise<void> {
  const { id, name, window } = issuer;
  const address = addressIn(network)(known.name, name);
  const shared = {
    issuerId: id,
    verifiers: known.verifiers,
    roots: known.roots[config.home],
    registry: network.registry,
  };
  const contract = ISSUER_CONTRACTS[issuer.kind];
  if (!(await finder.code(name, contract, address))) return;
  if (issuer.kind === "vault") {
    await finder.views(name, contract, address, { ...shared, window });
    for (const { serial, token, unit, leastLots, mostLots, windowLots } of issuer.instruments) {
      await finder.fact(name, address, `instrumentAt(${serial})`, [token, unit, leastLots, mostLots, windowLots], () =>
        finder.node.read(contract, address, "instrumentAt", serial),
      );
    }
    const listed = (): Promise<unknown> =>
      finder.events(ABI[contract], address, "InstrumentListed").then((events) => events.length);
    await finder.fact(name, address, "instruments", issuer.instruments.length, listed);
    return;
  }
  const credit = id * 2 ** SERIAL_BITS + issuer.creditSerial;
  const own =
    issuer.kind === "desk"
      ? { asset: issuer.asset, unit: issuer.unit, interestBps: issuer.interestBps, dust: issuer.dust }
      : { batchDepth: issuer.batchDepth, window, engine: issuer.engine };
  await finder.views(name, contract, address, {
    ...shared,
    riskTable: known.riskTable,
    committee: committeeHash(config.committee),
    creditInstrument: credit,
    releaseInstrument: credit + 1,
    ...issuer.times,
    ...own,
  });
  const lender = issuer.kind === "desk" ? issuer.owner : undefined;
  await ownership(finder, name, contract, address, lender ?? owner, lender === undefined ? guardian : undefined);
}

async function homeFacts(
  finder: FactFinder,
  known: NetworkChain,
  owner: string,
  guardian: string,
  { config, network }: Context,
): Promise<void> {
  const { registry, issuerNotes } = network;
  if (await finder.code("AccountRegistry", "AccountRegistry", registry)) {
    await finder.views("AccountRegistry", "AccountRegistry", registry, {
      verifiers: known.verifiers,
      riskTable: known.riskTable,
      issuerNotes,
      receiveInterval: config.receiveInterval,
    });
    await ownership(finder, "AccountRegistry", "AccountRegistry", registry, owner, guardian);
  }
  if (!(await finder.code("IssuerNotes", "IssuerNotes", issuerNotes))) return;
  await finder.views("IssuerNotes", "IssuerNotes", issuerNotes, { window: config.notesWindow });
  const issuers = network.issuers.map(({ id, chain, contract }) => [id, known.roots[chain], contract]);
  const admitted = async (): Promise<unknown> =>
    (await finder.events(ABI.IssuerNotes, issuerNotes, "IssuerAdmitted")).map(({ issuerId, source, account }) => [
      issuerId,
      source,
      account,
    ]);
  await finder.fact("IssuerNotes", issuerNotes, "issuers", issuers, admitted);
}
