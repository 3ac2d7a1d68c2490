/**
 * Which contracts a deployment consists of, in the order of their making, and what their constructors take. Contracts of
 * different chains name each other in a circle, so addresses come from outside: each contract is made by a nonce of its own,
 * fixed before anything is sent.
 */
import { ZeroAddress } from "ethers";
import { committeeHash } from "../../src/committee/ciphertext.ts";
import { circuitNumber, tierNumber } from "../../src/chain/calls.ts";
import { encodeNetwork, parseNetwork, type Network } from "../../src/chain/network.ts";
import type { CompiledContracts } from "../solidity.ts";
import type { ChainConfig, DeploymentConfig, IssuerConfig } from "./config.ts";
import type { DeploymentKeys } from "./keys.ts";

/** Where a contract is or will be, by chain and key. */
export type AddressOf = (chain: string, key: string) => string;

export interface PlannedContract {
  readonly chain: string;
  /** Its name on its chain: the contract's own, or that of the issuer or route that it is for. */
  readonly key: string;
  /** Name of the contract. */
  readonly contract: string;
  /** What its constructor takes. */
  readonly args: (at: AddressOf) => readonly unknown[];
}

export const TIMELOCK = "TimelockController";
export const LOCAL_ROOTS = "LocalRoots";
const rootMirror = (source: string): string => `RootMirror of ${source}`;

/** What issuers are made of. */
export const ISSUER_CONTRACTS = { vault: "CollateralVault", desk: "CreditDesk", venue: "VenueOutbox" } as const;

/** Key of the contract on `chain` that knows the roots of `source`. */
export const rootsKey = (chain: string, source: string): string =>
  chain === source ? LOCAL_ROOTS : rootMirror(source);

/** Chains whose roots a chain knows: home knows all others, all others know home, and home its own where an issuer is there. */
export function sourcesOf(chain: string, { home, chains, issuers }: DeploymentConfig): string[] {
  if (chain !== home) return [home];
  const local = issuers.some((issuer) => issuer.chain === home) ? [home] : [];
  return [...local, ...chains.map(({ name }) => name).filter((name) => name !== home)];
}

/** Who owns a chain's contracts. */
const ownerOf = ({ name, owner }: ChainConfig, at: AddressOf): string =>
  typeof owner === "string" ? owner : at(name, TIMELOCK);

/** All contracts of a deployment, libraries among them, chain by chain. */
export function planContracts(
  config: DeploymentConfig,
  keys: DeploymentKeys,
  contracts: CompiledContracts,
  deployer: string,
): readonly PlannedContract[] {
  return config.chains.flatMap((chain) => {
    const planned = [
      ...base(chain, config, keys, deployer),
      ...config.issuers
        .filter((issuer) => issuer.chain === chain.name)
        .map((issuer) => issuerContract(issuer, chain, config)),
      ...(chain.name === config.home ? home(chain, config) : []),
    ];
    const libraries = new Set(planned.flatMap(({ contract }) => Object.keys(contracts[contract]!.links)));
    return [
      ...[...libraries].map((name) => ({ chain: chain.name, key: name, contract: name, args: () => [] })),
      ...planned,
    ];
  });
}

/** What every chain has. */
function base(
  chain: ChainConfig,
  config: DeploymentConfig,
  { verifiers }: DeploymentKeys,
  deployer: string,
): PlannedContract[] {
  const {
    name,
    owner,
    riskTable,
    rootMirror: { freshFor, thawDelay },
  } = chain;
  const { reporters, attestors } = config;
  const chainIds = new Map(config.chains.map((other) => [other.name, other.chainId]));
  const plan = (contract: string, args: PlannedContract["args"], key = contract): PlannedContract => ({
    chain: name,
    key,
    contract,
    args,
  });
  return [
    // Without a delay and with the deployer as one of the proposers, until handOver makes it what the config says.
    ...(typeof owner === "string"
      ? []
      : [plan(TIMELOCK, () => [0, [...owner.proposers, deployer], [...owner.proposers, deployer], ZeroAddress])]),
    ...verifiers.map((verifier) => plan(verifier.name, () => [])),
    plan("Verifiers", (at) => [
      verifiers.map((verifier) => [
        circuitNumber(verifier.circuit),
        tierNumber(verifier.tier),
        at(name, verifier.name),
      ]),
    ]),
    plan("RiskTable", (at) => [
      reporters.members,
      reporters.threshold,
      ownerOf(chain, at),
      riskTable.overlap,
      riskTable.longestEpoch,
      riskTable.calmMove,
    ]),
    ...sourcesOf(name, config).map((source) =>
      source === name
        ? plan(LOCAL_ROOTS, () => [])
        : plan(
            "RootMirror",
            (at) => [
              chainIds.get(source)!,
              attestors.members,
              attestors.threshold,
              ownerOf(chain, at),
              freshFor,
              thawDelay,
            ],
            rootMirror(source),
          ),
    ),
  ];
}

function issuerContract(issuer: IssuerConfig, chain: ChainConfig, config: DeploymentConfig): PlannedContract {
  const { id, name, window } = issuer;
  const plan = (args: PlannedContract["args"]): PlannedContract => ({
    chain: chain.name,
    key: name,
    contract: ISSUER_CONTRACTS[issuer.kind],
    args,
  });
  const registry = (at: AddressOf): string => at(config.home, "AccountRegistry");
  const here = (at: AddressOf, key: string): string => at(chain.name, key);
  const roots = rootsKey(chain.name, config.home);
  const line = (at: AddressOf, { creditSerial, times }: Exclude<IssuerConfig, { kind: "vault" }>): unknown[] => [
    here(at, "Verifiers"),
    here(at, "RiskTable"),
    here(at, roots),
    registry(at),
    creditSerial,
    committeeHash(config.committee),
    [times.validity, times.grace, times.notice, times.longestStall],
  ];
  switch (issuer.kind) {
    case "vault":
      return plan((at) => [
        id,
        here(at, "Verifiers"),
        here(at, roots),
        registry(at),
        window,
        issuer.instruments.map(({ token, unit, leastLots, mostLots, windowLots }) => [
          token,
          unit,
          leastLots,
          mostLots,
          windowLots,
        ]),
      ]);
    case "desk": {
      const { asset, unit, interestBps, dust, windowAmount, owner } = issuer;
      return plan((at) => [
        id,
        line(at, issuer),
        [asset, unit, interestBps, dust, windowAmount, window],
        owner ?? ownerOf(chain, at),
      ]);
    }
    case "venue":
      return plan((at) => [id, line(at, issuer), issuer.batchDepth, window, issuer.engine, ownerOf(chain, at)]);
  }
}

/** What the home chain has beside that. */
function home(chain: ChainConfig, { issuers, notesWindow, receiveInterval }: DeploymentConfig): PlannedContract[] {
  const { name } = chain;
  return [
    {
      chain: name,
      key: "IssuerNotes",
      contract: "IssuerNotes",
      args: (at) => [
        issuers.map((issuer) => [issuer.id, at(name, rootsKey(name, issuer.chain)), at(issuer.chain, issuer.name)]),
        notesWindow,
      ],
    },
    {
      chain: name,
      key: "AccountRegistry",
      contract: "AccountRegistry",
      args: (at) => [
        at(name, "Verifiers"),
        at(name, "RiskTable"),
        at(name, "IssuerNotes"),
        receiveInterval,
        ownerOf(chain, at),
      ],
    },
  ];
}

/** The network file of a deployment. `startBlocks` by chain. */
export function networkOf(
  config: DeploymentConfig,
  kind: Network["keys"],
  at: AddressOf,
  startBlocks: Readonly<Record<string, number>>,
): Network {
  const { home, tiers, chains, issuers, committee } = config;
  const network: Network = {
    keys: kind,
    tiers,
    home,
    registry: at(home, "AccountRegistry"),
    issuerNotes: at(home, "IssuerNotes"),
    committee,
    chains: chains.map(({ name, chainId, finality }) => ({
      name,
      chainId,
      startBlock: startBlocks[name]!,
      finality,
      verifiers: at(name, "Verifiers"),
      riskTable: at(name, "RiskTable"),
      roots: Object.fromEntries(sourcesOf(name, config).map((source) => [source, at(name, rootsKey(name, source))])),
    })),
    issuers: issuers.map(({ id, name, kind: issuerKind, chain }) => ({
      id,
      name,
      kind: issuerKind,
      chain,
      contract: at(chain, name),
    })),
  };
  return parseNetwork(JSON.parse(encodeNetwork(network)));
}
