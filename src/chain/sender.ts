/**
 * Sends transactions of one address on one chain so that each happens once, whatever crashes or reorganises in between.
 *
 * @module
 */
import { Transaction, type Contract, type TransactionReceipt, type Wallet } from "ethers";
import { setTimeout } from "node:timers/promises";
import { NodeError, RefusedError } from "../base/errors.ts";
import type { ContractName } from "./abi.ts";
import { Journal, type SignedTransaction } from "./journal.ts";
import type { Node } from "./node.ts";
import { refusalOf } from "./refusals.ts";

/** A call of a contract that changes something. */
export interface Call {
  readonly name: ContractName;
  readonly address: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface SenderOptions {
  /** Where the journal is kept; nowhere by default, and then a crash forgets what was sent. */
  readonly folder?: string | undefined;
  /** Milliseconds to wait for a transaction to be mined. */
  readonly patience?: number;
}

const PATIENCE = 120_000;
const POLL = 100;
/** Estimates are of the state now; the state it meets may take a little more. */
const GAS_MARGIN = { numerator: 12n, denominator: 10n };

export class Sender {
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly node: Node,
    private readonly signer: Wallet,
    private readonly journal: Journal,
    private readonly patience: number,
  ) {}

  /** Takes up where the journal stopped: {@link settle} sends again what is neither mined nor replaced. */
  static async open(node: Node, signer: Wallet, { folder, patience = PATIENCE }: SenderOptions = {}): Promise<Sender> {
    const sender = new Sender(node, signer, await Journal.open(node.chain.chainId, signer.address, folder), patience);
    await sender.settle();
    return sender;
  }

  get address(): string {
    return this.signer.address;
  }

  /**
   * Makes a call and waits until it is mined. One at a time, in the order asked for.
   *
   * @throws RefusedError with the contract's own error when it would fail: then nothing was sent, or what was sent was
   *   overtaken and changed nothing
   * @throws NodeError when the node doesn't answer or nobody mines it in time; it stays in the journal and may yet be mined
   */
  send(call: Call): Promise<TransactionReceipt> {
    const mine = this.turn.then(() => this.sendNow(call));
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Waits until all that was signed before, by this process or one that died, is mined: then the chain tells what became of
   * it. Throws a NodeError as {@link send} does.
   */
  drained(): Promise<void> {
    const mine = this.turn.then(() => this.drainNow());
    this.turn = mine.catch(() => undefined);
    return mine;
  }

  /** Whether a call would pass now; throws as {@link send} does. Nothing is sent. */
  async check(call: Call): Promise<void> {
    await this.guarded(call, (contract) => contract.getFunction(call.method).staticCall(...call.args));
  }

  /** Forgets what is final, and sends again what a crash or a reorg left out. */
  async settle(): Promise<void> {
    const { provider } = this.node;
    const final = await this.node.finalised();
    const gone: SignedTransaction[] = [];
    for (const transaction of this.journal.transactions) {
      const receipt = await this.receipt(transaction.hash);
      if (receipt !== null) {
        if (receipt.blockNumber <= final.number) gone.push(transaction);
        continue;
      }
      // Another transaction of this nonce was mined: this one never can be.
      if ((await provider.getTransactionCount(this.address, final.number)) > transaction.nonce) gone.push(transaction);
      else await this.broadcast(transaction);
    }
    await this.journal.remove(gone);
  }

  private async sendNow(call: Call): Promise<TransactionReceipt> {
    await this.settle();
    const signed = await this.sign(call);
    await this.journal.add(signed);
    await this.broadcast(signed).catch(async (error: unknown) => {
      await this.journal.remove([signed]);
      throw error;
    });
    const receipt = await this.mined(signed);
    if (receipt.status === 1) return receipt;
    // Overtaken between the estimate and the block: asking again tells by what.
    await this.check(call);
    throw new RefusedError(`${call.name}.${call.method}`, "reverted when it was mined", { transaction: signed.hash });
  }

  private async drainNow(): Promise<void> {
    await this.settle();
    for (const transaction of this.journal.transactions) {
      // One whose nonce another took never will be.
      const overtaken = (await this.node.provider.getTransactionCount(this.address, "latest")) > transaction.nonce;
      if (!overtaken) await this.mined(transaction);
    }
  }

  private async sign(call: Call): Promise<SignedTransaction> {
    const gas = await this.guarded(call, (contract) => contract.getFunction(call.method).estimateGas(...call.args));
    const data = this.node.contract(call.name, call.address).interface.encodeFunctionData(call.method, call.args);
    const { provider, chain: { chainId } } = this.node;
    const [mined, { maxFeePerGas, maxPriorityFeePerGas }] = await Promise.all([provider.getTransactionCount(this.address, "latest"), provider.getFeeData()]);
    const nonce = Math.max(mined, ...this.journal.transactions.map((sent) => sent.nonce + 1));
    const raw = await this.signer.signTransaction({
      type: 2, chainId, nonce, to: call.address, data, maxFeePerGas, maxPriorityFeePerGas,
      gasLimit: (gas * GAS_MARGIN.numerator) / GAS_MARGIN.denominator,
    });
    return { nonce, hash: Transaction.from(raw).hash!, raw, what: `${call.name}.${call.method}` };
  }

  /** A node that knows the transaction, or has mined its nonce, refuses it again, which is as good. */
  private async broadcast({ raw, what }: SignedTransaction): Promise<void> {
    await this.node.provider.broadcastTransaction(raw).catch((cause: { code?: string }) => {
      if (cause.code === "INSUFFICIENT_FUNDS") throw new NodeError(this.node.chain.name, `${this.address} can't pay the gas of ${what}`, { cause });
    });
  }

  private async mined({ hash, what }: SignedTransaction): Promise<TransactionReceipt> {
    for (let waited = 0; waited <= this.patience; waited += POLL) {
      const receipt = await this.receipt(hash);
      if (receipt !== null) return receipt;
      await setTimeout(POLL);
    }
    throw new NodeError(this.node.chain.name, `${what} (${hash}) was sent and not mined within ${this.patience / 1000} s; it may yet be`);
  }

  private async receipt(hash: string): Promise<TransactionReceipt | null> {
    try {
      return await this.node.provider.getTransactionReceipt(hash);
    } catch (cause) {
      throw new NodeError(this.node.chain.name, "the node didn't answer for a receipt", { cause });
    }
  }

  private async guarded<T>(call: Call, ask: (contract: Contract) => Promise<T>): Promise<T> {
    const name = `${call.name}.${call.method}`;
    const contract = this.node.contract(call.name, call.address, this.signer.connect(this.node.provider));
    try {
      return await ask(contract);
    } catch (cause) {
      throw refusalOf(cause, name) ?? new NodeError(this.node.chain.name, `the node didn't answer ${name}`, { cause });
    }
  }
}
