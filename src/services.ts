/**
 * What keeps a network going, in Node: attestors, reporters, relayers and keepers as tasks, the loop that runs them, and
 * the server that answers for them. Import it as `plimsoll/services`.
 *
 * @example
 * ```ts
 * import { Attestor, Daemon, FileStore, Node, healthHandler, jsonLog, remembered, serve } from "plimsoll/services";
 *
 * const log = jsonLog((line) => process.stdout.write(line));
 * const node = remembered((name) => {
 *   const chain = network.chains.find((known) => known.name === name)!;
 *   return Node.connect(chain, endpoints[name]!);
 * });
 * const attestor = new Attestor({ network, log, node }, signer, { store: new FileStore("home"), keep: 1024 });
 * const daemon = new Daemon(attestor.tasks(), { log, interval: 15_000, longestPause: 300_000 });
 * const service = await serve("127.0.0.1:8801", [healthHandler(() => daemon.health()), attestor.handler], log);
 * await daemon.run(signal);
 * ```
 *
 * @module
 */
export * from "./base/errors.ts";

export { Attestor, KEPT_HEIGHTS, type Attestation, type AttestorOptions } from "./services/attestor.ts";
export { Reporter, type ReporterOptions } from "./services/reporter.ts";
export { MarketFolder } from "./services/marketFolder.ts";
export { relayTasks, type RelayerOptions } from "./services/relayer.ts";
export { Keeper, type KeeperMeans } from "./services/keeper.ts";

export { Daemon, type DaemonOptions, type Health, type Task } from "./services/daemon.ts";
export { HttpRefusal, healthHandler, serve, type Handler, type Service } from "./services/server.ts";
export { jsonLog, prettyLog, withoutRepeats, type Fields, type Level, type Log } from "./services/log.ts";
export { remembered, withSenders, type SendingWorld, type World } from "./services/world.ts";
export { parseNetwork, type Network } from "./chain/network.ts";
export { Node, type Block } from "./chain/node.ts";
export { FileStore } from "./store/fileStore.ts";
export { StoreConflict, type Store } from "./store/store.ts";
