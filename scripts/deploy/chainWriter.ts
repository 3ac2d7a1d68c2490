/**
 * The deployer on one chain: transactions of given nonces, each waited for. Sending one again is harmless, since a nonce is
 * mined once.
 */
import { Transaction as SignedTransaction, type Interface, type Result, type Wallet } from "ethers";
import { setTimeout } from "node:timers/promises";
import { refusalOf } from "../../src/chain/refusals.ts";
import { NodeRefusal, RpcProvider } from "../../src/chain/rpc.ts";
import { unsent } from "../../src/chain/unsent.ts";
import { NodeError, PlimsollError } from "../../src/base/errors.ts";
import type { ChainConfig } from "./config.ts";

/** What a transaction does; without `to` it makes a contract. */
export interface Transaction {
  readonly what: string;
  readonly nonce: number;
  readonly to?: string;
  readonly data: string;
}

/** How far a transaction is: signed and about to be sent, sent, mined. */
export type Stage = "sending" | "sent" | "mined";

/** Milliseconds that a transaction may take to be mined. */
const PATIENCE = 600_000;
const POLL = 50;
/** Estimates are of the state now; the state it meets may take a little more. */
const GAS_MARGIN = { numerator: 11n, denominator: 10n };

export class ChainWriter {
  private constructor(
    readonly chain: ChainConfig,
    readonly provider: RpcProvider,
    private readonly deployer: Wallet,
  ) {}

  /** Throws a NodeError when the node can't be reached or is of another chain. */
  static async connect(chain: ChainConfig, url: string, deployer: Wallet): Promise<ChainWriter> {
    const provider = new RpcProvider(chain.name, chain.chainId, url);
    const writer = new ChainWriter(chain, provider, deployer.connect(provider));
    try {
      const chainId = BigInt(
        await writer.ask("eth_chainId", () => provider.send("eth_chainId", []) as Promise<string>),
      );
      if (chainId !== BigInt(chain.chainId))
        throw new NodeError(chain.name, `the node must be of chain ${chain.chainId}, is of ${chainId}`);
      return writer;
    } catch (error) {
      writer.close();
      throw error;
    }
  }

  /** Number of the newest block that counts as final. */
  async finalBlock(): Promise<number> {
    const { finality } = this.chain;
    if (finality !== "finalized")
      return Math.max(0, (await this.ask("eth_blockNumber", () => this.provider.getBlockNumber())) - finality);
    const block = await this.ask("eth_getBlockByNumber", () => this.provider.getBlock("finalized"));
    if (block === null) throw new NodeError(this.chain.name, "the node has no finalised block");
    return block.number;
  }

  async hasCode(address: string): Promise<boolean> {
    return (await this.ask("eth_getCode", () => this.provider.getCode(address))) !== "0x";
  }

  /** What a view function returns. */
  async call(address: string, contract: Interface, method: string, ...args: readonly unknown[]): Promise<Result> {
    const data = contract.encodeFunctionData(method, args);
    return contract.decodeFunctionResult(
      method,
      await this.ask(method, () => this.provider.call({ to: address, data })),
    );
  }

  /** The deployer's nonce in the newest block. */
  nonce(): Promise<number> {
    return this.ask("eth_getTransactionCount", () =>
      this.provider.getTransactionCount(this.deployer.address, "latest"),
    );
  }

  /** The deployer's nonce once nothing of it waits to be mined. */
  async settledNonce(): Promise<number> {
    for (let waited = 0; waited <= PATIENCE; waited += POLL) {
      const [mined, sent] = await Promise.all([
        this.nonce(),
        this.ask("eth_getTransactionCount", () => this.provider.getTransactionCount(this.deployer.address, "pending")),
      ]);
      if (sent <= mined) return mined;
      await setTimeout(POLL);
    }
    throw new NodeError(
      this.chain.name,
      `a transaction of ${this.deployer.address} waits and isn't mined; try again later`,
    );
  }

  /**
   * Sends a transaction and waits until its nonce is mined.
   *
   * @param onStage told of sending and sent
   * @returns whether it was this transaction that took the nonce
   * @throws RefusedError with the contract's own error when it would fail: then nothing was sent
   * @throws NodeError when the node doesn't answer or nobody mines it in time; it may yet be mined
   */
  async transact(
    { what, nonce, ...request }: Transaction,
    onStage: (stage: Exclude<Stage, "mined">, hash: string) => Promise<void>,
  ): Promise<boolean> {
    const { provider, deployer } = this;
    const gas = await this.ask(what, () => provider.estimateGas({ from: deployer.address, ...request }));
    const gasLimit = (gas * GAS_MARGIN.numerator) / GAS_MARGIN.denominator;
    const raw = await this.ask(what, async () =>
      deployer.signTransaction(await deployer.populateTransaction({ ...request, nonce, gasLimit })),
    );
    const hash = SignedTransaction.from(raw).hash!;
    await onStage("sending", hash);
    await provider.send("eth_sendRawTransaction", [raw]).catch(async (error: unknown) => {
      if (!(error instanceof NodeRefusal)) throw error;
      // A node that has the transaction, or has mined its nonce, refuses it again, which is as good.
      const refused = unsent(error, what, deployer.address);
      if (refused.kind !== "nonce" && (await this.ask(what, () => provider.getTransaction(hash))) === null)
        throw refused;
    });
    await onStage("sent", hash);
    for (let waited = 0; waited <= PATIENCE; waited += POLL) {
      const receipt = await this.ask(what, () => provider.getTransactionReceipt(hash));
      if (receipt?.status === 0) throw new NodeError(this.chain.name, `${what} (${hash}) was mined and reverted`);
      if (receipt !== null) return true;
      if ((await this.nonce()) > nonce)
        return (await this.ask(what, () => provider.getTransactionReceipt(hash)))?.status === 1;
      await setTimeout(POLL);
    }
    throw new NodeError(
      this.chain.name,
      `${what} (${hash}) was sent and not mined within ${PATIENCE / 1000} s; it may yet be`,
    );
  }

  close(): void {
    this.provider.destroy();
  }

  /** Our own errors say enough; others mean that ethers can't read what the node answered. */
  private async ask<T>(what: string, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (cause) {
      if (cause instanceof NodeRefusal && /insufficient (funds|balance)/i.test(cause.said))
        throw unsent(cause, what, this.deployer.address);
      if (cause instanceof PlimsollError) throw cause;
      const { code } = cause as { code?: string };
      throw (
        refusalOf(cause, what) ??
        new NodeError(
          this.chain.name,
          `the node didn't answer ${what} with what it should${code === undefined ? "" : ` (${code})`}`,
          { cause },
        )
      );
    }
  }
}
