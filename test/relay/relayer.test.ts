/**
 * Relayers on three real chains: what they bring, what they leave alone, and who can't stop them.
 */
import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { ATTESTATION_TYPES, ROOT_SLOTS, signingDomain } from "../../src/chain/calls.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { chainNamed } from "../../src/chain/network.ts";
import { TIERS } from "../../src/protocol.ts";
import { routesOf } from "../../src/relay/routes.ts";
import { send } from "../support/chain.ts";
import { SIGNERS } from "../support/deployment.ts";
import { localDeployment, LOCAL_CHAINS, type LocalNetwork } from "../support/localNetwork.ts";
import {
  attesting, deposit, latestRoot, mine, mirrorOf, queueExits, relaying, rogue, setRoot, stateOf, transactions, type Attesting, type Line, type Relaying, type Served,
} from "./support.ts";

const RELAYER = new Wallet(ANVIL_KEYS[1]).address;
const OTHER = new Wallet(ANVIL_KEYS[2]).address;
let local: LocalNetwork;
let registry: string;
let vault: string;
let attestors: Attesting[];
let rogues: Served[] = [];
let snapshots: string[];
const urls = (): string[] => attestors.map(({ url }) => url);
const troubles = (lines: readonly Line[]): Line[] => lines.filter(({ level }) => level !== "info");

beforeAll(async () => {
  local = await localDeployment();
  registry = local.network.registry;
  vault = local.network.issuers.find(({ name }) => name === "vault-north")!.contract;
  await deposit(local, "vault-north");
  await deposit(local, "vault-south");
  await setRoot(local, "home", registry, "accounts", 1_234n);
  await setRoot(local, "home", registry, "exits", 5_678n);
  await mine(local);
});
/** Every test begins with the same chains, of which nothing is relayed yet, and with attestors that have signed nothing. */
beforeEach(async () => {
  snapshots = await Promise.all(LOCAL_CHAINS.map((name) => local.chains[name].rpc<string>("evm_snapshot")));
  attestors = await Promise.all([0, 1, 2, 3].map((place) => attesting(local, place)));
});
afterEach(async () => {
  await Promise.all([...attestors, ...rogues.splice(0)].map((service) => service.close()));
  await Promise.all(LOCAL_CHAINS.map((name, i) => local.chains[name].rpc("evm_revert", [snapshots[i]])));
});
afterAll(() => local.stop());

const roguish = async (answer: Parameters<typeof rogue>[0]): Promise<string> => {
  rogues.push(await rogue(answer));
  return rogues.at(-1)!.url;
};

/** What a signer says of a block of north, true or not. */
async function attestation(place: number, number: number, blockHash: string, { signer = place, set = 1 } = {}): Promise<unknown> {
  const domain = signingDomain("RootMirror", local.chains.home.chainId, mirrorOf(local, "north", "home"));
  const signature = await SIGNERS[signer]!.signTypedData(domain, ATTESTATION_TYPES, { chainId: 31338, number, blockHash, set });
  return { number, blockHash, set: String(set), place, signature };
}
const finalNorth = async (): Promise<{ number: number; hash: string }> => local.nodes.get("north")!.finalised();

async function expectEverything(): Promise<void> {
  const state = await stateOf(local);
  expect(state[`north notes ${vault} on home`]).toBeGreaterThan(0n);
  expect(state["vault-north joined"]).toBe(state[`north notes ${vault} on home`]);
  expect(state["vault-south joined"]).toBeGreaterThan(0n);
  for (const chain of ["north", "south"]) {
    expect(state[`home accounts ${registry} on ${chain}`]).toBe(1_234n);
    expect(state[`home exits ${registry} on ${chain}`]).toBe(5_678n);
  }
}
const ROUTE = "roots north to home";
/** Runs the route of these tests, and says why it failed if it did. */
const outcome = (relayer: Relaying): Promise<unknown> => relayer.task(ROUTE).catch((error: Error) => error.message);

it("knows which chain needs which roots", () => {
  expect(routesOf(local.network).map(({ from, to, wanted }) => `${from} to ${to}: ${wanted.map(({ root }) => root).join(" ")}`)).toEqual([
    "north to home: notes notes", "south to home: notes notes notes", "home to north: accounts exits", "home to south: accounts exits",
  ]);
  const vaults = { ...local.network, issuers: local.network.issuers.filter(({ kind }) => kind === "vault") };
  expect(routesOf(vaults).filter(({ from }) => from === "home").map(({ to, wanted }) => [to, wanted.map(({ root }) => root)])).toEqual([["north", ["exits"]], ["south", ["exits"]]]);
  const alone = { ...local.network, issuers: local.network.issuers.filter(({ chain }) => chain === "north") };
  expect(routesOf(alone).map(({ from, to }) => [from, to])).toEqual([["north", "home"], ["home", "north"]]);
});

it("brings everything that is missing with one header a route, and then nothing", async () => {
  const before = await transactions(local, RELAYER);
  const relayer = relaying(local, { attestors: urls() });
  await relayer.round();
  expect(troubles(relayer.lines)).toEqual([]);
  await expectEverything();
  expect(await transactions(local, RELAYER) - before).toBe(6);
  await mine(local);
  await relayer.round();
  await relaying(local, { attestors: urls() }, { key: 2 }).round();
  expect(await transactions(local, RELAYER) - before).toBe(6);
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
  expect(await transactions(local, RELAYER) - before).toBe(2);
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
  for (const chain of ["north", "south"]) expect((await latestRoot(local, "home", chain, registry, "exits"))[0]).toBe(root);
});

it("joins the notes of an issuer on the home chain without a route", async () => {
  const { home } = local.chains;
  const token = await home.deploy("Token", 6);
  const roots = await home.deploy("LocalRoots");
  const [tokenAt, rootsAt] = [await token.getAddress(), await roots.getAddress()];
  const own = await home.deploy("CollateralVault", 9, chainNamed(local.network, "home").verifiers, rootsAt, registry, 86_400, [[tokenAt, 1_000_000n, 1, 1_000, 1_000]]);
  const contract = await own.getAddress();
  const notes = await home.deploy("IssuerNotes", [[9, rootsAt, contract]], 86_400);
  const issuers = [{ id: 9, name: "vault-home", kind: "vault", chain: "home", contract }] as const;
  const chains = local.network.chains.map((chain) => (chain.name === "home" ? { ...chain, roots: { ...chain.roots, home: rootsAt } } : chain));
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
  await Promise.all([one.task("roots home to north"), two.task("roots home to south"), one.task("notes"), two.task("notes")]);
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

it("needs no more than enough attestors: one is dead, one never answers", async () => {
  const silent = await roguish(() => undefined);
  const relayer = relaying(local, { attestors: ["http://127.0.0.1:1", silent, ...urls().slice(1)] });
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: false, lagSeconds: 0 });
  expect(troubles(relayer.lines).map(({ fields }) => [fields["attestor"], fields["reason"]])).toEqual([[0, "attestors[0]: can't be reached"]]);
});

it("is told by nobody what no member signed", async () => {
  const { number, hash } = await finalNorth();
  const wrong = `0x${"1".repeat(64)}`;
  const lies: readonly (readonly [string, unknown])[] = [
    ["place 0 didn't sign what it sent", await attestation(0, number, hash, { signer: 1 })],
    ["place 4 didn't sign what it sent", await attestation(4, number, hash, { signer: 0 })],
    ["place 0 didn't sign what it sent", { ...(await attestation(0, number, hash) as object), blockHash: wrong }],
    ["answered no attestation of this height", await attestation(0, number - 1, hash)],
    ["signed as of set 2, 1 is in force", await attestation(0, number, hash, { set: 2 })],
    ["answered no attestation of this height", { ...(await attestation(0, number, hash) as object), signature: 5 }],
    ["place 0 didn't sign what it sent", { ...(await attestation(0, number, hash) as object), signature: "0x" }],
    ["answered no attestation of this height", "no JSON"],
    ["answered no attestation of this height", null],
  ];
  let answer: unknown;
  const liar = await roguish(() => ({ body: JSON.stringify(answer) }));
  const [, second, third] = urls();
  for (const [reason, lie] of lies) {
    answer = lie;
    const relayer = relaying(local, { attestors: [liar, second!, third!] });
    expect(await outcome(relayer), reason).toContain("attestors: too few sign what is due from north");
    expect(relayer.lines[0]!.fields["reason"]).toBe(reason);
    expect(await local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "attestedHash", number)).toBe(`0x${"0".repeat(64)}`);
  }
  // The others are enough whatever the liar says; and nobody is counted twice.
  expect(await outcome(relaying(local, { attestors: [second!, third!, third!, second!] }))).toContain("2 of the 3 needed");
  expect(await outcome(relaying(local, { attestors: [liar, ...urls().slice(1)] }))).toMatchObject({ lagSeconds: 0 });
});

it("takes the highest block that enough attestors call final, whatever liars say", async () => {
  const { number } = await finalNorth();
  // Two nodes are a block behind ours.
  const slower = await Promise.all([0, 1].map((place) => attesting(withFinality(2), place)));
  rogues.push(...slower);
  const liars = await Promise.all([2 ** 40, 0, -1, number].map((finalised) => roguish(() => ({ status: 409, body: JSON.stringify({ error: "isn't final yet", finalised }) }))));
  const relayer = relaying(local, { attestors: [...liars, ...slower.map(({ url }) => url), urls()[2]!] });
  expect(await relayer.task(ROUTE)).toMatchObject({ lagSeconds: 0 });
  const attested = async (height: number): Promise<string> => local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "attestedHash", height);
  expect(await attested(number)).toBe(`0x${"0".repeat(64)}`);
  expect(await attested(number - 1)).toBe((await local.nodes.get("north")!.block(number - 1)).hash);
});

it("freezes a route on which attestors contradict themselves, and leaves it alone from then on", async () => {
  const { number, hash } = await finalNorth();
  const wrong = `0x${"2".repeat(64)}`;
  const liars = await Promise.all([0, 1, 2].map(async (place) => {
    const lie = JSON.stringify(await attestation(place, number, wrong));
    return roguish(() => ({ body: lie }));
  }));
  // Alone, theirs is another block than the node has: nothing is brought, and people are called.
  const misled = relaying(local, { attestors: liars });
  expect(await outcome(misled)).toContain("too few sign");
  expect(misled.lines).toContainEqual({ level: "alarm", event: "attestors vouch for another block", fields: { from: "north", to: "home", number, theirs: wrong, ours: hash } });

  const relayer = relaying(local, { attestors: [...liars, ...urls()] });
  expect(await relayer.task(ROUTE)).toMatchObject({ frozen: true });
  expect(await local.nodes.get("home")!.read("RootMirror", mirrorOf(local, "north", "home"), "isFrozen")).toBe(true);
  expect(await latestRoot(local, "north", "home", vault, "notes")).toEqual([0n, 0n]);

  // The other routes go on, and nothing crashes.
  const before = await transactions(local, RELAYER);
  relayer.lines.splice(0);
  await relayer.round();
  expect(relayer.lines.filter(({ level, event }) => level === "alarm" || event === "task failed")).toEqual([{ level: "alarm", event: "route frozen", fields: { from: "north", to: "home" } }]);
  expect(await transactions(local, RELAYER) - before).toBe(4);
});

it("freezes a route whose attested header its attestors gainsay", async () => {
  const { number } = await finalNorth();
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const wrong = `0x${"3".repeat(64)}`;
  const signed = await Promise.all([0, 1, 2].map(async (place) => ({ place, data: ((await attestation(place, number, wrong)) as { signature: string }).signature })));
  await send(mirror, "attest", number, wrong, 1, signed);
  expect(await relaying(local, { attestors: urls() }).task(ROUTE)).toMatchObject({ frozen: true });
  expect(await mirror.getFunction("isFrozen")()).toBe(true);
});

it("takes out of the joined roots what a conflict voided, though the route is frozen", async () => {
  const relayer = relaying(local, { attestors: urls() });
  const { number } = await finalNorth();
  await relayer.round();
  const joined = async (): Promise<bigint> => (await stateOf(local))["vault-north joined"] as bigint;
  expect(await joined()).toBeGreaterThan(0n);
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const wrong = `0x${"4".repeat(64)}`;
  const signed = await Promise.all([0, 1, 2].map(async (place) => ({ place, data: ((await attestation(place, number, wrong)) as { signature: string }).signature })));
  await send(mirror, "attest", number, wrong, 1, signed);
  expect(await relayer.task(ROUTE)).toEqual({ frozen: true });
  expect(await relayer.task("notes")).toEqual({ joined: 1 });
  expect(await joined()).toBe(0n);
  expect((await stateOf(local))["vault-south joined"]).toBeGreaterThan(0n);
  expect(await relayer.task("notes")).toEqual({ joined: 0 });
});

it("uses a header that somebody else had attested", async () => {
  const { number, hash } = await finalNorth();
  const mirror = local.chains.home.at("RootMirror", mirrorOf(local, "north", "home"));
  const signed = await Promise.all([0, 1, 2].map(async (place) => ({ place, data: ((await attestation(place, number, hash)) as { signature: string }).signature })));
  await send(mirror, "attest", number, hash, 1, signed);
  expect(await relaying(local, { attestors: [] }).task(ROUTE)).toMatchObject({ lagSeconds: 0 });
});

/** The network as somebody sees it who takes north's blocks for final later. */
function withFinality(finality: number): LocalNetwork {
  const chains = local.network.chains.map((chain) => (chain.name === "north" ? { ...chain, finality } : chain));
  const nodes = new Map([...local.nodes].map(([name, node]) => [name, Object.create(node, { chain: { value: chainNamed({ chains }, name) } }) as typeof node]));
  return { ...local, network: { ...local.network, chains }, nodes };
}

it("never goes back to an older root when its own node is behind", async () => {
  await relaying(local, { attestors: urls() }).round();
  const known = await latestRoot(local, "north", "home", vault, "notes");
  const before = await transactions(local, OTHER);
  await relaying(withFinality(4), { attestors: urls() }, { key: 2 }).round();
  expect(await transactions(local, OTHER)).toBe(before);
  expect(await latestRoot(local, "north", "home", vault, "notes")).toEqual(known);
});
