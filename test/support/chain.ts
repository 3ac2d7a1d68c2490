/**
 * Real EVM nodes for tests, and the contracts on them.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { Contract, ContractFactory, JsonRpcProvider, Wallet, type ContractTransactionReceipt, type ContractTransactionResponse, type Signer } from "ethers";
import { compileContracts, link, type CompiledContracts } from "../../scripts/solidity.ts";
import { foundry } from "./foundry.ts";

/** Anvil's well-known accounts. */
const MNEMONIC_KEYS = [
  "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
  "0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d",
  "0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a",
];

export interface Chain {
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

/** Starts a node with Osaka's rules on a free port. */
export async function startChain(chainId: number): Promise<Chain> {
  const binary = foundry("anvil");
  if (binary === undefined) throw new Error("there is no anvil for this platform");
  const node = spawn(binary, ["--port", "0", "--hardfork", "osaka", "--chain-id", String(chainId), "--gas-limit", "60000000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exited = new Promise<void>((resolve) => node.once("exit", () => resolve()));
  const url = await new Promise<string>((resolve, reject) => {
    let text = "";
    node.stdout.on("data", (chunk: Buffer) => {
      text += String(chunk);
      const port = /Listening on ([\d.]+:\d+)/.exec(text);
      if (port !== null) resolve(`http://${port[1]}`);
    });
    node.once("exit", () => reject(new Error(`anvil ended: ${text}`)));
  });

  const provider = new JsonRpcProvider(url, chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1 });
  const signers = MNEMONIC_KEYS.map((key) => new Wallet(key, provider));
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
      node.kill();
      await exited;
    },
  };
}

/** Sends a call and waits for it. */
export async function send(contract: Contract, method: string, ...args: unknown[]): Promise<ContractTransactionReceipt> {
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
