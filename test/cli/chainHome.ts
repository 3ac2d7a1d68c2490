/**
 * Homes for commands on a local network: its file, the nodes, a key that pays gas, a keystore, and the tables.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ProveKeys, SpendKeys } from "../../src/account/keys.ts";
import { encodeNetwork } from "../../src/chain/network.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { encryptKeys } from "../../src/wallet/keystore.ts";
import type { Chain } from "../support/chain.ts";
import { keepTable } from "../support/listed.ts";
import type { LocalNetwork } from "../support/localNetwork.ts";
import { Home, PASSPHRASE } from "./plimsoll.ts";

/** scrypt at its cheapest: these keys are worth nothing. */
const LOG2N = 12;

/** @param signer private key of a funded account */
export async function chainHome(local: LocalNetwork, signer: string, keys?: ProveKeys | SpendKeys): Promise<Home> {
  const home = await Home.make();
  await writeFile(home.at("network.json"), encodeNetwork(local.network));
  await writeFile(home.at("eth.key"), signer, { mode: 0o600 });
  await writeFile(
    home.at("config.json"),
    JSON.stringify({
      format: "plimsoll-config",
      version: 1,
      network: "network.json",
      endpoints: local.endpoints,
      key: "eth.key",
    }),
  );
  if (keys !== undefined)
    await writeFile(home.at("keystore.json"), await encryptKeys(keys, PASSPHRASE, LOG2N), { mode: 0o600 });
  return home;
}

/** What reporters would serve. */
export const giveTable = (home: Home, table: TableTree): Promise<void> =>
  keepTable(join(home.folder, "cache", "tables"), table);

/** Whether a home's journal has a transaction on a chain that isn't mined. */
export async function isPending(home: Home, { chainId, provider }: Chain, address: string): Promise<boolean> {
  const text = await readFile(home.at(`sent-${chainId}-${address.toLowerCase()}.json`), "utf8").catch(
    () => '{"transactions":[]}',
  );
  const { transactions } = JSON.parse(text) as { transactions: { hash: string }[] };
  const receipts = await Promise.all(transactions.map(({ hash }) => provider.getTransactionReceipt(hash)));
  return receipts.includes(null);
}

/** Asks until it holds. */
export async function until(holds: () => Promise<boolean> | boolean): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
}
