/**
 * One config → contracts on all chains → network file.
 *
 * Every contract is made by a nonce of the deployer's that is fixed, and written down, before anything is sent: so all
 * addresses are known, contracts name each other in a circle, and a run that was killed between any two steps goes on to the
 * same network. Between runs the deployer's key must send nothing else.
 */
import { Interface, concat, keccak256, type Wallet } from "ethers";
import type { Network } from "../../src/chain/network.ts";
import { InputError, NodeError } from "../../src/base/errors.ts";
import { compileContracts, link, type CompiledContracts } from "../solidity.ts";
import { ChainWriter, type Stage } from "./chainWriter.ts";
import type { DeploymentConfig } from "./config.ts";
import { checkOwners, handOver } from "./handOver.ts";
import { deploymentKeys } from "./keys.ts";
import { networkOf, planContracts, type AddressOf, type PlannedContract } from "./plan.ts";
import { Progress, type ContractRecord } from "./progress.ts";

/** Something that happened on a chain. */
export interface DeploymentStep {
  readonly chain: string;
  /** Key of a contract, or a call such as `RiskTable.setGuardian`. */
  readonly what: string;
  readonly stage: Stage;
}

export interface DeployOptions {
  /** URL of a node by name of its chain. */
  readonly endpoints: Readonly<Record<string, string>>;
  /** Who pays, by the same address on every chain; it keeps no power over what it deploys. */
  readonly deployer: Wallet;
  /** Where to keep how far it is; nowhere by default, and then a run that stops can't be taken up. */
  readonly progressPath?: string;
  readonly onStep?: (step: DeploymentStep) => void | Promise<void>;
}

/**
 * Deploys what isn't deployed yet and returns the network.
 *
 * @throws InputError when the config breaks a rule, or says other things of a contract than it was deployed with
 * @throws RefusedError, NodeError when a chain refuses or doesn't answer; the next run goes on
 */
export async function deploy(
  config: DeploymentConfig,
  { endpoints, deployer, progressPath, onStep = () => undefined }: DeployOptions,
): Promise<Network> {
  checkOwners(config, deployer.address);
  const keys = await deploymentKeys(config);
  const contracts = await compileContracts();
  const progress = await Progress.open(deployer.address, progressPath);
  const writers = await connectAll(config, endpoints, deployer);
  try {
    await checkTokens(config, writers);
    const planned = planContracts(config, keys, contracts, deployer.address);
    await reserve(planned, progress, writers);
    const at: AddressOf = (chain, key) => progress.contract(chain, key)!.address;
    const creations = planned.map((contract) => ({ ...contract, ...creationOf(contract, at, contracts) }));
    for (const creation of creations) await compare(creation, progress, writers.get(creation.chain)!);
    await progress.save();

    for (const creation of creations) await create(creation, progress, writers.get(creation.chain)!, onStep);
    for (const [chain, writer] of writers) {
      await handOver(writer, config, at, contracts, deployer.address, (what, stage) => onStep({ chain, what, stage }));
    }
    const startBlocks = Object.fromEntries(
      config.chains.map(({ name, chainId }) => [name, progress.chain(name, chainId)!.startBlock]),
    );
    return networkOf(config, keys.kind, at, startBlocks);
  } finally {
    for (const writer of writers.values()) writer.close();
  }
}

type Creation = PlannedContract & { readonly data: string; readonly code: string; readonly argsHash: string };

async function connectAll(
  { chains }: DeploymentConfig,
  endpoints: DeployOptions["endpoints"],
  deployer: Wallet,
): Promise<Map<string, ChainWriter>> {
  const writers = new Map<string, ChainWriter>();
  try {
    for (const chain of chains)
      writers.set(chain.name, await ChainWriter.connect(chain, endpoints[chain.name]!, deployer));
  } catch (error) {
    for (const writer of writers.values()) writer.close();
    throw error;
  }
  return writers;
}

async function checkTokens({ issuers }: DeploymentConfig, writers: ReadonlyMap<string, ChainWriter>): Promise<void> {
  for (const [i, issuer] of issuers.entries()) {
    const path = `deployment.issuers[${i}]`;
    const tokens =
      issuer.kind === "vault"
        ? issuer.instruments.map(({ token }, j) => [`${path}.instruments[${j}].token`, token] as const)
        : issuer.kind === "desk"
          ? [[`${path}.asset`, issuer.asset] as const]
          : [];
    for (const [at, token] of tokens) {
      if (!(await writers.get(issuer.chain)!.hasCode(token)))
        throw new InputError(at, `must be a contract on ${issuer.chain}`, token);
    }
  }
}

/** Gives every contract that has none a nonce. Those of the config stay; one that left it would leave a gap. */
async function reserve(
  planned: readonly PlannedContract[],
  progress: Progress,
  writers: ReadonlyMap<string, ChainWriter>,
): Promise<void> {
  for (const [name, writer] of writers) {
    const { chainId } = writer.chain;
    const mine = planned.filter(({ chain }) => chain === name).map(({ key }) => key);
    const mined = await writer.settledNonce();
    const firstOpen = (await writer.finalBlock()) + 1;
    const { contracts, startBlock } = progress.chain(name, chainId) ?? progress.begin(name, chainId, firstOpen);
    if (firstOpen < startBlock)
      throw new NodeError(
        name,
        `the chain must have block ${startBlock - 1}, final when the deployment began: it was begun anew; begin another deployment with another --out`,
      );
    for (const key of Object.keys(contracts)) if (!mine.includes(key)) throw gone(name, key);
    let next = Math.max(mined, ...Object.values(contracts).map(({ nonce }) => nonce + 1));
    for (const key of mine) if (contracts[key] === undefined) progress.reserve(name, key, next++);
  }
  for (const name of progress.chainNames) if (!writers.has(name)) throw gone("deployment.chains", name);
}

const gone = (path: string, key: string): InputError =>
  new InputError(
    `${path}: ${key}`,
    "must stay: the deployment in the progress file has it; begin another with another --out",
  );

function creationOf(
  { chain, contract, args }: PlannedContract,
  at: AddressOf,
  contracts: CompiledContracts,
): Pick<Creation, "data" | "code" | "argsHash"> {
  const compiled = contracts[contract]!;
  const libraries = Object.fromEntries(Object.keys(compiled.links).map((name) => [name, at(chain, name)]));
  const code = link(compiled, libraries);
  const encoded = new Interface(compiled.abi).encodeDeploy(args(at));
  return { data: concat([code, encoded]), code: keccak256(code), argsHash: keccak256(encoded) };
}

/** Finds out whether a contract is there, and refuses to go on with another one than is. */
async function compare(
  { chain, key, code, argsHash }: Creation,
  progress: Progress,
  writer: ChainWriter,
): Promise<void> {
  const record = progress.contract(chain, key)!;
  // The chain's word, not the file's: a reorganised chain may have let go of what was there.
  record.deployed = (await writer.nonce()) > record.nonce;
  if (!record.deployed) {
    [record.code, record.args] = [code, argsHash];
    return;
  }
  await requireCode(writer, key, record);
  const path = `deployment: ${chain}.${key}`;
  if (record.args !== argsHash)
    throw new InputError(
      path,
      `must be as it was deployed at ${record.address}, with other arguments; begin another deployment with another --out`,
    );
  if (record.code !== code)
    throw new InputError(path, `must be what was deployed at ${record.address}: this build has other code or keys`);
}

async function create(
  { chain, key, data }: Creation,
  progress: Progress,
  writer: ChainWriter,
  onStep: NonNullable<DeployOptions["onStep"]>,
): Promise<void> {
  const record = progress.contract(chain, key)!;
  if (record.deployed) return;
  const mine = await writer.transact({ what: `${key}.constructor`, nonce: record.nonce, data }, async (stage, hash) => {
    if (stage === "sending") {
      record.transaction = hash;
      await progress.save();
    }
    await onStep({ chain, what: key, stage });
  });
  if (!mine) await requireCode(writer, key, record);
  record.deployed = true;
  await progress.save();
  await onStep({ chain, what: key, stage: "mined" });
}

/** A nonce that is used up without a contract can't be had again. */
async function requireCode(writer: ChainWriter, key: string, { address, nonce }: ContractRecord): Promise<void> {
  if (await writer.hasCode(address)) return;
  throw new NodeError(
    writer.chain.name,
    `${key} isn't at ${address}, though the deployer's nonce ${nonce} is used: its key sent something else meanwhile; begin another deployment with another --out`,
  );
}
