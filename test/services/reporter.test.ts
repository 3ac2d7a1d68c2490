/**
 * Reporters on real chains: which markets they sign, all that they don't, and what they serve.
 */
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { chainNamed } from "../../src/chain/network.ts";
import { askJson } from "../../src/services/client.ts";
import { send } from "../support/chain.ts";
import { SIGNERS } from "../support/deployment.ts";
import { localDeployment, snapshot, type LocalNetwork } from "../support/localNetwork.ts";
import { followingJson, marketJson, type MarketJson } from "./market.ts";
import { Reporters, published, signedBy } from "./reporters.ts";
import { closeAll, reporting, tempFolder, troubles, type Reporting, type Served } from "./support.ts";

let local: LocalNetwork;
let reporters: Reporters;
let others: Served[];

beforeAll(async () => {
  local = await localDeployment();
});
afterAll(() => local.stop());
/** Every test begins with the same chains, no epoch on them, and reporters that have signed nothing. */
beforeEach(() => snapshot(local));
beforeEach(async () => {
  [reporters, others] = [await Reporters.begin(local), []];
  return () => closeAll([reporters, ...others]);
});

it.each<readonly [rule: string, message: string, change: (market: MarketJson, now: number) => void]>([
  [
    "follows from the one before",
    "market.previous.epoch: must be 1, the newest epoch",
    (m) => delete m.previous!.epoch,
  ],
  ["lists what was listed", "market.instruments: must still list", (m) => m.instruments.splice(0, 1)],
  [
    "is of now",
    "market.asOf: must be at most 600 s ago",
    (m, at) => {
      for (const { sources } of m.underlyings) for (const source of sources) source.time = at - 601;
      m.asOf = at - 601;
    },
  ],
  [
    "isn't over",
    "market.notAfter: must be after now",
    (m, at) => {
      m.asOf = at - 30;
      for (const { sources } of m.underlyings) for (const source of sources) source.time = at - 30;
      m.notAfter = at;
    },
  ],
  [
    "isn't longer than the contract allows",
    "market.notAfter: must be at most 7200 s after asOf",
    (m) => (m.notAfter = m.asOf + 7_201),
  ],
  [
    "knows the network's issuers",
    'market.issuers[4].kind: must be desk, as in the network, got "venue"',
    (m) => (m.issuers[4]!.kind = "venue"),
  ],
  [
    "knows the network's chains",
    'market.issuers[0].chain: must be north, as in the network, got "south"',
    (m) => (m.issuers[0]!.chain = "south"),
  ],
  ["has enough prices", "market.underlyings[0].sources: must not be empty", (m) => m.underlyings[0]!.sources.splice(0)],
  [
    "fits the tier",
    "must be at most",
    (m) => {
      for (let i = 0; i < 60; i++)
        m.instruments.splice(9 + i, 0, {
          type: "cash",
          issuer: 2,
          serial: 100 + i,
          name: `cash-${i}`,
          underlying: "USD",
          lot: "1",
        });
      m.instruments.sort((a, b) => a.issuer * 65_536 + a.serial - b.issuer * 65_536 - b.serial);
    },
  ],
])("signs no market unless it %s", async (rule, message, change) => {
  void rule;
  const first = await reporters.firstEpoch();
  const market = await reporters.following(first);
  change(market, await local.chains.home.now());
  await reporters.publish(market);
  const [reporter] = reporters.all;
  await reporter!.reporter.step();
  await reporter!.reporter.step();
  const said = troubles(reporter!.lines);
  expect(said).toHaveLength(1);
  expect(said[0]).toMatchObject({ level: "warn", event: "market refused" });
  expect(said[0]!.fields["reason"]).toContain(message);
  expect(await signedBy(reporter!)).toMatchObject({ number: "1" });
});

it("signs no table twice: a contract takes each root once", async () => {
  const settled = (market: MarketJson): MarketJson => {
    market.instruments[3]!["settlement"] = "60000";
    return market;
  };
  const first = settled(marketJson(1, await local.chains.home.now()));
  await reporters.publish(first);
  await reporters.step();
  await reporters.relay();
  await reporters.publish(settled(await reporters.following(first, {})));
  await reporters.step();
  expect(troubles(reporters.all[0]!.lines)).toMatchObject([
    { event: "market refused", fields: { reason: "market: must give another table than epoch 1" } },
  ]);
});

it("waits for a market whose time or whose epoch before is to come", async () => {
  const first = await reporters.firstEpoch();
  const second = await reporters.following(first);
  await local.pass(60);
  const third = followingJson(second, (await local.chains.home.now()) + 100, { btc: 60_002 });
  await reporters.publish(third);
  await reporters.step();
  expect(await signedBy(reporters.all[0]!)).toMatchObject({ number: "1" });
  await reporters.publish(second);
  await reporters.step();
  await reporters.relay();
  await local.pass(30);
  await reporters.step();
  expect(await signedBy(reporters.all[0]!)).toMatchObject({ number: "2" });
  await local.pass(100);
  await reporters.step();
  await reporters.relay();
  expect((await published(local)).number).toBe(3);
  expect(troubles(reporters.all.flatMap(({ lines }) => lines))).toEqual([]);
});

it("signs one epoch for a number, ever: after a restart too", async () => {
  await reporters.publish(marketJson(1, await local.chains.home.now()));
  const [{ reporter, folder, url }] = reporters.all as [Reporting];
  await reporter.step();
  const before = await askJson("it", url, "/epochs/1?chain=home");
  expect(before.status).toBe(200);
  await reporters.publish(marketJson(1, await local.chains.home.now(), { btc: 61_000 }));
  const restarted = await reporting(local, 0, reporters.markets, { folder });
  others.push(restarted);
  for (const { reporter: one, url: at } of [reporters.all[0]!, restarted]) {
    await one.step();
    expect(await askJson("it", at, "/epochs/1?chain=home")).toMatchObject({ status: before.status, json: before.json });
  }
  expect(
    (JSON.parse(await readFile(join(folder, "report", "reported.json"), "utf8")) as { signed: unknown[] }).signed,
  ).toHaveLength(1);
});

it("fails rather than sign when its record isn't its own any more", async () => {
  const name = await reporters.publish(marketJson(1, await local.chains.home.now()));
  const [one] = reporters.all as [Reporting];
  const twin = await reporting(local, 0, reporters.markets, { folder: one.folder });
  others.push(twin);
  await twin.reporter.step();
  await expect(one.reporter.step()).rejects.toThrow("must be written by one process alone");
  expect((await askJson("it", one.url, "/epochs/newest")).status).toBe(404);
  expect(one.lines).toEqual([]);
  expect(await readdir(reporters.markets)).toEqual([name]);
});

it("comes back after it missed epochs, from the files that others serve", async () => {
  const first = await reporters.firstEpoch();
  const three = reporters.all.slice(0, 3);
  const second = await reporters.following(first);
  await reporters.publish(second);
  await reporters.step(three);
  await reporters.relay();
  const third = await reporters.following(second, { btc: 60_002 });
  await reporters.publish(third);
  await reporters.step(three);
  await reporters.relay();
  expect((await published(local)).number).toBe(3);

  const own = await tempFolder();
  const back = await reporting(local, 3, own, { folder: reporters.all[3]!.folder, urls: [reporters.urls[0]!] });
  others.push(back);
  const fourth = await reporters.following(third, { btc: 60_003 });
  await reporters.publish(fourth);
  await reporters.publish(fourth, own);
  await reporters.step([back, ...three]);
  expect(await signedBy(back)).toEqual(await signedBy(three[0]!));
  expect(await signedBy(back)).toMatchObject({ number: "4" });
  // It serves the table that is on chain, which it never signed.
  expect((await askJson("it", back.url, `/tables/${(await published(local)).root}`)).status).toBe(200);

  const lost = await reporting(local, 3, await tempFolder());
  others.push(lost);
  await expect(lost.reporter.step()).rejects.toThrow("markets: no market file here gives the newest epoch's root");
});

it("answers for what it signed alone, as of the set in force", async () => {
  await reporters.firstEpoch();
  const [{ url }] = reporters.all as [Reporting];
  const name = (await readdir(reporters.markets))[0]!;
  expect((await askJson("it", url, "/markets")).json).toEqual({ markets: [name] });
  expect(await (await fetch(`${url}/markets/${name}`)).text()).toBe(
    await readFile(join(reporters.markets, name), "utf8"),
  );
  await writeFile(join(reporters.markets, `${"0".repeat(64)}.json`), "secret");
  for (const [path, status, error] of [
    [`/markets/${"0".repeat(64)}.json`, 404, "the market isn't here"],
    ["/markets/..%2freported.json", 404, "the market isn't here"],
    ["/tables/1", 404, "the table isn't here"],
    ["/tables/..%2f..%2freported", 400, 'root: must be a decimal, got "..%2f..%2freported"'],
    ["/epochs/2", 404, "epoch 2 wasn't signed here"],
    ["/epochs/-1", 400, 'epoch: must be "newest" or a number, got "-1"'],
    ["/epochs/1?chain=nowhere", 404, "there is no chain nowhere"],
  ] as const)
    expect(await askJson("it", url, path), path).toMatchObject({ status, json: { error } });

  const table = local.chains.south.at("RiskTable", chainNamed(local.network, "south").riskTable);
  await send(
    table,
    "rotate",
    [SIGNERS[2]!, SIGNERS[0]!].map(({ address }) => address),
    2,
    0,
  );
  expect((await askJson("it", url, "/epochs/1?chain=south")).json).toMatchObject({ set: "2", place: 1, market: name });
  expect(await askJson("it", reporters.urls[1]!, "/epochs/1?chain=south")).toMatchObject({
    status: 403,
    json: { set: "2" },
  });
  expect((await askJson("it", reporters.urls[1]!, "/epochs/1?chain=north")).json).toMatchObject({ set: "1", place: 1 });
});

it("keeps so many tables, the newest", async () => {
  let market = await reporters.firstEpoch();
  const roots = [(await published(local)).root];
  for (let i = 0; i < 6; i++) {
    market = await reporters.following(market, { btc: 60_001 + i });
    await reporters.publish(market);
    await reporters.step(reporters.all.slice(0, 3));
    await reporters.relay();
    roots.push((await published(local)).root);
  }
  expect((await readdir(join(reporters.all[0]!.folder, "report", "tables"))).sort()).toEqual(
    roots
      .slice(-5)
      .map((root) => `${root}.json`)
      .sort(),
  );
});
