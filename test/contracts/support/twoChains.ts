/**
 * A home and an away chain with every contract on them, and what a trader's first steps there take.
 *
 * @module
 */
import type { Contract } from "ethers";
import { aliasOf, depositSalt, ownerOf } from "../../../src/account/keys.ts";
import { Note } from "../../../src/account/note.ts";
import type { TierName } from "../../../src/protocol/constants.ts";
import { contextSignal } from "../../../src/protocol/context.ts";
import type { TableTree } from "../../../src/risk/tree.ts";
import { send, startChain, type Chain } from "../../support/chain.ts";
import { deployAll, publishTable, relay, type Away, type Home } from "../../support/deployment.ts";
import { BTC, KEYS, VAULT } from "../../support/world.ts";

/** Which of the nodes' funded accounts is the trader. */
export const TRADER = 1;
/** Seconds that a proof's call may take to be mined. */
const DEADLINE = 36_000n;

export interface TwoChains {
  readonly home: Home;
  readonly away: Away;
  stop(): Promise<void>;
}

/** Starts two nodes and deploys everything; who asks stops them. */
export async function twoChains(tier: TierName): Promise<TwoChains> {
  const chains = await Promise.all([startChain(31337), startChain(31338)]);
  const stop = async (): Promise<void> => void (await Promise.all(chains.map((chain) => chain.stop())));
  try {
    return { ...(await deployAll(...chains, [tier])), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Publishes a table's root on both chains, as its epoch. */
export async function publishOnBoth(
  { home, away }: Pick<TwoChains, "home" | "away">,
  { root, table }: TableTree,
): Promise<void> {
  for (const side of [home, away]) await publishTable(side, root, table.epoch);
}

/** The trader's first deposit at the vault, of so many lots of BTC: its note is joined at home, and still to be received. */
export async function depositBtc({ home, away }: Pick<TwoChains, "home" | "away">, lots: bigint): Promise<Note> {
  const trader = away.chain.signers[TRADER];
  const salt = depositSalt(KEYS.proveKey, VAULT, 0);
  await send(away.btc, "mint", trader.address, 10n ** 12n);
  await send(away.btc.connect(trader) as Contract, "approve", await away.vault.getAddress(), 10n ** 12n);
  await send(away.vault.connect(trader) as Contract, "deposit", 1, lots, aliasOf(ownerOf(KEYS), VAULT, salt));
  await relay(home, away, away.vault, "notes");
  await send(home.notes, "join", VAULT);
  return new Note(VAULT, salt, [{ instrument: BTC, size: lots }], 1n, 0n);
}

/** What binds a proof to one account's call of a contract, and until when. */
export async function contextAt(
  contract: Contract,
  chain: Chain,
  account: string,
): Promise<{ readonly deadline: bigint; readonly context: bigint }> {
  const deadline = BigInt(await chain.now()) + DEADLINE;
  return {
    deadline,
    context: contextSignal({ chainId: chain.chainId, contract: await contract.getAddress(), account, deadline }),
  };
}
