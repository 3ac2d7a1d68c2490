/**
 * From what reporters sign to epochs on three real chains, though some are dead, lie or disagree.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { fetchTable } from "../../src/chain/tableSource.ts";
import { EPOCH_TYPES, signingDomain } from "../../src/chain/calls.ts";
import { chainNamed } from "../../src/chain/network.ts";
import { SIGNERS } from "../support/deployment.ts";
import { LOCAL_CHAINS, localDeployment, snapshot, type LocalNetwork } from "../support/localNetwork.ts";
import { followingJson, marketJson } from "./market.ts";
import { Reporters, published, signedBy } from "./reporters.ts";
import { closeAll, relaying, reporting, rogue, stateOf, tempFolder, troubles, type Served } from "./support.ts";

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

it("publishes each epoch on all chains, once, and serves its table to whoever checks it against the root", async () => {
  const first = await reporters.firstEpoch();
  const relayer = relaying(local, { reporters: reporters.urls });
  for (const name of LOCAL_CHAINS)
    expect(await published(local, name)).toMatchObject({ number: 1, largestMove: 0, paused: false });
  const { root } = await published(local);
  const { listed, tree } = await fetchTable(root, { urls: reporters.urls }, "T");
  expect([tree.root, listed.table.epoch, listed.listings[0]!.name]).toEqual([root, 1, "vault-north:BTC"]);

  await reporters.publish(await reporters.following(first, { btc: 61_000 }));
  await reporters.step();
  await relayer.round();
  const state = await stateOf(local);
  expect(new Set(LOCAL_CHAINS.map((name) => state[`${name} table`])).size).toBe(1);
  const scan = listed.underlyings.find(({ name }) => name === "BTC")!.scanBps;
  expect(await published(local, "south")).toMatchObject({
    number: 2,
    largestMove: Math.ceil((1_000 * 100_000_000) / (scan * 60_000)),
    paused: false,
  });

  const sent = async (): Promise<number> =>
    (await Promise.all(LOCAL_CHAINS.map((name) => local.chains[name].provider.getBlockNumber()))).reduce(
      (a, b) => a + b,
      0,
    );
  const before = await sent();
  await reporters.step();
  await relayer.round();
  await relaying(local, { reporters: reporters.urls }, { key: 2 }).round();
  expect(await sent()).toBe(before);
  expect(troubles([...relayer.lines, ...reporters.all.flatMap(({ lines }) => lines)])).toEqual([]);
});

it("pauses draws and spending by a move above the limit, until prices are calm again", async () => {
  const first = await reporters.firstEpoch();
  const fallen = await reporters.following(first, { btc: 40_000 });
  await reporters.publish(fallen);
  await reporters.step();
  await reporters.relay();
  expect((await published(local, "north")).largestMove).toBeGreaterThan(10_000);
  expect((await published(local, "north")).paused).toBe(true);
  await reporters.publish(await reporters.following(fallen, { btc: 40_001 }));
  await reporters.step();
  await reporters.relay();
  expect(await published(local, "north")).toMatchObject({ number: 3, paused: false });
});

it("skips a number on which reporters don't meet", async () => {
  const first = await reporters.firstEpoch();
  const [one, other] = [
    await reporters.following(first, { btc: 60_001 }),
    await reporters.following(first, { btc: 60_002 }),
  ];
  // Two saw one market first, two the other.
  const elsewhere = await tempFolder();
  await reporters.publish(first, elsewhere);
  const late = await Promise.all(
    [2, 3].map((place) => reporting(local, place, elsewhere, { folder: reporters.all[place]!.folder })),
  );
  others.push(...late);
  await reporters.publish(one);
  await reporters.publish(other, elsewhere);
  await reporters.step([...reporters.all.slice(0, 2), ...late]);
  const relayer = relaying(local, {
    reporters: [reporters.urls[0]!, reporters.urls[1]!, ...late.map(({ url }) => url)],
  });
  expect(await relayer.task("epoch home")).toMatchObject({ epoch: 1n, lacking: [2n] });
  expect(troubles(relayer.lines)).toMatchObject([
    { event: "epoch lacks signatures", fields: { chain: "home", numbers: [2n], needed: 3 } },
  ]);
  // Then everybody sees both, and nobody signs the other one.
  await reporters.publish(other);
  await reporters.publish(one, elsewhere);
  await reporters.step([...reporters.all.slice(0, 2), ...late]);
  expect((await relayer.task("epoch home"))["lacking"]).toEqual([2n]);
  // The next number follows the newest that is published.
  await local.pass(60);
  const next = followingJson(first, await local.chains.home.now(), { btc: 60_003 }, 3);
  await reporters.publish(next);
  await reporters.publish(next, elsewhere);
  await reporters.step([...reporters.all.slice(0, 2), ...late]);
  await relayer.round();
  expect((await published(local, "south")).number).toBe(3);
});

it("relays with a reporter dead, one that never answers, and one lying in every way", async () => {
  const market = marketJson(1, await local.chains.home.now());
  await reporters.publish(market);
  await reporters.step();
  const chain = chainNamed(local.network, "north");
  const domain = signingDomain("RiskTable", BigInt(chain.chainId), chain.riskTable);
  const epoch = (await signedBy(reporters.all[0]!)) as {
    number: string;
    root: string;
    asOf: number;
    notAfter: number;
    largestMove: number;
  };
  const report = async (changes: object = {}, { signer = 0, set = 1, place = 0 } = {}): Promise<unknown> => {
    const changed = { ...epoch, ...changes };
    return {
      epoch: changed,
      set: String(set),
      place,
      signature: await SIGNERS[signer]!.signTypedData(domain, EPOCH_TYPES, { ...changed, set }),
    };
  };
  let answer: unknown;
  const liar = await rogue(() => ({ body: JSON.stringify(answer) }));
  const silent = await rogue(() => undefined);
  others.push(liar, silent);
  const lies: readonly (readonly [string, unknown])[] = [
    ["place 0 didn't sign what it sent", await report({}, { signer: 1 })],
    ["place 9 didn't sign what it sent", await report({}, { place: 9 })],
    ["place 0 didn't sign what it sent", { ...((await report()) as object), epoch: { ...epoch, root: "5" } }],
    ["signed as of set 2, 1 is in force", await report({}, { set: 2 })],
    ["answered no epoch", { ...((await report()) as object), epoch: { ...epoch, root: "-1" } }],
    ["answered no epoch", { ...((await report()) as object), epoch: { ...epoch, largestMove: 2 ** 32 } }],
    ["answered no epoch", null],
  ];
  for (const [reason, lie] of lies) {
    answer = lie;
    const relayer = relaying(local, { reporters: [liar.url, reporters.urls[1]!, reporters.urls[2]!] });
    expect(await relayer.task("epoch north"), reason).toMatchObject({ epoch: 0n, lacking: [1n] });
    expect(relayer.lines[0]!.fields["reason"]).toBe(reason);
  }
  // What a member alone signs, of a number that nobody else knows, holds up nobody.
  answer = await report({ number: String(2n ** 50n), root: "77" });
  const relayer = relaying(local, {
    reporters: [liar.url, "http://127.0.0.1:1", silent.url, ...reporters.urls.slice(1)],
  });
  expect(await relayer.task("epoch north")).toMatchObject({ epoch: 1n });
  expect((await published(local, "north")).number).toBe(1);
  await expect(relaying(local, { reporters: ["http://127.0.0.1:1"] }).task("epoch north")).rejects.toThrow(
    "reporters: none answered",
  );
});

it("publishes no epoch that is over", async () => {
  await reporters.publish(marketJson(1, await local.chains.home.now()));
  await reporters.step();
  await local.pass(3_700);
  const relayer = relaying(local, { reporters: reporters.urls });
  expect(await relayer.task("epoch home")).toMatchObject({ epoch: 0n, lacking: [1n] });
});

it("shows a table that its reporters contradict themselves", async () => {
  const first = await reporters.firstEpoch();
  const chain = chainNamed(local.network, "south");
  const domain = signingDomain("RiskTable", BigInt(chain.chainId), chain.riskTable);
  const liars = await Promise.all(
    [1, 2].flatMap((root) =>
      [0, 1, 2].map(async (place) => {
        const epoch = {
          number: "9",
          root: String(root),
          asOf: first.asOf + 1,
          notAfter: first.notAfter,
          largestMove: 0,
        };
        const body = JSON.stringify({
          epoch,
          set: "1",
          place,
          signature: await SIGNERS[place]!.signTypedData(domain, EPOCH_TYPES, { ...epoch, set: 1 }),
        });
        return rogue(() => ({ body }));
      }),
    ),
  );
  others.push(...liars);
  const relayer = relaying(local, { reporters: liars.map(({ url }) => url) });
  expect(await relayer.task("epoch south")).toMatchObject({ contradicted: true });
  expect(await published(local, "south")).toMatchObject({ number: 1, paused: true });
  expect(troubles(relayer.lines)).toMatchObject([{ level: "alarm", event: "reporters contradict themselves" }]);
  // A pause never stops data: the next epoch comes all the same, and nobody publishes either of the two.
  await reporters.publish(await reporters.following(first));
  await reporters.step();
  const both = relaying(local, { reporters: [...liars.map(({ url }) => url), ...reporters.urls] });
  expect(await both.task("epoch south")).toMatchObject({ contradicted: true, epoch: 2n });
  expect(await published(local, "south")).toMatchObject({ number: 2, paused: true });
  expect(await both.task("epoch south")).toMatchObject({ contradicted: true, epoch: 2n });
});

it("waits quietly for the first epoch", async () => {
  const relayer = relaying(local, { reporters: reporters.urls });
  expect(await relayer.task("epoch south")).toMatchObject({ epoch: 0n });
  expect(relayer.lines).toEqual([]);
});
