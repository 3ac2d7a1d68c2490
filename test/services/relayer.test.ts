/**
 * Relayers on three real chains: what they bring, and what they leave alone.
 */
import { Wallet } from "ethers";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { ROOT_SLOTS } from "../../src/chain/calls.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { chainNamed, issuerNamed } from "../../src/chain/network.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { routesOf } from "../../src/services/routes.ts";
import { send } from "../support/chain.ts";
import { localDeployment, snapshot, type LocalNetwork } from "../support/localNetwork.ts";
import {
  REGISTRY_ROOTS,
  closeAll,
  fourAttestors,
  latestRoot,
  leaveRoots,
  mine,
  queueExits,
  relaying,
  setRoot,
  stateOf,
  transactions,
  troubles,
  withFinality,
  type Attesting,
} from "./support.ts";

const RELAYER = new Wallet(ANVIL_KEYS[1]).address;
const OTHER = new Wallet(ANVIL_KEYS[2]).address;
const ROUTE = "roots north to home";
let local: LocalNetwork;
let registry: string;
let vault: string;
let attestors: Attesting[];
const urls = (): string[] => attestors.map(({ url }) => url);

beforeAll(async () => {
  local = await localDeployment();
  registry = local.network.registry;
  vault = issuerNamed(local.network, "vault-north").contract;
  await leaveRoots(local);
});
afterAll(() => local.stop());
/** Every test begins with the same chains, of which nothing is relayed yet, and with attestors that have signed nothing. */
beforeEach(() => snapshot(local));
beforeEach(async () => {
  attestors = await fourAttestors(local);
  return () => closeAll(attestors);
});

async function expectEverything(): Promise<void> {
  const state = await stateOf(local);
  expect(state[`north notes ${vault} on home`]).toBeGreaterThan(0n);
  expect(state["vault-north joined"]).toBe(state[`north notes ${vault} on home`]);
  expect(state["vault-south joined"]).toBeGreaterThan(0n);
  for (const chain of ["north", "south"]) {
    for (const root of ["accounts", "exits"] as const)
      expect(state[`home ${root} ${registry} on ${chain}`]).toBe(REGISTRY_ROOTS[root]);
  }
}

it("knows which chain needs which roots", () => {
  expect(
    routesOf(local.network).map(
      ({ from, to, wanted }) => `${from} to ${to}: ${wanted.map(({ root }) => root).join(" ")}`,
    ),
  ).toEqual([
    "north to home: notes notes",
    "south to home: notes notes notes",
    "home to north: accounts exits",
    "home to south: accounts exits",
  ]);
  const vaults = { ...local.network, issuers: local.network.issuers.filter(({ kind }) => kind === "vault") };
  expect(
    routesOf(vaults)
      .filter(({ from }) => from === "home")
      .map(({ to, wanted }) => [to, wanted.map(({ root }) => root)]),
  ).toEqual([
    ["north", ["exits"]],
    ["south", ["exits"]],
  ]);
  const alone = { ...local.network, issuers: local.network.issuers.filter(({ chain }) => chain === "north") };
  expect(routesOf(alone).map(({ from, to }) => [from, to])).toEqual([
    ["north", "home"],
    ["home", "north"],
  ]);
});

it("brings everything that is missing with one header a route, and then nothing", async () => {
  const before = await transactions(local, RELAYER);
  const relayer = relaying(local, { attestors: urls() });
  await relayer.round();
  expect(troubles(relayer.lines)).toEqual([]);
  await expectEverything();
  expect((await transactions(local, RELAYER)) - before).toBe(6);
  await mine(local);
  await relayer.round();
  await relaying(local, { attestors: urls() }, { key: 2 }).round();
  expect((await transactions(local, RELAYER)) - before).toBe(6);
  expect(await transactions(local, OTHER)).toBe(0);
});

it("brings what changed, and only that", async () => {
  const relayer = relaying(local, { attestors: urls() });
  await relayer.round();
  await setRoot(local, "home", registry, "accounts", 99n);
  await mine(local, "home");
  const before = await transactions(local, RELAYER);
  const exits = await latestRoot(local, "home", "north", registry, "exits");
  await relayer.round();
  expect(troubles(relayer.lines)).toEqual([]);
  expect((await transactions(local, RELAYER)) - before).toBe(2);
  expect((await latestRoot(local, "home", "north", registry, "accounts"))[0]).toBe(99n);
  expect(await latestRoot(local, "home", "north", registry, "exits")).toEqual(exits);
});

it("brings what changed within a second", async () => {
  const relayer = relaying(local, { attestors: urls() });
  await relayer.round();
  const { time } = await local.nodes.get("home")!.finalised();
  await local.chains.home.rpc("anvil_setStorageAt", [registry, ROOT_SLOTS.accounts, `0x${"7".padStart(64, "0")}`]);
  await local.chains.home.rpc("anvil_setTime", [time]);
  await mine(local, "home");
  await relayer.round();
  expect((await latestRoot(local, "home", "north", registry, "accounts"))[0]).toBe(7n);
});

it("adds queued exits, so many a time, and brings their root to the vaults", async () => {
  const leaves = Array.from({ length: 101 }, (_, i) => BigInt(1_000 + i));
  await queueExits(local, leaves);
  const [one, two] = [relaying(local, { attestors: urls() }), relaying(local, { attestors: urls() }, { key: 2 })];
  expect(await one.task("exits")).toEqual({ queued: 1n });
  await Promise.all([one.task("exits"), two.task("exits")]);
  expect(await one.task("exits")).toEqual({ queued: 0 });
  await mine(local, "home");
  await one.round();
  const { root } = new GrowingTree(TIERS.M.depth, leaves);
  for (const chain of ["north", "south"])
    expect((await latestRoot(local, "home", chain, registry, "exits"))[0]).toBe(root);
});

it("joins the notes of an issuer on the home chain without a route", async () => {
  const { home } = local.chains;
  const token = await home.deploy("Token", 6);
  const roots = await home.deploy("LocalRoots");
  const [tokenAt, rootsAt] = [await token.getAddress(), await roots.getAddress()];
  const own = await home.deploy(
    "CollateralVault",
    9,
    chainNamed(local.network, "home").verifiers,
    rootsAt,
    registry,
    86_400,
    [[tokenAt, 1_000_000n, 1, 1_000, 1_000]],
  );
  const contract = await own.getAddress();
  const notes = await home.deploy("IssuerNotes", [[9, rootsAt, contract]], 86_400);
  const issuers = [{ id: 9, name: "vault-home", kind: "vault", chain: "home", contract }] as const;
  const chains = local.network.chains.map((chain) =>
    chain.name === "home" ? { ...chain, roots: { ...chain.roots, home: rootsAt } } : chain,
  );
  const network = { ...local.network, chains, issuers: [...issuers], issuerNotes: await notes.getAddress() };
  expect(routesOf(network)).toEqual([]);
  const relayer = relaying({ ...local, network }, { attestors: [] });
  expect(await relayer.task("notes")).toEqual({ joined: 0 });
  await send(token, "mint", local.deployer.address, 10n ** 9n);
  await send(token, "approve", contract, 10n ** 9n);
  await send(own, "deposit", 1, 5n, 6n);
  expect(await relayer.task("notes")).toEqual({ joined: 1 });
  expect(await notes.getFunction("issuerRoot")(9)).toBe(await own.getFunction("currentRoot")(ROOT_SLOTS.notes));
  expect(await relayer.task("notes")).toEqual({ joined: 0 });
});

it("ends alike when two relayers take turns, or do everything at the same time", async () => {
  const [one, two] = [relaying(local, { attestors: urls() }), relaying(local, { attestors: urls() }, { key: 2 })];
  await Promise.all([one.round(), two.round()]);
  expect(troubles([...one.lines, ...two.lines])).toEqual([]);
  await expectEverything();
  await setRoot(local, "home", registry, "accounts", 77n);
  await mine(local);
  await Promise.all([two.task("roots home to north"), one.task("roots home to south")]);
  const before = [await transactions(local, RELAYER), await transactions(local, OTHER)];
  await Promise.all([
    one.task("roots home to north"),
    two.task("roots home to south"),
    one.task("notes"),
    two.task("notes"),
  ]);
  expect([await transactions(local, RELAYER), await transactions(local, OTHER)]).toEqual(before);
});

it("proves an unchanged root again before it looks stale, and not sooner", async () => {
  const relayer = relaying(local, { attestors: urls(), refreshAge: 1_000 });
  await relayer.round();
  const [root, time] = await latestRoot(local, "north", "home", vault, "notes");
  const before = await transactions(local, RELAYER);
  await local.pass(900);
  await mine(local);
  await relayer.round();
  expect(await transactions(local, RELAYER)).toBe(before);
  await local.pass(200);
  await mine(local);
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: false, lagSeconds: 0 });
  const [same, later] = await latestRoot(local, "north", "home", vault, "notes");
  expect([same, Number(later - time) >= 1_100]).toEqual([root, true]);
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: false });
  expect(await transactions(local, RELAYER)).toBe(before + 1);

  await relayer.round();

  // By default at a third of the shortest validity there: 7,200 s.
  const byDefault = relaying(local, { attestors: urls() });
  await byDefault.round();
  const sent = await transactions(local, RELAYER);
  await local.pass(2_300);
  await mine(local);
  await byDefault.round();
  expect(await transactions(local, RELAYER)).toBe(sent);
  await local.pass(200);
  await mine(local);
  await byDefault.round();
  expect(await transactions(local, RELAYER)).toBe(sent + 4);
});

it("never goes back to an older root when its own node is behind", async () => {
  await relaying(local, { attestors: urls() }).round();
  const known = await latestRoot(local, "north", "home", vault, "notes");
  const before = await transactions(local, OTHER);
  await relaying(withFinality(local, 4, ["north"]), { attestors: urls() }, { key: 2 }).round();
  expect(await transactions(local, OTHER)).toBe(before);
  expect(await latestRoot(local, "north", "home", vault, "notes")).toEqual(known);
});
