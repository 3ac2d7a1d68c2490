/**
 * From market files to epochs on three real chains, by reporters of which some are dead, lie or disagree.
 */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { fetchBook } from "../../src/chain/bookSource.ts";
import { EPOCH_TYPES, signingDomain } from "../../src/chain/calls.ts";
import { chainNamed } from "../../src/chain/network.ts";
import { getJson } from "../../src/relay/client.ts";
import { send } from "../support/chain.ts";
import { SIGNERS } from "../support/deployment.ts";
import { LOCAL_CHAINS, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { followingJson, marketJson, type MarketJson, type Prices } from "./market.ts";
import { relaying, reporting, rogue, stateOf, tempFolder, writeMarket, type Line, type Reporting, type Served } from "./support.ts";

let local: LocalNetwork;
let markets: string;
let reporters: Reporting[];
let rogues: Served[] = [];
let snapshots: string[];
const urls = (): string[] => reporters.map(({ url }) => url);
const troubles = (lines: readonly Line[]): Line[] => lines.filter(({ level }) => level !== "info");

beforeAll(async () => {
  local = await localDeployment();
});
/** Every test begins with the same chains, no epoch on them, and reporters that have signed nothing. */
beforeEach(async () => {
  snapshots = await Promise.all(LOCAL_CHAINS.map((name) => local.chains[name].rpc<string>("evm_snapshot")));
  markets = await tempFolder();
  reporters = await Promise.all([0, 1, 2, 3].map((place) => reporting(local, place, markets)));
});
afterEach(async () => {
  await Promise.all([...reporters, ...rogues.splice(0)].map((service) => service.close()));
  await Promise.all(LOCAL_CHAINS.map((name, i) => local.chains[name].rpc("evm_revert", [snapshots[i]])));
});
afterAll(() => local.stop());

const now = async (): Promise<number> => local.chains.home.now();
const steps = async (which: readonly Reporting[] = reporters): Promise<void> => void (await Promise.all(which.map(({ reporter }) => reporter.step())));
const publish = (market: MarketJson, folder = markets): Promise<string> => writeMarket(folder, JSON.stringify(market));
const signedBy = async ({ url }: Reporting): Promise<unknown> => ((await getJson("it", url, "/epochs/newest")).json as { epoch?: unknown }).epoch;
const published = async (name = "home"): Promise<{ root: bigint; number: number; largestMove: number; paused: boolean }> => {
  const [node, { riskBook }] = [local.nodes.get(name)!, chainNamed(local.network, name)];
  const root = await node.read<bigint>("RiskBook", riskBook, "newestRoot");
  const { number } = await node.read<{ number: bigint }>("RiskBook", riskBook, "epochOf", root);
  const largestMove = Number(await node.read<bigint>("RiskBook", riskBook, "largestMove"));
  return { root, number: Number(number), largestMove, paused: await node.read("RiskBook", riskBook, "isPaused") };
};
/** Markets as on the chains' clock, epoch by epoch. */
async function firstEpoch(): Promise<MarketJson> {
  const market = marketJson(1, await now());
  await publish(market);
  await steps();
  await relaying(local, { reporters: urls() }).round();
  expect((await published()).number).toBe(1);
  return market;
}
async function following(before: MarketJson, prices: Prices = { btc: 60_001 }): Promise<MarketJson> {
  await local.pass(60);
  return followingJson(before, await now(), prices);
}

it("publishes each epoch on all chains, once, and serves its book to whoever checks it against the root", async () => {
  const first = await firstEpoch();
  const relayer = relaying(local, { reporters: urls() });
  for (const name of LOCAL_CHAINS) expect(await published(name)).toMatchObject({ number: 1, largestMove: 0, paused: false });
  const { root } = await published();
  const { listed, tree } = await fetchBook(root, { urls: urls() }, "T");
  expect([tree.root, listed.book.epoch, listed.listings[0]!.name]).toEqual([root, 1, "vault-north:BTC"]);

  await publish(await following(first, { btc: 61_000 }));
  await steps();
  await relayer.round();
  const state = await stateOf(local);
  expect(new Set(LOCAL_CHAINS.map((name) => state[`${name} book`])).size).toBe(1);
  const scan = listed.underlyings.find(({ name }) => name === "BTC")!.scanBps;
  expect(await published("south")).toMatchObject({ number: 2, largestMove: Math.ceil((1_000 * 100_000_000) / (scan * 60_000)), paused: false });

  const sent = async (): Promise<number> => (await Promise.all(LOCAL_CHAINS.map((name) => local.chains[name].provider.getBlockNumber()))).reduce((a, b) => a + b, 0);
  const before = await sent();
  await steps();
  await relayer.round();
  await relaying(local, { reporters: urls() }, { key: 2 }).round();
  expect(await sent()).toBe(before);
  expect(troubles([...relayer.lines, ...reporters.flatMap(({ lines }) => lines)])).toEqual([]);
});

it("pauses draws and lowering by a move above the limit, until prices are calm again", async () => {
  const first = await firstEpoch();
  const fallen = await following(first, { btc: 40_000 });
  await publish(fallen);
  await steps();
  await relaying(local, { reporters: urls() }).round();
  expect((await published("north")).largestMove).toBeGreaterThan(10_000);
  expect((await published("north")).paused).toBe(true);
  await publish(await following(fallen, { btc: 40_001 }));
  await steps();
  await relaying(local, { reporters: urls() }).round();
  expect(await published("north")).toMatchObject({ number: 3, paused: false });
});

it.each<readonly [rule: string, message: string, change: (market: MarketJson, now: number) => void]>([
  ["follows from the one before", "market.previous.epoch: must be 1, the newest epoch", (m) => delete m.previous!.epoch],
  ["lists what was listed", "market.instruments: must still list", (m) => m.instruments.splice(0, 1)],
  ["is of now", "market.asOf: must be at most 600 s ago", (m, at) => {
    for (const { sources } of m.underlyings) for (const source of sources) source.time = at - 601;
    m.asOf = at - 601;
  }],
  ["isn't over", "market.notAfter: must be after now", (m, at) => {
    m.asOf = at - 30;
    for (const { sources } of m.underlyings) for (const source of sources) source.time = at - 30;
    m.notAfter = at;
  }],
  ["isn't longer than the contract allows", "market.notAfter: must be at most 7200 s after asOf", (m) => (m.notAfter = m.asOf + 7_201)],
  ["knows the network's issuers", "market.issuers[4].kind: must be desk, as in the network, got \"venue\"", (m) => (m.issuers[4]!.kind = "venue")],
  ["knows the network's chains", "market.issuers[0].chain: must be north, as in the network, got \"south\"", (m) => (m.issuers[0]!.chain = "south")],
  ["has enough prices", "market.underlyings[0].sources: must have at least", (m) => m.underlyings[0]!.sources.splice(0)],
  ["fits the tier", "must be at most", (m) => {
    for (let i = 0; i < 60; i++) m.instruments.splice(9 + i, 0, { type: "cash", issuer: 2, serial: 100 + i, name: `cash-${i}`, underlying: "USD", lot: "1" });
    m.instruments.sort((a, b) => a.issuer * 65_536 + a.serial - b.issuer * 65_536 - b.serial);
  }],
])("signs no market unless it %s", async (rule, message, change) => {
  void rule;
  const first = await firstEpoch();
  const market = await following(first);
  change(market, await now());
  await publish(market);
  const [reporter] = reporters;
  await reporter!.reporter.step();
  await reporter!.reporter.step();
  const said = troubles(reporter!.lines);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ level: "warn", event: "market refused" });
  expect(said[0]!.fields["reason"]).toContain(message);
  expect(await signedBy(reporter!)).toMatchObject({ number: "1" });
});

it("signs no book twice: a contract takes each root once", async () => {
  const settled = (market: MarketJson): MarketJson => {
    market.instruments[3]!["settlement"] = "60000";
    return market;
  };
  const first = settled(marketJson(1, await now()));
  await publish(first);
  await steps();
  await relaying(local, { reporters: urls() }).round();
  await publish(settled(await following(first, {})));
  await steps();
  expect(troubles(reporters[0]!.lines)).toMatchObject([{ event: "market refused", fields: { reason: "market: must give another book than epoch 1" } }]);
});

it("waits for a market whose time or whose epoch before is to come", async () => {
  const first = await firstEpoch();
  const second = await following(first);
  await local.pass(60);
  const third = followingJson(second, await now() + 100, { btc: 60_002 });
  await publish(third);
  await steps();
  expect(await signedBy(reporters[0]!)).toMatchObject({ number: "1" });
  await publish(second);
  await steps();
  await relaying(local, { reporters: urls() }).round();
  await local.pass(30);
  await steps();
  expect(await signedBy(reporters[0]!)).toMatchObject({ number: "2" });
  await local.pass(100);
  await steps();
  await relaying(local, { reporters: urls() }).round();
  expect((await published()).number).toBe(3);
  expect(troubles(reporters.flatMap(({ lines }) => lines))).toEqual([]);
});

it("signs one epoch for a number, ever: after a restart too", async () => {
  await publish(marketJson(1, await now()));
  const [{ reporter, folder, url }] = reporters as [Reporting];
  await reporter.step();
  const before = await getJson("it", url, "/epochs/1?chain=home");
  expect(before.status).toBe(200);
  await publish(marketJson(1, await now(), { btc: 61_000 }));
  const restarted = await reporting(local, 0, markets, { folder });
  rogues.push(restarted);
  for (const { reporter: one, url: at } of [reporters[0]!, restarted]) {
    await one.step();
    expect(await getJson("it", at, "/epochs/1?chain=home")).toEqual(before);
  }
  expect((JSON.parse(await readFile(join(folder, "reported.json"), "utf8")) as { signed: unknown[] }).signed).toHaveLength(1);
});

it("fails rather than sign when its record isn't its own any more", async () => {
  const name = await publish(marketJson(1, await now()));
  const [one] = reporters as [Reporting];
  const twin = await reporting(local, 0, markets, { folder: one.folder });
  rogues.push(twin);
  await twin.reporter.step();
  await expect(one.reporter.step()).rejects.toThrow("must be written by one process alone");
  expect((await getJson("it", one.url, "/epochs/newest")).status).toBe(404);
  expect(one.lines).toEqual([]);
  expect((await readdir(markets))).toEqual([name]);
});

it("skips a number on which reporters don't meet", async () => {
  const first = await firstEpoch();
  const [one, other] = [await following(first, { btc: 60_001 }), await following(first, { btc: 60_002 })];
  // Two saw one market first, two the other.
  const elsewhere = await tempFolder();
  await publish(first, elsewhere);
  const late = await Promise.all([2, 3].map((place) => reporting(local, place, elsewhere, { folder: reporters[place]!.folder })));
  rogues.push(...late);
  await publish(one);
  await publish(other, elsewhere);
  await steps([...reporters.slice(0, 2), ...late]);
  const relayer = relaying(local, { reporters: [urls()[0]!, urls()[1]!, ...late.map(({ url }) => url)] });
  expect(await relayer.task("epoch home")).toMatchObject({ epoch: 1n, lacking: [2n] });
  expect(troubles(relayer.lines)).toMatchObject([{ event: "epoch lacks signatures", fields: { chain: "home", numbers: [2n], needed: 3 } }]);
  // Then everybody sees both, and nobody signs the other one.
  await publish(other);
  await publish(one, elsewhere);
  await steps([...reporters.slice(0, 2), ...late]);
  expect((await relayer.task("epoch home"))["lacking"]).toEqual([2n]);
  // The next number follows the newest that is published.
  await local.pass(60);
  const next = followingJson(first, await now(), { btc: 60_003 }, 3);
  await publish(next);
  await publish(next, elsewhere);
  await steps([...reporters.slice(0, 2), ...late]);
  await relayer.round();
  expect((await published("south")).number).toBe(3);
});

it("comes back after it missed epochs, from the files that others serve", async () => {
  const first = await firstEpoch();
  const three = reporters.slice(0, 3);
  const second = await following(first);
  await publish(second);
  await steps(three);
  await relaying(local, { reporters: urls() }).round();
  const third = await following(second, { btc: 60_002 });
  await publish(third);
  await steps(three);
  await relaying(local, { reporters: urls() }).round();
  expect((await published()).number).toBe(3);

  const own = await tempFolder();
  const back = await reporting(local, 3, own, { folder: reporters[3]!.folder, urls: [urls()[0]!] });
  rogues.push(back);
  const fourth = await following(third, { btc: 60_003 });
  await publish(fourth);
  await publish(fourth, own);
  await steps([back, ...three]);
  expect(await signedBy(back)).toEqual(await signedBy(three[0]!));
  expect(await signedBy(back)).toMatchObject({ number: "4" });
  // It serves the book that is on chain, which it never signed.
  expect((await getJson("it", back.url, `/books/${(await published()).root}`)).status).toBe(200);

  const lost = await reporting(local, 3, await tempFolder());
  rogues.push(lost);
  await expect(lost.reporter.step()).rejects.toThrow("markets: no market file here gives the newest epoch's root");
});

it("relays with a reporter dead, one that never answers, and one lying in every way", async () => {
  const market = marketJson(1, await now());
  await publish(market);
  await steps();
  const chain = chainNamed(local.network, "north");
  const domain = signingDomain("RiskBook", BigInt(chain.chainId), chain.riskBook);
  const epoch = (await signedBy(reporters[0]!)) as { number: string; root: string; asOf: number; notAfter: number; largestMove: number };
  const report = async (changes: object = {}, { signer = 0, set = 1, place = 0 } = {}): Promise<unknown> => {
    const changed = { ...epoch, ...changes };
    return { epoch: changed, set: String(set), place, signature: await SIGNERS[signer]!.signTypedData(domain, EPOCH_TYPES, { ...changed, set }) };
  };
  let answer: unknown;
  const liar = await rogue(() => ({ body: JSON.stringify(answer) }));
  const silent = await rogue(() => undefined);
  rogues.push(liar, silent);
  const lies: readonly (readonly [string, unknown])[] = [
    ["place 0 didn't sign what it sent", await report({}, { signer: 1 })],
    ["place 9 didn't sign what it sent", await report({}, { place: 9 })],
    ["place 0 didn't sign what it sent", { ...(await report() as object), epoch: { ...epoch, root: "5" } }],
    ["signed as of set 2, 1 is in force", await report({}, { set: 2 })],
    ["answered no epoch", { ...(await report() as object), epoch: { ...epoch, root: "-1" } }],
    ["answered no epoch", { ...(await report() as object), epoch: { ...epoch, largestMove: 2 ** 32 } }],
    ["answered no epoch", null],
  ];
  for (const [reason, lie] of lies) {
    answer = lie;
    const relayer = relaying(local, { reporters: [liar.url, urls()[1]!, urls()[2]!] });
    expect(await relayer.task("epoch north"), reason).toMatchObject({ epoch: 0n, lacking: [1n] });
    expect(relayer.lines[0]!.fields["reason"]).toBe(reason);
  }
  // What a member alone signs, of a number that nobody else knows, holds up nobody.
  answer = await report({ number: String(2n ** 50n), root: "77" });
  const relayer = relaying(local, { reporters: [liar.url, "http://127.0.0.1:1", silent.url, ...urls().slice(1)] });
  expect(await relayer.task("epoch north")).toMatchObject({ epoch: 1n });
  expect((await published("north")).number).toBe(1);
  await expect(relaying(local, { reporters: ["http://127.0.0.1:1"] }).task("epoch north")).rejects.toThrow("reporters: none answered");
});

it("publishes no epoch that is over", async () => {
  await publish(marketJson(1, await now()));
  await steps();
  await local.pass(3_700);
  const relayer = relaying(local, { reporters: urls() });
  expect(await relayer.task("epoch home")).toMatchObject({ epoch: 0n, lacking: [1n] });
});

it("shows a book that its reporters contradict themselves", async () => {
  const first = await firstEpoch();
  const chain = chainNamed(local.network, "south");
  const domain = signingDomain("RiskBook", BigInt(chain.chainId), chain.riskBook);
  const liars = await Promise.all([1, 2].flatMap((root) => [0, 1, 2].map(async (place) => {
    const epoch = { number: "9", root: String(root), asOf: first.asOf + 1, notAfter: first.notAfter, largestMove: 0 };
    const body = JSON.stringify({ epoch, set: "1", place, signature: await SIGNERS[place]!.signTypedData(domain, EPOCH_TYPES, { ...epoch, set: 1 }) });
    return rogue(() => ({ body }));
  })));
  rogues.push(...liars);
  const relayer = relaying(local, { reporters: liars.map(({ url }) => url) });
  expect(await relayer.task("epoch south")).toMatchObject({ contradicted: true });
  expect(await published("south")).toMatchObject({ number: 1, paused: true });
  expect(troubles(relayer.lines)).toMatchObject([{ level: "alarm", event: "reporters contradict themselves" }]);
  // A pause never stops data: the next epoch comes all the same, and nobody publishes either of the two.
  await publish(await following(first));
  await steps();
  const both = relaying(local, { reporters: [...liars.map(({ url }) => url), ...urls()] });
  expect(await both.task("epoch south")).toMatchObject({ contradicted: true, epoch: 2n });
  expect(await published("south")).toMatchObject({ number: 2, paused: true });
  expect(await both.task("epoch south")).toMatchObject({ contradicted: true, epoch: 2n });
});

it("waits quietly for the first epoch", async () => {
  const relayer = relaying(local, { reporters: urls() });
  expect(await relayer.task("epoch south")).toMatchObject({ epoch: 0n });
  expect(relayer.lines).toEqual([]);
});

it("answers for what it signed alone, as of the set in force", async () => {
  await firstEpoch();
  const [{ url }] = reporters as [Reporting];
  const name = (await readdir(markets))[0]!;
  expect((await getJson("it", url, "/markets")).json).toEqual({ markets: [name] });
  expect(await (await fetch(`${url}/markets/${name}`)).text()).toBe(await readFile(join(markets, name), "utf8"));
  await writeFile(join(markets, `${"0".repeat(64)}.json`), "secret");
  for (const [path, status, error] of [
    [`/markets/${"0".repeat(64)}.json`, 404, "the market isn't here"],
    ["/markets/..%2freported.json", 404, "the market isn't here"],
    ["/books/1", 404, "the book isn't here"],
    ["/books/..%2f..%2freported", 400, 'root: must be a decimal, got "..%2f..%2freported"'],
    ["/epochs/2", 404, "epoch 2 wasn't signed here"],
    ["/epochs/-1", 400, 'epoch: must be "newest" or a number, got "-1"'],
    ["/epochs/1?chain=nowhere", 404, "there is no chain nowhere"],
  ] as const) expect(await getJson("it", url, path), path).toEqual({ status, json: { error } });

  const book = local.chains.south.at("RiskBook", chainNamed(local.network, "south").riskBook);
  await send(book, "rotate", [SIGNERS[2]!, SIGNERS[0]!].map(({ address }) => address), 2, 0);
  expect((await getJson("it", url, "/epochs/1?chain=south")).json).toMatchObject({ set: "2", place: 1, market: name });
  expect(await getJson("it", urls()[1]!, "/epochs/1?chain=south")).toMatchObject({ status: 403, json: { set: "2" } });
  expect((await getJson("it", urls()[1]!, "/epochs/1?chain=north")).json).toMatchObject({ set: "1", place: 1 });
});

it("keeps so many books, the newest", async () => {
  let market = await firstEpoch();
  const roots = [(await published()).root];
  for (let i = 0; i < 6; i++) {
    market = await following(market, { btc: 60_001 + i });
    await publish(market);
    await steps(reporters.slice(0, 3));
    await relaying(local, { reporters: urls() }).round();
    roots.push((await published()).root);
  }
  expect((await readdir(join(reporters[0]!.folder, "books"))).sort()).toEqual(roots.slice(-5).map((root) => `${root}.json`).sort());
});
