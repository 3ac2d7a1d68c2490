/**
 * Sends transactions of one address on one chain so that each happens once, whatever crashes, reorganises or rises in price
 * in between.
 *
 * @module
 */
import { Transaction, type Contract, type TransactionReceipt, type Wallet } from "ethers";
import { pause as wait } from "../base/pause.ts";
import { NodeError, RefusedError } from "../base/errors.ts";
import { Turns } from "../base/turns.ts";
import type { Store } from "../store/store.ts";
import type { ContractName } from "./abi.ts";
import { FEE_CEILING, canBeMined, feesNow, feesOf, replacementFees, type Fees } from "./fees.ts";
import { Journal, type SignedTransaction } from "./journal.ts";
import type { Block, Node } from "./node.ts";
import { refusalOf } from "./refusals.ts";
import { NodeRefusal } from "./rpc.ts";
import { UnsentError, unsent } from "./unsent.ts";

/** A call of a contract that changes something. */
export interface Call {
  readonly name: ContractName;
  readonly address: string;
  readonly method: string;
  readonly args: readonly unknown[];
}

export interface SenderOptions {
  /** Where the journal is kept; nowhere by default, and then a crash forgets what was sent. */
  readonly store?: Store | undefined;
  /** Milliseconds to wait for a transaction to be mined. */
  readonly patience?: number;
  /** Most that a gas may cost, in wei: 500 gwei by default. */
  readonly ceiling?: bigint;
  /** Waits so many milliseconds before looking again; a test needn't. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const PATIENCE = 120_000;
/** Milliseconds between looks: more and more, up to the most. */
const POLL = { first: 100, most: 2_000, growth: 1.25 };
/** Estimates are of the state now; the state it meets may take a little more. */
const GAS_MARGIN = { numerator: 12n, denominator: 10n };

/**
 * Sends calls from one address on one chain, one after the other. Its journal, in a store, is what a crash leaves of
 * it: one address has one journal, and nothing else sends from it.
 *
 * @example
 * ```ts
 * import { Sender, issuerNamed } from "plimsoll/wallet";
 *
 * const { contract } = issuerNamed(network, "desk-a", "desk");
 * const sender = await Sender.open(node, signer, { store });
 * await sender.send({ name: "CreditDesk", address: contract, method: "lapse", args: [alias] });
 * ```
 */
export class Sender {
  private readonly turns = new Turns();

  private constructor(
    readonly node: Node,
    private readonly signer: Wallet,
    private readonly journal: Journal,
    private readonly patience: number,
    private readonly ceiling: bigint,
    private readonly pause: (milliseconds: number) => Promise<unknown>,
  ) {}

  /** Takes up where the journal stopped: {@link settle} sends again what is neither mined nor replaced. */
  static async open(
    node: Node,
    signer: Wallet,
    { store, patience = PATIENCE, ceiling = FEE_CEILING, pause = wait }: SenderOptions = {},
  ): Promise<Sender> {
    const sender = new Sender(
      node,
      signer,
      await Journal.open(node.chain.chainId, signer.address, store),
      patience,
      ceiling,
      pause,
    );
    await sender.settle();
    return sender;
  }

  get address(): string {
    return this.signer.address;
  }

  /**
   * Makes a call and waits until it is mined. One at a time, in the order asked for. When fees rise meanwhile, what was
   * signed is replaced under its nonce by the same call at a higher price.
   *
   * @throws RefusedError with the contract's own error when it would fail: then nothing was sent, or what was sent was
   *   overtaken and changed nothing
   * @throws UnsentError when the node doesn't take it: then it isn't in the journal either
   * @throws NodeError when the node doesn't answer, nobody mines it in time or fees are above the ceiling; it stays in the
   *   journal and may yet be mined
   */
  send(call: Call): Promise<TransactionReceipt> {
    return this.turns.run(() => this.sendNow(call));
  }

  /**
   * Waits until all that was signed before, by this process or one that died, is mined: then the chain tells what became of
   * it. Throws a NodeError as {@link send} does.
   */
  drained(): Promise<void> {
    return this.turns.run(() => this.drainNow());
  }

  /** Whether a call would pass now; throws as {@link send} does. Nothing is sent. */
  async check(call: Call): Promise<void> {
    await this.guarded(call, (contract) => contract.getFunction(call.method).staticCall(...call.args));
  }

  /** Forgets what is final, and sends again what a crash or a reorg left out, at a higher price if fees have risen. */
  settle(): Promise<void> {
    return this.turns.run(async () => this.settleNow(await this.node.block()));
  }

  private async settleNow(head: Block): Promise<void> {
    if (this.journal.transactions.length === 0) return;
    const [final, mined] = [await this.node.finalised(), await this.node.transactionCount(this.address, "latest")];
    const gone: SignedTransaction[] = [];
    for (const same of this.byNonce()) {
      const { nonce } = same[0]!;
      const receipt = await this.receiptOf(same);
      if (receipt !== null) {
        if (receipt.blockNumber <= final.number) gone.push(...same);
      } else if (mined > nonce) {
        // Another transaction of this nonce was mined: once that is final, these never can be.
        if (await this.isOverFor(nonce, final)) gone.push(...same);
      } else {
        await this.offer(same.at(-1)!, head);
      }
    }
    await this.journal.remove(gone);
  }

  private async sendNow(call: Call): Promise<TransactionReceipt> {
    const head = await this.node.block();
    await this.settleNow(head);
    const signed = await this.sign(call, head);
    await this.journal.add(signed);
    await this.broadcast(signed).catch(async (error: unknown) => {
      // What the node never took won't happen. What may have reached it stays.
      if (error instanceof UnsentError) await this.journal.remove([signed]);
      throw error;
    });
    const receipt = await this.mined(signed, head);
    if (receipt.status === 1) return receipt;
    // Overtaken between the estimate and the block: asking again tells by what.
    await this.check(call);
    throw new RefusedError(`${call.name}.${call.method}`, "reverted when it was mined", { transaction: receipt.hash });
  }

  private async drainNow(): Promise<void> {
    const head = await this.node.block();
    await this.settleNow(head);
    for (const [transaction] of this.byNonce()) {
      // One whose nonce another took never will be.
      const overtaken = (await this.node.transactionCount(this.address, "latest")) > transaction!.nonce;
      if (!overtaken) await this.mined(transaction!, head);
    }
  }

  private async sign(call: Call, head: Block): Promise<SignedTransaction> {
    const gas = await this.guarded(call, (contract) => contract.getFunction(call.method).estimateGas(...call.args));
    const data = this.node.contract(call.name, call.address).interface.encodeFunctionData(call.method, call.args);
    const [mined, fees] = await Promise.all([
      this.node.transactionCount(this.address, "latest"),
      feesNow(this.node, head, this.ceiling),
    ]);
    const nonce = Math.max(mined, ...this.journal.transactions.map((sent) => sent.nonce + 1));
    const { chainId } = this.node.chain;
    const gasLimit = (gas * GAS_MARGIN.numerator) / GAS_MARGIN.denominator;
    const raw = await this.signer.signTransaction({
      type: 2,
      chainId,
      nonce,
      to: call.address,
      data,
      gasLimit,
      ...fees,
    });
    return { nonce, hash: Transaction.from(raw).hash!, raw, what: `${call.name}.${call.method}` };
  }

  /** Sends a transaction again, or another in its place that can be mined at the price of `head`. */
  private async offer(transaction: SignedTransaction, head: Block): Promise<void> {
    if (canBeMined(feesOf(transaction.raw), head) && (await this.isTaken(transaction))) return;
    for (let beaten = feesOf(transaction.raw); ;) {
      beaten = await replacementFees(
        this.node,
        `${transaction.what} of nonce ${transaction.nonce}`,
        beaten,
        head,
        this.ceiling,
      );
      const dearer = await this.resigned(transaction, beaten);
      await this.journal.add(dearer);
      try {
        return await this.broadcast(dearer);
      } catch (error) {
        if (!(error instanceof UnsentError)) throw error;
        await this.journal.remove([dearer]);
        // Mined meanwhile, as a receipt will tell. Where a larger step is wanted, the next try takes it.
        if (error.kind === "nonce") return;
        if (error.kind !== "replacement" && error.kind !== "fee") throw error;
      }
    }
  }

  /**
   * Sends again what may be lost. False when the node wants a higher price; one that knows of another transaction of the
   * nonce, mined or waiting at a higher price, leaves nothing to do: it may have been sent elsewhere with the same key.
   */
  private async isTaken(transaction: SignedTransaction): Promise<boolean> {
    try {
      await this.broadcast(transaction);
    } catch (error) {
      if (!(error instanceof UnsentError) || !["nonce", "replacement", "fee"].includes(error.kind)) throw error;
      return error.kind !== "fee";
    }
    return true;
  }

  /** The same transaction at another price. */
  private async resigned({ nonce, raw, what }: SignedTransaction, fees: Fees): Promise<SignedTransaction> {
    const { chainId, to, data, gasLimit, value } = Transaction.from(raw);
    const dearer = await this.signer.signTransaction({ type: 2, chainId, nonce, to, data, gasLimit, value, ...fees });
    return { nonce, hash: Transaction.from(dearer).hash!, raw: dearer, what };
  }

  /** A node that has the transaction, in a block or waiting, refuses it again, which is as good. */
  private async broadcast({ raw, hash, what }: SignedTransaction): Promise<void> {
    try {
      await this.node.rpc("eth_sendRawTransaction", [raw]);
    } catch (error) {
      if (!(error instanceof NodeRefusal)) throw error;
      if ((await this.node.rpc("eth_getTransactionByHash", [hash])) == null) throw unsent(error, what, this.address);
    }
  }

  /** Waits for the receipt of a transaction, or of what replaced it. With each block all that waits is looked after anew. */
  private async mined({ nonce, what, hash }: SignedTransaction, since: Block): Promise<TransactionReceipt> {
    const same = new Map<string, SignedTransaction>();
    let [seen, isOver] = [since.hash, false];
    for (
      let [waited, poll] = [0, POLL.first];
      waited <= this.patience;
      waited += poll, poll = Math.min(POLL.most, poll * POLL.growth)
    ) {
      for (const sent of this.journal.transactions) if (sent.nonce === nonce) same.set(sent.hash, sent);
      const receipt = await this.receiptOf([...same.values()]);
      if (receipt !== null) return receipt;
      if (isOver)
        throw new NodeError(
          this.node.chain.name,
          `another transaction of ${this.address} took nonce ${nonce} from ${what}: something else sends with this key`,
        );
      const head = await this.node.block();
      if (head.hash !== seen) {
        seen = head.hash;
        await this.settleNow(head);
        isOver = !this.journal.transactions.some((sent) => sent.nonce === nonce);
      }
      await this.pause(poll);
    }
    throw new NodeError(
      this.node.chain.name,
      `${what} (${hash}) was sent and not mined within ${this.patience / 1000} s; it may yet be`,
    );
  }

  /** Transactions of the journal, those of one nonce together: the first signed, then what replaces it. */
  private byNonce(): SignedTransaction[][] {
    const groups = new Map<number, SignedTransaction[]>();
    for (const sent of this.journal.transactions) groups.set(sent.nonce, [...(groups.get(sent.nonce) ?? []), sent]);
    return [...groups.values()];
  }

  private async receiptOf(same: readonly SignedTransaction[]): Promise<TransactionReceipt | null> {
    for (const { hash } of same) {
      const receipt = await this.node.receipt(hash);
      if (receipt !== null) return receipt;
    }
    return null;
  }

  /** Whether a nonce is used for good. A node that has forgotten the state of that block can't say, and then it isn't. */
  private async isOverFor(nonce: number, final: Block): Promise<boolean> {
    return this.node.transactionCount(this.address, final.number).then(
      (count) => count > nonce,
      (error: unknown) => {
        if (error instanceof NodeRefusal) return false;
        throw error;
      },
    );
  }

  private async guarded<T>(call: Call, ask: (contract: Contract) => Promise<T>): Promise<T> {
    const name = `${call.name}.${call.method}`;
    const contract = this.node.contract(call.name, call.address, this.signer.connect(this.node.provider));
    return this.node.asked(name, () =>
      ask(contract).catch((cause: unknown) => {
        if (cause instanceof NodeRefusal && /insufficient (funds|balance)/i.test(cause.said))
          throw unsent(cause, name, this.address);
        throw refusalOf(cause, name) ?? cause;
      }),
    );
  }
}
