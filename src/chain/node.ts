/**
 * One chain of a network through somebody's node: reads, block times, finality.
 *
 * @module
 */
import { Contract, type ContractRunner, type TransactionReceipt } from "ethers";
import { InputError, NodeError, PlimsollError } from "../base/errors.ts";
import { ABI, type ContractName } from "./abi.ts";
import type { NetworkChain } from "./network.ts";
import { refusalOf } from "./refusals.ts";
import { RpcProvider } from "./rpc.ts";
import { said } from "../base/said.ts";

/** What is known of a block without its transactions. */
export interface Block {
  readonly number: number;
  readonly hash: string;
  /** Unix seconds. */
  readonly time: number;
  /** Wei a gas that every transaction in it pays; undefined on chains without EIP-1559. */
  readonly baseFee?: bigint | undefined;
}

export interface NodeOptions {
  /** Waits so many milliseconds before a node that is asked too often is asked again; a test needn't. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

/**
 * A chain as one node shows it. What it doesn't answer is a NodeError, which never shows the endpoint.
 *
 * @example
 * ```ts
 * import { Node, chainNamed, issuerNamed } from "plimsoll/wallet";
 *
 * const { chain, contract } = issuerNamed(network, "desk-a", "desk");
 * const node = await Node.connect(chainNamed(network, chain), url);
 * const { number, time } = await node.finalised(); // time in Unix seconds
 * const asset = await node.read<string>("CreditDesk", contract, "asset");
 * ```
 */
export class Node {
  private constructor(
    readonly chain: NetworkChain,
    readonly provider: RpcProvider,
  ) {}

  /**
   * Connects to a node.
   *
   * @param url http or https; may hold the user's credentials, so it is never shown
   * @throws NodeError when it can't be reached, or is of another chain: a fork, or a wrong endpoint
   */
  static async connect(chain: NetworkChain, url: string, { pause }: NodeOptions = {}): Promise<Node> {
    const node = new Node(chain, new RpcProvider(chain.name, chain.chainId, url, pause));
    try {
      const chainId = await node.quantity("eth_chainId");
      if (chainId !== BigInt(chain.chainId))
        throw new NodeError(chain.name, `the node must be of chain ${chain.chainId}, is of ${chainId}`);
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
   * @throws RefusedError when the contract refuses, NodeError when the node doesn't answer, InputError when the address has
   *   another contract or none
   */
  async read<T>(name: ContractName, address: string, method: string, ...args: readonly unknown[]): Promise<T> {
    try {
      return (await this.contract(name, address).getFunction(method)(...args)) as T;
    } catch (cause) {
      const asked = `${name}.${method}`;
      throw (
        refusalOf(cause, asked) ??
        ((cause as { code?: unknown }).code === "BAD_DATA"
          ? await this.misnamed(name, address, asked)
          : this.failed(asked, cause))
      );
    }
  }

  /** A method of the node. Throws a NodeError that says why it wasn't answered. */
  async rpc<T>(method: string, params: readonly unknown[] = []): Promise<T> {
    return this.asked(method, () => this.provider.send(method, [...params]) as Promise<T>);
  }

  /** A block by its height or by tag. Throws a NodeError when the node doesn't have it. */
  async block(at: number | "latest" | "finalized" = "latest"): Promise<Block> {
    const tag = typeof at === "number" ? `0x${at.toString(16)}` : at;
    const block = await this.rpc<Partial<
      Record<"number" | "hash" | "timestamp" | "baseFeePerGas", string | null>
    > | null>("eth_getBlockByNumber", [tag, false]);
    if (block === null) throw new NodeError(this.chain.name, `the node has no block ${at}`);
    const { number, hash, timestamp, baseFeePerGas } = block;
    if (!isQuantity(number) || !isQuantity(timestamp) || typeof hash !== "string")
      throw new NodeError(this.chain.name, `the node answers eth_getBlockByNumber with what is no block, for ${at}`);
    return {
      number: Number(number),
      hash,
      time: Number(timestamp),
      ...(isQuantity(baseFeePerGas) ? { baseFee: BigInt(baseFeePerGas) } : {}),
    };
  }

  /** The newest block that counts as final by the network file's rule. */
  async finalised(): Promise<Block> {
    const { finality } = this.chain;
    if (finality === "finalized") return this.block("finalized");
    const head = await this.block();
    return finality === 0 ? head : this.block(Math.max(0, head.number - finality));
  }

  /** Transactions of an address up to a block: the nonce that comes next. */
  async transactionCount(address: string, at: number | "latest" | "pending"): Promise<number> {
    return Number(
      await this.quantity("eth_getTransactionCount", [address, typeof at === "number" ? `0x${at.toString(16)}` : at]),
    );
  }

  /** Null while it isn't mined, or was reorganised away. */
  async receipt(hash: string): Promise<TransactionReceipt | null> {
    return this.asked("eth_getTransactionReceipt", () => this.provider.getTransactionReceipt(hash));
  }

  /** A method that answers with a number. */
  async quantity(method: string, params: readonly unknown[] = []): Promise<bigint> {
    const answer = await this.rpc<unknown>(method, params);
    if (!isQuantity(answer)) throw new NodeError(this.chain.name, `the node answers ${method} with what is no number`);
    return BigInt(answer);
  }

  /** Anything asked of the provider: what it throws, and isn't ours, is a NodeError. */
  async asked<T>(what: string, ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (cause) {
      throw this.failed(what, cause);
    }
  }

  close(): void {
    this.provider.destroy();
  }

  /** Our own errors say enough; others mean that ethers can't read what the node answered. */
  private failed(what: string, cause: unknown): PlimsollError {
    if (cause instanceof PlimsollError) return cause;
    const { code, shortMessage } = cause as { code?: unknown; shortMessage?: unknown };
    const why =
      typeof shortMessage === "string" ? `: ${said(shortMessage)}` : typeof code === "string" ? ` (${code})` : "";
    return new NodeError(this.chain.name, `the node didn't answer ${what} with what it should${why}`, { cause });
  }

  /** Whoever answers nothing, or something else, is not the contract that the network file names: asking again won't help. */
  private async misnamed(name: ContractName, address: string, asked: string): Promise<PlimsollError> {
    const [code, head] = [await this.rpc<unknown>("eth_getCode", [address, "latest"]), await this.block()];
    if (head.number < this.chain.startBlock) {
      return new NodeError(
        this.chain.name,
        `the node is at block ${head.number}, and the network's contracts came at ${this.chain.startBlock}`,
      );
    }
    return new InputError(
      "network",
      `must name the ${name} of ${this.chain.name}; ${code === "0x" ? "no contract is" : `what doesn't answer ${asked} is`} there`,
      address,
    );
  }
}

const isQuantity = (value: unknown): value is string => typeof value === "string" && /^0x[0-9a-f]+$/i.test(value);
