/**
 * Attestors and reporters as services in this process, and relayers, on a local network.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wallet, concat, keccak256, toBeHex } from "ethers";
import { afterAll } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { ROOT_SLOTS } from "../../src/chain/calls.ts";
import { chainNamed, issuerNamed } from "../../src/chain/network.ts";
import type { Node } from "../../src/chain/node.ts";
import { Attestor } from "../../src/services/attestor.ts";
import type { Fields, Level, Log } from "../../src/services/log.ts";
import { MarketFolder } from "../../src/services/marketFolder.ts";
import { Reporter } from "../../src/services/reporter.ts";
import { relayTasks, type RelayerOptions } from "../../src/services/relayer.ts";
import { serve, type Handler } from "../../src/services/server.ts";
import { withSenders, type World } from "../../src/services/world.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { DEFAULT_PARAMETERS } from "../../src/risk/parameters.ts";
import { SIGNERS } from "../support/deployment.ts";
import { LOCAL_CHAINS, type LocalChainName, type LocalNetwork } from "../support/localNetwork.ts";
import { send } from "../support/chain.ts";

export interface Line {
  readonly level: Level;
  readonly event: string;
  readonly fields: Fields;
}

/** A log that tests read. */
export function recorder(): { readonly lines: Line[]; readonly log: Log } {
  const lines: Line[] = [];
  return { lines, log: (level, event, fields = {}) => void lines.push({ level, event, fields }) };
}

export const troubles = (lines: readonly Line[]): Line[] => lines.filter(({ level }) => level !== "info");

const made: string[] = [];
/** A folder that is gone when the tests of a file have run. */
export async function tempFolder(): Promise<string> {
  made.push(await mkdtemp(join(tmpdir(), "plimsoll-relay-")));
  return made.at(-1)!;
}
afterAll(
  async () => void (await Promise.all(made.splice(0).map((folder) => rm(folder, { recursive: true, force: true })))),
);

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

export const closeAll = async (services: readonly Pick<Served, "close">[]): Promise<void> =>
  void (await Promise.all(services.map((service) => service.close())));

export async function served(...handlers: Handler[]): Promise<Served> {
  const service = await serve("127.0.0.1:0", handlers, () => undefined);
  return { url: `http://127.0.0.1:${service.port}`, close: () => service.close() };
}

/** A service that answers as it likes: a liar, or one that never answers. */
export async function rogue(
  answer: (path: string) => { readonly status?: number; readonly body: string } | undefined,
): Promise<Served> {
  const server = createServer((request, response) => {
    const reply = answer(request.url!);
    if (reply !== undefined) response.writeHead(reply.status ?? 200).end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export const worldOf = ({ network, nodes }: Pick<LocalNetwork, "network" | "nodes">, log: Log): World => ({
  network,
  log,
  node: (chain) => Promise.resolve(nodes.get(chain)!),
});

export interface Attesting extends Served {
  readonly attestor: Attestor;
  readonly folder: string;
  readonly lines: readonly Line[];
}

/** The attestor with the key of one of the network's signers. */
export async function attesting(local: LocalNetwork, place: number, folder?: string): Promise<Attesting> {
  const { lines, log } = recorder();
  const at = folder ?? (await tempFolder());
  const attestor = new Attestor(worldOf(local, log), SIGNERS[place]!, { store: new FileStore(at) });
  return { ...(await served(attestor.handler)), attestor, folder: at, lines };
}

/** The attestors of the network's four signers, none of which has signed anything. */
export const fourAttestors = (local: LocalNetwork): Promise<Attesting[]> =>
  Promise.all([0, 1, 2, 3].map((place) => attesting(local, place)));

/** The network as somebody sees it who takes blocks of these chains, or of all, for final at another depth. */
export function withFinality(
  local: LocalNetwork,
  finality: number,
  names: readonly LocalChainName[] = LOCAL_CHAINS,
): LocalNetwork {
  const chains = local.network.chains.map((chain) =>
    (names as readonly string[]).includes(chain.name) ? { ...chain, finality } : chain,
  );
  const nodes = new Map(
    [...local.nodes].map(([name, node]) => [
      name,
      Object.create(node, { chain: { value: chainNamed({ chains }, name) } }) as Node,
    ]),
  );
  return { ...local, network: { ...local.network, chains }, nodes };
}

export interface Reporting extends Served {
  readonly reporter: Reporter;
  readonly folder: string;
  readonly lines: readonly Line[];
}

/** The reporter with the key of one of the network's signers, on a folder of markets. */
export async function reporting(
  local: LocalNetwork,
  place: number,
  markets: string,
  { folder, urls = [] }: { folder?: string; urls?: readonly string[] } = {},
): Promise<Reporting> {
  const { lines, log } = recorder();
  const at = folder ?? (await tempFolder());
  const options = {
    store: new FileStore(at),
    markets: new MarketFolder(markets, urls, log),
    parameters: DEFAULT_PARAMETERS,
    maxAge: 600,
    keepTables: 5,
  };
  const reporter = await Reporter.open(worldOf(local, log), SIGNERS[place]!, options);
  return { ...(await served(reporter.handler)), reporter, folder: at, lines };
}

export interface Relaying {
  readonly lines: Line[];
  /** Runs every task once; what failed is in the lines. */
  round(): Promise<void>;
  /** Runs one task; throws what it throws. */
  task(name: string): Promise<Fields>;
}

/** A relayer with one of the development keys. */
export function relaying(
  local: LocalNetwork,
  options: Partial<RelayerOptions>,
  { key = 1, folder }: { key?: number; folder?: string } = {},
): Relaying {
  const { lines, log } = recorder();
  const world = withSenders(
    worldOf(local, log),
    new Wallet(ANVIL_KEYS[key]!),
    folder === undefined ? undefined : new FileStore(folder),
  );
  const tasks = relayTasks(world, { attestors: [], reporters: [], ...options });
  return {
    lines,
    async round() {
      for (const { name, run } of tasks)
        await run().catch((error: Error) => log("warn", "task failed", { task: name, reason: error.message }));
    },
    task: (name) => tasks.find((task) => task.name === name)!.run(),
  };
}

/** What everybody can see of a network, apart from times. */
export async function stateOf({ network, nodes }: LocalNetwork): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {};
  for (const chain of network.chains) {
    const node = nodes.get(chain.name)!;
    state[`${chain.name} table`] = await node.read<bigint>("RiskTable", chain.riskTable, "newestRoot");
    for (const [from, mirror] of Object.entries(chain.roots).filter(([name]) => name !== chain.name)) {
      const wanted =
        from === network.home
          ? (["accounts", "exits"] as const).map((root) => [network.registry, root] as const)
          : network.issuers
              .filter((issuer) => issuer.chain === from)
              .map(({ contract }) => [contract, "notes"] as const);
      for (const [account, root] of wanted) {
        state[`${from} ${root} ${account} on ${chain.name}`] = (
          await node.read<[bigint, bigint]>("RootMirror", mirror, "latestRoot", account, ROOT_SLOTS[root])
        )[0];
      }
    }
  }
  for (const { id, name } of network.issuers)
    state[`${name} joined`] = await nodes
      .get(network.home)!
      .read<bigint>("IssuerNotes", network.issuerNotes, "issuerRoot", id);
  return state;
}

/** A deposit at a vault of north or south, so that its notes have a new root. */
export async function deposit(local: LocalNetwork, at: "vault-north" | "vault-south", recipient = 5n): Promise<void> {
  const { contract, chain } = issuerNamed(local.network, at);
  const name = chain as LocalChainName;
  const { usdc } = local.tokens[name as "north" | "south"];
  const vault = local.chains[name].at("CollateralVault", contract);
  await send(usdc, "mint", local.deployer.address, 10n ** 12n);
  await send(usdc, "approve", contract, 10n ** 12n);
  await send(vault, "deposit", at === "vault-north" ? 2 : 1, 5n, recipient);
}

/** What {@link leaveRoots} leaves as the registry's. */
export const REGISTRY_ROOTS = { accounts: 1_234n, exits: 5_678n } as const;

/** Leaves something to bring on every route: notes at the vaults of north and south, and roots at home. */
export async function leaveRoots(local: LocalNetwork): Promise<void> {
  await deposit(local, "vault-north");
  await deposit(local, "vault-south");
  for (const root of ["accounts", "exits"] as const)
    await setRoot(local, "home", local.network.registry, root, REGISTRY_ROOTS[root]);
  await mine(local);
}

/** Puts a value into a contract's root slot: what moves the registry's roots takes proofs, which are tested elsewhere. */
export async function setRoot(
  local: LocalNetwork,
  name: LocalChainName,
  account: string,
  root: keyof typeof ROOT_SLOTS,
  value: bigint,
): Promise<void> {
  await local.chains[name].rpc("anvil_setStorageAt", [
    account,
    ROOT_SLOTS[root],
    `0x${value.toString(16).padStart(64, "0")}`,
  ]);
  await mine(local, name);
}

/**
 * Leaves in the registry's queue of exits, as spendings would leave them there: proofs of these are tested elsewhere. Where
 * the queue stands is found by trying: `taken` is the slot that `queuedExits` counts from, and what waits is behind it.
 */
export async function queueExits(local: LocalNetwork, leaves: readonly bigint[]): Promise<void> {
  const { registry } = local.network;
  const { provider, rpc } = local.chains.home;
  const contract = local.chains.home.at("AccountRegistry", registry);
  const put = (slot: bigint, value: bigint): Promise<void> =>
    rpc("anvil_setStorageAt", [registry, toBeHex(slot, 32), toBeHex(value, 32)]);
  for (let slot = 0n; slot < 200n; slot++) {
    const before = BigInt(await provider.getStorage(registry, slot));
    if (before !== 0n) continue;
    await put(slot, BigInt(leaves.length));
    // The slot before, of what has moved, would leave fewer than none.
    const queued: unknown = await contract
      .getFunction("queuedExits")()
      .catch(() => undefined);
    if (queued === BigInt(leaves.length)) {
      for (const [place, leaf] of leaves.entries())
        await put(BigInt(keccak256(concat([toBeHex(place, 32), toBeHex(slot + 1n, 32)]))), leaf);
      return mine(local, "home");
    }
    await put(slot, before);
  }
  throw new Error("the queue of exits is elsewhere");
}

/** Blocks on chains, so that what was last done is final. */
export async function mine(local: LocalNetwork, ...names: readonly LocalChainName[]): Promise<void> {
  for (const name of names.length === 0 ? LOCAL_CHAINS : names) await local.chains[name].rpc("anvil_mine", ["0x2"]);
}

/** Transactions that an address has sent on all chains. */
export async function transactions({ nodes }: LocalNetwork, address: string): Promise<number> {
  return (await Promise.all([...nodes.values()].map((node) => node.provider.getTransactionCount(address)))).reduce(
    (a, b) => a + b,
    0,
  );
}

/** Writes a market file under the name of its bytes. */
export async function writeMarket(folder: string, text: string): Promise<string> {
  const name = `${createHash("sha256").update(text).digest("hex")}.json`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
  return name;
}

export const mirrorOf = ({ network }: LocalNetwork, from: string, to: string): string =>
  chainNamed(network, to).roots[from]!;

/** A RootMirror's answer for one of its roots: value and time. */
export const latestRoot = async (
  local: LocalNetwork,
  from: string,
  to: string,
  account: string,
  root: keyof typeof ROOT_SLOTS,
): Promise<[bigint, bigint]> =>
  [
    ...(await local.nodes
      .get(to)!
      .read<[bigint, bigint]>("RootMirror", mirrorOf(local, from, to), "latestRoot", account, ROOT_SLOTS[root])),
  ] as [bigint, bigint];
