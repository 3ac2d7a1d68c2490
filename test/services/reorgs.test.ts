/**
 * Chains that reorganise, nodes that restart, submissions out of order, each on a network of its own: a reorg takes a
 * node's snapshots with it.
 */
import { readFile, readdir } from "node:fs/promises";
import { Wallet } from "ethers";
import { afterEach, beforeEach, expect, it } from "vitest";
import { ANVIL_KEYS, startAnvil } from "../../scripts/anvil.ts";
import { askJson } from "../../src/services/client.ts";
import { SIGNERS } from "../support/deployment.ts";
import { localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { daemonHome, linesOf } from "./daemons.ts";
import { marketJson } from "./market.ts";
import {
  REGISTRY_ROOTS,
  closeAll,
  deposit,
  fourAttestors,
  latestRoot,
  leaveRoots,
  relaying,
  reporting,
  stateOf,
  tempFolder,
  withFinality,
  writeMarket,
  type Attesting,
} from "./support.ts";

const RELAYER = new Wallet(ANVIL_KEYS[1]);
let local: LocalNetwork;
let vault: string;
let attestors: Attesting[];

beforeEach(async () => {
  local = await localDeployment();
  vault = local.network.issuers.find(({ name }) => name === "vault-north")!.contract;
  await leaveRoots(local);
  attestors = await fourAttestors(local);
});
afterEach(async () => {
  await closeAll(attestors);
  await local.stop();
});

it("signs no second hash after an attestor was killed as it signed", async () => {
  const { home, env } = await daemonHome(local, SIGNERS[0]!);
  const { number } = await local.nodes.get("north")!.finalised();
  const ask = async (port: unknown): Promise<unknown> =>
    (await askJson("it", `http://127.0.0.1:${port}`, `/attestations/north/${number}?mirror=home`)).json;
  const first = home.start(["attest", "--listen", "127.0.0.1:0"], env);
  for await (const line of linesOf(first.child)) {
    if (line.event === "started") void ask(line["port"]).catch(() => undefined);
    if (line.event === "attested") first.child.kill("SIGKILL");
  }
  const [name] = (await readdir(home.folder)).filter((file) => file.startsWith("attested-"));
  const record = JSON.parse(await readFile(home.at(name!), "utf8")) as { signed: [number, string][] };
  expect(record.signed).toEqual([[number, (await local.nodes.get("north")!.block(number)).hash]]);

  await local.nodes.get("north")!.rpc("anvil_reorg", [6, []]);
  expect((await local.nodes.get("north")!.block(number)).hash).not.toBe(record.signed[0]![1]);
  const second = home.start(["attest", "--listen", "127.0.0.1:0"], env);
  const levels: string[] = [];
  for await (const line of linesOf(second.child)) {
    levels.push(line.level);
    if (line.event === "started") {
      expect(await ask(line["port"])).toEqual({ error: `${number}: was signed for another statement`, number });
      second.child.kill("SIGTERM");
    }
  }
  expect(levels).toContain("alarm");
  expect(await second.outcome).toMatchObject({ code: 0 });
  await home.remove();
});

it("never relays what isn't final, through a reorg of 32 blocks", async () => {
  const careful = withFinality(local, 40);
  const own = await fourAttestors(careful);
  const relayer = relaying(careful, { attestors: own.map(({ url }) => url) });
  const north = local.nodes.get("north")!;
  await north.rpc("anvil_mine", ["0x28"]);
  await relayer.task("roots north to home");
  const [known] = await latestRoot(local, "north", "home", vault, "notes");
  expect(known).toBeGreaterThan(0n);

  // A deposit that the reorg takes back.
  await deposit(local, "vault-north", 6n);
  await north.rpc("anvil_mine", ["0x14"]);
  await relayer.task("roots north to home");
  expect((await latestRoot(local, "north", "home", vault, "notes"))[0]).toBe(known);
  await north.rpc("anvil_reorg", [32, []]);
  await north.rpc("anvil_mine", ["0x3c"]);
  await relayer.task("roots north to home");
  expect((await latestRoot(local, "north", "home", vault, "notes"))[0]).toBe(known);
  expect(own.flatMap(({ lines }) => lines).filter(({ level }) => level !== "info")).toEqual([]);

  // Made again and final, it arrives.
  await deposit(local, "vault-north", 6n);
  await north.rpc("anvil_mine", ["0x28"]);
  await relayer.task("roots north to home");
  expect((await latestRoot(local, "north", "home", vault, "notes"))[0]).not.toBe(known);
  await closeAll(own);
});

it("bears submissions twice and in another order", async () => {
  // Headers of the same roots, the later one first: what is known stays as new as it was.
  const markets = await tempFolder();
  await writeMarket(markets, JSON.stringify(marketJson(1, await local.chains.home.now())));
  const reporters = await Promise.all([0, 1, 2].map((place) => reporting(local, place, markets)));
  await Promise.all(reporters.map(({ reporter }) => reporter.step()));
  const relayer = relaying(local, {
    attestors: attestors.map(({ url }) => url),
    reporters: reporters.map(({ url }) => url),
  });
  await relayer.round();
  const later = [await stateOf(local), await latestRoot(local, "north", "home", vault, "notes")];
  const node = local.nodes.get("home")!;
  const blocks = await Promise.all(
    Array.from({ length: (await node.provider.getBlockNumber()) + 1 }, (_, i) => node.provider.getBlock(i, true)),
  );
  const mined = blocks.flatMap((block) => block!.prefetchedTransactions.filter(({ from }) => from === RELAYER.address));
  expect(mined.length).toBe(5);
  const other = local.chains.home.signers[2];
  const refusals: (string | undefined)[] = [];
  for (const { to, data } of [...mined, ...mined].reverse()) {
    await other
      .call({ to, data })
      .then(() => other.sendTransaction({ to, data }))
      .then(
        (sent) => sent.wait(),
        () => refusals.push(to ?? undefined),
      );
  }
  expect(new Set(refusals)).toEqual(new Set([local.network.issuerNotes, local.network.chains[0]!.riskTable]));
  expect([await stateOf(local), await latestRoot(local, "north", "home", vault, "notes")]).toEqual(later);
  await closeAll(reporters);
});

it("goes on when a node was away and came back with its state", async () => {
  const relayer = relaying(local, { attestors: attestors.map(({ url }) => url) });
  const { url, chainId } = local.chains.south;
  const state = await local.chains.south.rpc<string>("anvil_dumpState");
  await local.chains.south.stop();
  await relayer.round();
  expect(relayer.lines.filter(({ event }) => event === "task failed").map(({ fields }) => fields["task"])).toEqual([
    "roots south to home",
    "roots home to south",
  ]);
  expect(
    (
      await stateOf({
        ...local,
        network: { ...local.network, chains: local.network.chains.filter(({ name }) => name !== "south") },
      })
    )["vault-north joined"],
  ).toBeGreaterThan(0n);

  const again = await startAnvil({ chainId: Number(chainId), port: Number(new URL(url).port) });
  try {
    await local.nodes.get("south")!.rpc("anvil_loadState", [state]);
    await local.nodes.get("south")!.rpc("anvil_mine", ["0x3"]);
    relayer.lines.splice(0);
    await relayer.round();
    expect(relayer.lines.filter(({ level }) => level !== "info")).toEqual([]);
    expect((await stateOf(local))["vault-south joined"]).toBeGreaterThan(0n);
    expect((await latestRoot(local, "home", "south", local.network.registry, "exits"))[0]).toBe(REGISTRY_ROOTS.exits);
  } finally {
    await again.stop();
  }
});
