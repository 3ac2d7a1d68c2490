/**
 * plimsoll keep: a keeper that refreshes lines and folds notes, day and night, with the prove key alone.
 *
 * @module
 */
import type { Command } from "commander";
import type { Wallet } from "ethers";
import type { ProveKeys } from "../account/keys.ts";
import type { Node } from "../chain/node.ts";
import { KeystoreError, NodeError } from "../errors.ts";
import { localProver } from "../prove/backends.ts";
import type { Prover } from "../prove/prover.ts";
import type { Task } from "../relay/daemon.ts";
import type { Fields } from "../relay/log.ts";
import { withSenders, type SendingWorld, type World } from "../relay/world.ts";
import { proofRequest } from "../statements/statement.ts";
import { ChainWallet } from "../wallet/chainWallet.ts";
import { Keeper } from "../wallet/keeper.ts";
import { canSpend } from "../wallet/keystore.ts";
import { examples } from "./command.ts";
import { signingKey, type Config } from "./config.ts";
import { daemonOptions, runDaemon, type DaemonFlags } from "./daemons.ts";
import { homeFiles, unlock } from "./home.ts";
import { bookSources, cacheFolder } from "./onchain.ts";

interface Flags extends DaemonFlags {
  readonly keystore?: string;
}

export function keepCommands(program: Command): void {
  const command = program.command("keep")
    .description("daemon: refresh every line before it lapses and fold what arrives, with a keeper's keystore, which can't draw or withdraw")
    .option("--keystore <file>", "another keystore than the home's");
  examples(daemonOptions(command, { interval: 15 }), "plimsoll keys derive --keeper keeper/keystore.json", "plimsoll keep --home keeper", "plimsoll keep --home keeper --listen 127.0.0.1:8803", "plimsoll keep --home keeper --once --pretty")
    .addHelpText("after", `
A keeper has a home of its own: keystore.json as keys derive --keeper writes it, and config.json with a key that holds gas
on every chain with a line. It warns when equity falls below 120, 110, 100 and 80 % of initial margin, and when a line
can't be refreshed in time. Two keepers of one account cost each other gas and nothing else.`)
    .action(async (_: unknown, made: Command) => keep(made.optsWithGlobals<Flags>()));
}

async function keep(flags: Flags): Promise<void> {
  const path = flags.keystore ?? homeFiles(flags).keystore;
  const keys = await unlock(flags, path);
  if (canSpend(keys)) throw new KeystoreError(`${path}: is the trader's; a keeper takes less, which plimsoll keys derive --keeper writes`);
  const prover = localProver({ backend: flags.backend });
  try {
    await runDaemon("keep", flags, async (world, config) => ({ tasks: [new Keeping(world, config, await signingKey(config), keys, prover, flags.home)] }));
  } finally {
    await prover.close();
  }
}

/** A keeper over the chains that answer, and over more once they do: one that is down holds up no other's lines. */
class Keeping implements Task {
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
    private readonly folder: string,
  ) {
    this.world = withSenders(world, signer, folder);
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
        network, keys: this.keys, books: bookSources(this.config, this.folder),
        wallet: await ChainWallet.open(network, nodes, this.keys, { folder: cacheFolder(this.folder) }),
        prove: (statement) => this.prover.prove(proofRequest(statement)),
        sender: (chain) => this.world.sender(chain), log: this.world.log,
      });
      this.reached = nodes.size;
    }
    return this.keeper.run();
  }
}
