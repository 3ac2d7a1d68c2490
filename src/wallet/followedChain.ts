/**
 * One chain of a network as a wallet follows it: its events, what they say to one owner, and reads at the block that the
 * events go to.
 *
 * @module
 */
import type { ProveKeys } from "../account/keys.ts";
import { WrongEvents, type ChainEvent, type EventSource } from "../chain/chainEvent.ts";
import { EventLog, type EventProgress } from "../chain/events.ts";
import type { ContractName } from "../chain/abi.ts";
import type { IssuerKind, Network, NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import { NodeError } from "../base/errors.ts";
import { TIERS } from "../protocol/constants.ts";
import type { Store } from "../store/store.ts";
import { HomeView } from "./homeView.ts";
import { IssuerView } from "./issuerView.ts";

const CONTRACTS = { vault: "CollateralVault", venue: "VenueOutbox", desk: "CreditDesk" } as const satisfies Record<
  IssuerKind,
  ContractName
>;
/** How often a chain may change while it is read at one block. */
const ATTEMPTS = 5;

/** Reads of one block. */
export class BlockReader {
  constructor(
    private readonly node: Node,
    readonly block: Block,
  ) {}

  /** As {@link Node.read}, of this block's state. */
  read<T>(name: ContractName, address: string, method: string, ...args: readonly unknown[]): Promise<T> {
    return this.node.read<T>(name, address, method, ...args, { blockTag: this.block.number });
  }
}

export class FollowedChain {
  home: HomeView | undefined;
  /** By address, lower case. */
  private views = new Map<string, IssuerView>();
  private applied = 0;
  private rollbacks = -1;
  /** Levels of batches by a venue's id. */
  private readonly batchDepths = new Map<number, number>();

  private constructor(
    readonly node: Node,
    private readonly network: Network,
    private readonly keys: ProveKeys,
    private readonly log: EventLog,
  ) {}

  /** Nothing is asked of the node before {@link atOneBlock}. */
  static async open(
    node: Node,
    network: Network,
    keys: ProveKeys,
    store?: Store,
    onProgress?: EventProgress,
  ): Promise<FollowedChain> {
    const { name } = node.chain;
    const sources: EventSource[] =
      name === network.home
        ? [
            { name: "AccountRegistry", address: network.registry },
            { name: "IssuerNotes", address: network.issuerNotes },
          ]
        : [];
    for (const { chain, kind, contract } of network.issuers)
      if (chain === name) sources.push({ name: CONTRACTS[kind], address: contract });
    return new FollowedChain(node, network, keys, await EventLog.open(node, sources, store, onProgress));
  }

  get name(): string {
    return this.node.chain.name;
  }

  get issuers(): readonly IssuerView[] {
    return [...this.views.values()];
  }

  /**
   * Brings events up to the head and reads state at that very block; once more when the chain was reorganised meanwhile.
   *
   * @throws NodeError when the node doesn't answer, or answers what can't be
   */
  async atOneBlock<T>(read: (at: BlockReader) => Promise<T>): Promise<T> {
    await this.readBatchDepths();
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const block = await this.log.sync();
      try {
        this.apply();
        const result = await read(new BlockReader(this.node, block));
        if (await this.has(block)) return result;
      } catch (error) {
        if (await this.has(block)) throw error instanceof WrongEvents ? await this.forget(error) : error;
        this.rollbacks = -1;
      }
    }
    throw new NodeError(this.name, `the chain was reorganised ${ATTEMPTS} times while it was read`);
  }

  /** Work on the events after {@link atOneBlock} that may find out that they are wrong. */
  async checked<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof WrongEvents ? await this.forget(error) : error;
    }
  }

  /** So that another node, or the same one in better health, gets a chance to give the right ones. */
  private async forget(error: WrongEvents): Promise<NodeError> {
    await this.log.forget();
    return new NodeError(this.name, error.rule, { cause: error });
  }

  private async has({ number, hash }: Block): Promise<boolean> {
    const block = await this.node.rpc<{ hash: string } | null>("eth_getBlockByNumber", [
      `0x${number.toString(16)}`,
      false,
    ]);
    return block?.hash === hash;
  }

  /** Takes what is new; everything, when something was taken back. */
  private apply(): void {
    if (this.rollbacks !== this.log.rollbacks) this.startAnew();
    const { events } = this.log;
    for (; this.applied < events.length; this.applied++) this.applyOne(events[this.applied]!, events[this.applied - 1]);
  }

  private applyOne(event: ChainEvent, before: ChainEvent | undefined): void {
    const view = this.views.get(event.source.address.toLowerCase());
    if (view === undefined) this.home!.apply(event, before);
    else view.apply(event);
  }

  private startAnew(): void {
    const { depth } = TIERS[this.network.tiers[0]!];
    this.home = this.name === this.network.home ? new HomeView(this.name, depth, this.keys) : undefined;
    this.views = new Map(
      this.ownIssuers().map((issuer) => [
        issuer.contract.toLowerCase(),
        new IssuerView(issuer, depth, this.keys, this.batchDepths.get(issuer.id) ?? 0),
      ]),
    );
    this.applied = 0;
    this.rollbacks = this.log.rollbacks;
  }

  private async readBatchDepths(): Promise<void> {
    for (const { id, contract } of this.ownIssuers().filter(
      (issuer) => issuer.kind === "venue" && !this.batchDepths.has(issuer.id),
    )) {
      this.batchDepths.set(id, Number(await this.node.read<bigint>("VenueOutbox", contract, "batchDepth")));
    }
  }

  private ownIssuers(): readonly NetworkIssuer[] {
    return this.network.issuers.filter(({ chain }) => chain === this.name);
  }
}
