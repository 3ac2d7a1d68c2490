/**
 * Real EVM nodes for tests, and the contracts on them.
 *
 * @module
 */
import {
  Contract,
  ContractFactory,
  JsonRpcProvider,
  Wallet,
  type ContractTransactionReceipt,
  type ContractTransactionResponse,
  type Signer,
} from "ethers";
import { ANVIL_KEYS, startAnvil, type AnvilOptions } from "../../scripts/anvil.ts";
import { compileContracts, link, type CompiledContracts } from "../../scripts/solidity.ts";

export interface Chain {
  readonly url: string;
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  /** Funded accounts: who deploys, and two others. */
  readonly signers: readonly [Wallet, Wallet, Wallet];
  readonly addresses: readonly [string, string, string];
  deploy(name: string, ...args: unknown[]): Promise<Contract>;
  /** Contract `name` at an address, for a signer. */
  at(name: string, address: string, signer?: Signer): Contract;
  /** Node methods such as evm_increaseTime. */
  rpc<T>(method: string, params?: readonly unknown[]): Promise<T>;
  now(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts a node with Osaka's rules, on a free port unless the options say otherwise. */
export async function startChain(chainId: number, options: Omit<AnvilOptions, "chainId"> = {}): Promise<Chain> {
  const node = await startAnvil({ chainId, ...options });
  const { url } = node;
  const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  const signers = ANVIL_KEYS.map((key) => new Wallet(key, provider));
  const addresses = await Promise.all(signers.map((signer) => signer.getAddress()));
  const contracts: CompiledContracts = await compileContracts();
  const libraries: Record<string, string> = {};

  const deploy = async (name: string, ...args: unknown[]): Promise<Contract> => {
    const compiled = contracts[name];
    if (compiled === undefined) throw new Error(`no contract ${name}`);
    for (const library of Object.keys(compiled.links)) {
      libraries[library] ??= await (await deploy(library)).getAddress();
    }
    const deployed = await new ContractFactory(compiled.abi, link(compiled, libraries), signers[0]!).deploy(...args);
    await receiptOf(deployed.deploymentTransaction()!);
    return deployed as Contract;
  };

  return {
    url,
    provider,
    chainId: BigInt(chainId),
    signers: signers as unknown as Chain["signers"],
    addresses: addresses as unknown as Chain["addresses"],
    deploy,
    at: (name, address, signer = signers[0]!) => new Contract(address, contracts[name]!.abi, signer),
    rpc: (method, params = []) => provider.send(method, [...params]) as never,
    now: async () => (await provider.getBlock("latest"))!.timestamp,
    async stop() {
      provider.destroy();
      await node.stop();
    },
  };
}

/** Sends a call and waits for it. */
export async function send(
  contract: Contract,
  method: string,
  ...args: unknown[]
): Promise<ContractTransactionReceipt> {
  return receiptOf((await contract.getFunction(method)(...args)) as ContractTransactionResponse);
}

/** Asks until the receipt is there: a node that mines at once sends block events before anyone listens. */
async function receiptOf({ provider, hash }: ContractTransactionResponse): Promise<ContractTransactionReceipt> {
  for (;;) {
    const receipt = await provider.getTransactionReceipt(hash);
    if (receipt?.status === 0) throw new Error(`transaction ${hash} failed`);
    if (receipt !== null) return receipt as ContractTransactionReceipt;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The named error that a call is refused with, such as `NullifierSpent`; undefined when it would pass. */
export async function refusal(contract: Contract, method: string, ...args: unknown[]): Promise<string | undefined> {
  try {
    await contract.getFunction(method).staticCall(...args);
    return undefined;
  } catch (error) {
    const { data, revert } = error as { data?: string; revert?: { name: string } | null };
    if (revert != null) return revert.name;
    const parsed = data == null ? null : contract.interface.parseError(data);
    return parsed?.name ?? String(error);
  }
}
