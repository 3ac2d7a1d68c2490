/**
 * What commands on real chains share: the home's config, keystore, wallet and senders, opened for one command.
 *
 * @module
 */
import { isAddress } from "ethers";
import { join } from "node:path";
import type { ProveKeys, SpendKeys } from "../account/keys.ts";
import type { TableSources } from "../chain/tableSource.ts";
import { Sender } from "../chain/sender.ts";
import { InputError } from "../base/errors.ts";
import { readJson, writeAtomic } from "../base/files.ts";
import { proofRequest } from "../statements/statement.ts";
import { ChainWallet } from "../wallet/chainWallet.ts";
import { nodeOf, type Nodes } from "../wallet/submissions.ts";
import { Trader, type Means, type Sent } from "../wallet/trader.ts";
import { connect, connectReachable, loadConfig, signingKey, type Config } from "./config.ts";
import { unlock, unlockSpend, withHome } from "./home.ts";
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

/** Folder of cached events and tables: public data, kept because reading it again takes time. */
export const cacheFolder = (home: string): string => join(home, "cache");

/** Where tables are fetched, by their root. */
export const tableSources = ({ reporters }: Pick<Config, "reporters">, home: string): TableSources => ({ urls: reporters, folder: join(cacheFolder(home), "tables") });

/** Addresses other than senders that exits were made out to, which the chains don't tell. */
const recipientsPath = (home: string): string => join(home, "recipients.json");

export async function knownRecipients(home: string): Promise<string[]> {
  const path = recipientsPath(home);
  const known = await readJson(path).catch((error: unknown) => {
    if ((error as { cause?: NodeJS.ErrnoException }).cause?.code === "ENOENT") return [];
    throw error;
  });
  if (!Array.isArray(known) || !known.every((address) => isAddress(address))) throw new InputError(path, "must be a list of addresses");
  return known;
}

/** Keeps an address for {@link knownRecipients}. Callers hold the home's lock. */
export async function rememberRecipient(home: string, address: string): Promise<void> {
  const known = await knownRecipients(home);
  if (!known.includes(address)) await writeAtomic(recipientsPath(home), `${JSON.stringify([...known, address], null, 1)}\n`, { secret: true });
}

/**
 * Opens the wallet with the keystore's keys, a keeper's or the trader's. What is missing in the home shows before the
 * passphrase is asked for.
 *
 * @param missing whether the command can do with the chains that answer
 */
export async function withWallet<T>(flags: ChainFlags, work: (looking: Looking) => Promise<T>, { missing = false } = {}): Promise<T> {
  const config = await loadConfig(flags.home);
  return opened(flags, config, await unlock(flags, flags.keystore), missing, work);
}

/** As {@link withWallet}, with the trader that moves; one command at a time per home, until an interrupt. */
export async function withTrader<T>(flags: ChainFlags, work: (trader: Trader, looking: Looking<SpendKeys>, sent: readonly Sent[]) => Promise<T>): Promise<T> {
  const config = await loadConfig(flags.home);
  const keys = await unlockSpend(flags, flags.keystore);
  return withHome(flags, () => interruptible((signal) => opened(flags, config, keys, false, (looking) => withProver(flags, signal, async (prove) => {
    const { nodes, wallet, tables } = looking;
    const signer = await signingKey(config);
    const senders = new Map<string, Promise<Sender>>();
    const sent: Sent[] = [];
    let waiting = "";
    const means: Means = {
      network: config.network, nodes, wallet, keys, tables, signal,
      prove: (statement) => prove(proofRequest(statement)),
      sender: (chain) => {
        const sender = senders.get(chain) ?? Sender.open(nodeOf(nodes, chain), signer, { folder: flags.home });
        senders.set(chain, sender);
        return sender;
      },
      onSent: (transaction) => {
        sent.push(transaction);
        remark(flags, `${transaction.chain}: ${transaction.call.name}.${transaction.call.method}, ${transaction.receipt.gasUsed} gas, ${transaction.receipt.hash}`);
      },
      onWaiting: (what) => {
        if (what !== waiting) remark(flags, `waiting for ${what}`);
        waiting = what;
      },
    };
    return work(new Trader(means), looking, sent);
  }))));
}

async function opened<K extends ProveKeys, T>(flags: ChainFlags, config: Config, keys: K, missing: boolean, work: (looking: Looking<K>) => Promise<T>): Promise<T> {
  const nodes = missing ? (await connectReachable(config)).nodes : await connect(config);
  try {
    const wallet = await ChainWallet.open(config.network, nodes, keys, { folder: cacheFolder(flags.home), recipients: await knownRecipients(flags.home) });
    return await work({ config, nodes, keys, wallet, tables: tableSources(config, flags.home) });
  } finally {
    for (const node of nodes.values()) node.close();
  }
}
