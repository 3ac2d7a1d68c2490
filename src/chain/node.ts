/**
 * One chain of a network through somebody's node: reads, block times, finality.
 *
 * @module
 */
import { Contract, FetchRequest, JsonRpcProvider, type ContractRunner } from "ethers";
import { NodeError } from "../base/errors.ts";
import { ABI, type ContractName } from "./abi.ts";
import type { NetworkChain } from "./network.ts";
import { refusalOf } from "./refusals.ts";

/** What is known of a block without its transactions. */
export interface Block {
  readonly number: number;
  readonly hash: string;
  /** Unix seconds. */
  readonly time: number;
}

/** Milliseconds that a node may take to answer. */
const TIMEOUT = 30_000;

export class Node {
  private constructor(
    readonly chain: NetworkChain,
    readonly provider: JsonRpcProvider,
  ) {}

  /**
   * Connects to a node.
   *
   * @param url http or https; may hold the user's credentials, so it is never shown
   * @throws NodeError when it can't be reached, or is of another chain: a fork, or a wrong endpoint
   */
  static async connect(chain: NetworkChain, url: string): Promise<Node> {
    const request = new FetchRequest(url);
    request.timeout = TIMEOUT;
    const provider = new JsonRpcProvider(request, chain.chainId, { staticNetwork: true, cacheTimeout: -1, batchMaxCount: 1, pollingInterval: 250 });
    const node = new Node(chain, provider);
    try {
      const chainId = BigInt(await node.rpc<string>("eth_chainId"));
      if (chainId !== BigInt(chain.chainId)) throw new NodeError(chain.name, `the node must be of chain ${chain.chainId}, is of ${chainId}`);
    } catch (error) {
      node.close();
      throw error;
    }
    return node;
  }

  /** A contract by the name of its interface. */
  contract(name: ContractName, address: string, runner: ContractRunner = this.provider): Contract {
    return new Contract(address, ABI[name], runner);
  }

  /**
   * What a view function returns; the caller knows its type from the contract's interface.
   *
   * @throws RefusedError when the contract refuses, NodeError when the node doesn't answer
   */
  async read<T>(name: ContractName, address: string, method: string, ...args: readonly unknown[]): Promise<T> {
    try {
      return (await this.contract(name, address).getFunction(method)(...args)) as T;
    } catch (cause) {
      throw refusalOf(cause, `${name}.${method}`) ?? this.failed(`${name}.${method}`, cause);
    }
  }

  /** A method of the node. */
  async rpc<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    try {
      return (await this.provider.send(method, [...params])) as T;
    } catch (cause) {
      throw this.failed(method, cause);
    }
  }

  /** A block by its height or by tag. Throws a NodeError when the node doesn't have it. */
  async block(at: number | "latest" | "finalized" = "latest"): Promise<Block> {
    const tag = typeof at === "number" ? `0x${at.toString(16)}` : at;
    const block = await this.rpc<{ number: string; hash: string; timestamp: string } | null>("eth_getBlockByNumber", [tag, false]);
    if (block === null) throw new NodeError(this.chain.name, `the node has no block ${at}`);
    return { number: Number(block.number), hash: block.hash, time: Number(block.timestamp) };
  }

  /** The newest block that counts as final by the network file's rule. */
  async finalised(): Promise<Block> {
    const { finality } = this.chain;
    if (finality === "finalized") return this.block("finalized");
    const head = await this.block();
    return finality === 0 ? head : this.block(Math.max(0, head.number - finality));
  }

  close(): void {
    this.provider.destroy();
  }

  /** Without what ethers says: its messages carry the endpoint's URL. */
  private failed(what: string, cause: unknown): NodeError {
    const { code } = cause as { code?: string };
    return new NodeError(this.chain.name, `the node didn't answer ${what}${code === undefined ? "" : ` (${code})`}`, { cause });
  }
}
