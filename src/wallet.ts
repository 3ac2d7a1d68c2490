/**
 * A trader's wallet and keeper, in Node and in pages: what the chains say of an account, the moves that change it, and the
 * keys that may make them. Import it as `plimsoll/wallet`; statements and margin are in `plimsoll/toolkit`, a store of files in
 * `plimsoll/services`.
 *
 * @example
 * ```ts
 * import { readFile } from "node:fs/promises";
 * import { localProver, proofRequest } from "plimsoll";
 * import { FileStore } from "plimsoll/services"; // in a page: IndexedDbStore.open("plimsoll"), of plimsoll/wallet
 * import { ChainWallet, KeystoreError, Node, Sender, Trader, canSpend } from "plimsoll/wallet";
 * import { decryptKeys, parseNetwork, readKeystore } from "plimsoll/wallet";
 *
 * const network = parseNetwork(JSON.parse(await readFile("network.json", "utf8")));
 * const store = new FileStore("home");
 * const keys = await decryptKeys(await readKeystore(store, "keystore.json"), passphrase);
 * if (!canSpend(keys)) throw new KeystoreError("a keeper's keys move nothing");
 * const nodes = new Map([["home", await Node.connect(network.chains[0]!, url)]]);
 * const wallet = await ChainWallet.open(network, nodes, keys, { store });
 * const prover = localProver();
 * const trader = new Trader({
 *   network, nodes, wallet, keys, tables: { urls: reporters, store },
 *   prove: (statement) => prover.prove(proofRequest(statement)),
 *   sender: (chain) => Sender.open(nodes.get(chain)!, signer, { store }),
 * });
 * ```
 *
 * @module
 */
export * from "./base/errors.ts";

export { ChainWallet, type ChainWalletOptions } from "./wallet/chainWallet.ts";
export type { TraderExit, TraderLine, TraderNote, TraderView, UnknownExit, ExitStage } from "./wallet/traderView.ts";
export { Trader, type Means, type Prove, type Sent } from "./wallet/trader.ts";
export { Keeper, type KeeperMeans } from "./services/keeper.ts";
export { attention, type Attention } from "./wallet/attention.ts";
export {
  canSpend,
  decryptKeys,
  encryptKeys,
  keystoreKind,
  readKeystore,
  writeKeystore,
  type KeystoreKind,
} from "./wallet/keystore.ts";
export { newestTable } from "./wallet/submissions.ts";

export {
  chainNamed,
  encodeNetwork,
  issuerNamed,
  parseNetwork,
  type IssuerKind,
  type Network,
  type NetworkChain,
  type NetworkIssuer,
} from "./chain/network.ts";
export { Node, type Block } from "./chain/node.ts";
export { Sender, type Call, type SenderOptions } from "./chain/sender.ts";
export { fetchTable, type TableSources } from "./chain/tableSource.ts";

export { StoreConflict, type Store } from "./store/store.ts";
export { MemoryStore } from "./store/memoryStore.ts";
export { IndexedDbStore } from "./store/indexedDbStore.ts";
