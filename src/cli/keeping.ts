/**
 * A keeper as a daemon's task.
 *
 * @module
 */
import type { Wallet } from "ethers";
import type { ProveKeys } from "../account/keys.ts";
import type { Node } from "../chain/node.ts";
import { NodeError } from "../base/errors.ts";
import type { Prover } from "../prover/prover.ts";
import type { Task } from "../services/daemon.ts";
import type { Fields } from "../services/log.ts";
import { withSenders, type SendingWorld, type World } from "../services/world.ts";
import { proofRequest } from "../statements/statement.ts";
import type { Store } from "../store/store.ts";
import { ChainWallet } from "../wallet/chainWallet.ts";
import { Keeper } from "../services/keeper.ts";
import type { Config } from "./config.ts";
import { tableSources } from "./onchain.ts";

/** A keeper over the chains that answer, and over more once they do: one that is down holds up no other's lines. */
export class Keeping implements Task {
  readonly name = "keep";
  private readonly world: SendingWorld;
  private keeper: Keeper | undefined;
  private reached = 0;

  constructor(
    world: World,
    private readonly config: Config,
    signer: Wallet,
    private readonly keys: ProveKeys,
    private readonly prover: Prover,
    private readonly store: Store,
  ) {
    this.world = withSenders(world, signer, store);
  }

  async run(): Promise<Fields> {
    const { network } = this.config;
    const nodes = new Map<string, Node>();
    for (const { name } of network.chains) {
      const node = await this.world.node(name).catch((error: unknown) => {
        if (!(error instanceof NodeError) || name === network.home) throw error;
      });
      if (node !== undefined) nodes.set(name, node);
    }
    if (this.keeper === undefined || nodes.size !== this.reached) {
      this.keeper = new Keeper({
        network,
        keys: this.keys,
        tables: tableSources(this.config, this.store),
        wallet: await ChainWallet.open(network, nodes, this.keys, { store: this.store }),
        prove: (statement) => this.prover.prove(proofRequest(statement)),
        sender: (chain) => this.world.sender(chain),
        log: this.world.log,
      });
      this.reached = nodes.size;
    }
    return this.keeper.run();
  }
}
