/**
 * What commands on real chains share: the home's config, keystore, wallet and senders, opened for one command.
 *
 * @module
 */
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import type { TableSources } from "../chain/tableSource.ts";
import { Sender } from "../chain/sender.ts";
import type { Store } from "../store/store.ts";
import { proofRequest } from "../statements/statement.ts";
import { ChainWallet } from "../wallet/chainWallet.ts";
import { knownRecipients } from "../wallet/recipients.ts";
import { nodeOf, type Nodes } from "../wallet/submissions.ts";
import { Trader, type Means, type Sent } from "../wallet/trader.ts";
import { connect, connectReachable, loadConfig, signingKey, type Config } from "./config.ts";
import { homeStore, unlock, unlockSpend, withHome } from "./home.ts";
import { interruptible } from "./interrupt.ts";
import type { Globals } from "./options.ts";
import { remark } from "./output.ts";
import { withProver } from "./proving.ts";

/** Options of every command on chains. */
export interface ChainFlags extends Globals {
  readonly keystore?: string;
}

/** What a command that only looks works with. */
export interface Looking<K extends ProveKeys = ProveKeys> {
  readonly config: Config;
  readonly nodes: Nodes;
  readonly keys: K;
  readonly wallet: ChainWallet;
  readonly tables: TableSources;
}

/** Where tables are fetched, by their root, and kept. */
export const tableSources = ({ reporters }: Pick<Config, "reporters">, store: Store): TableSources => ({
  urls: reporters,
  store,
});

/**
 * Opens the wallet with the keystore's keys, a keeper's or the trader's. What is missing in the home shows before the
 * passphrase is asked for.
 *
 * @param missing whether the command can do with the chains that answer
 */
export async function withWallet<T>(
  flags: ChainFlags,
  work: (looking: Looking) => Promise<T>,
  { missing = false } = {},
): Promise<T> {
  const config = await loadConfig(flags.home);
  return opened(flags, config, await unlock(flags, flags.keystore), missing, work);
}

/** As {@link withWallet}, with the trader that moves; one command at a time per home, until an interrupt. */
export async function withTrader<T>(
  flags: ChainFlags,
  work: (trader: Trader, looking: Looking<SpendKeys>, sent: readonly Sent[]) => Promise<T>,
): Promise<T> {
  const config = await loadConfig(flags.home);
  const keys = await unlockSpend(flags, flags.keystore);
  return withHome(flags, () =>
    interruptible((signal) =>
      opened(flags, config, keys, false, (looking) =>
        withProver(flags, signal, async (prove) => {
          const { nodes, wallet, tables } = looking;
          const signer = await signingKey(config);
          const senders = new Map<string, Promise<Sender>>();
          const sent: Sent[] = [];
          let waiting = "";
          const means: Means = {
            network: config.network,
            nodes,
            wallet,
            keys,
            tables,
            signal,
            prove: (statement) => prove(proofRequest(statement)),
            sender: (chain) => {
              const sender =
                senders.get(chain) ?? Sender.open(nodeOf(nodes, chain), signer, { store: homeStore(flags) });
              senders.set(chain, sender);
              return sender;
            },
            onSent: (transaction) => {
              sent.push(transaction);
              remark(
                flags,
                `${transaction.chain}: ${transaction.call.name}.${transaction.call.method}, ${transaction.receipt.gasUsed} gas, ${transaction.receipt.hash}`,
              );
            },
            onWaiting: (what) => {
              if (what !== waiting) remark(flags, `waiting for ${what}`);
              waiting = what;
            },
          };
          return work(new Trader(means), looking, sent);
        }),
      ),
    ),
  );
}

async function opened<K extends ProveKeys, T>(
  flags: ChainFlags,
  config: Config,
  keys: K,
  missing: boolean,
  work: (looking: Looking<K>) => Promise<T>,
): Promise<T> {
  const nodes = missing ? (await connectReachable(config)).nodes : await connect(config);
  try {
    const store = homeStore(flags);
    const wallet = await ChainWallet.open(config.network, nodes, keys, {
      store,
      recipients: await knownRecipients(store),
    });
    return await work({ config, nodes, keys, wallet, tables: tableSources(config, store) });
  } finally {
    for (const node of nodes.values()) node.close();
  }
}
