/**
 * The daemons as processes that are killed at any point: what is there in the end is what an undisturbed run leaves, and
 * nothing was done twice.
 */
import type { ChildProcess } from "node:child_process";
import { Wallet } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { askJson } from "../../src/services/client.ts";
import type { Home } from "../cli/plimsoll.ts";
import { SIGNERS } from "../support/deployment.ts";
import { LOCAL_CHAINS, localDeployment, snapshot, type LocalNetwork } from "../support/localNetwork.ts";
import { daemonHome, linesOf, proxy, type DaemonHome, type LogLine } from "./daemons.ts";
import { marketJson } from "./market.ts";
import {
  closeAll,
  fourAttestors,
  leaveRoots,
  mine,
  reporting,
  stateOf,
  tempFolder,
  transactions,
  writeMarket,
  type Attesting,
  type Reporting,
} from "./support.ts";

const RELAYER = new Wallet(ANVIL_KEYS[1]);
let local: LocalNetwork;
let attestors: Attesting[];
let reporters: Reporting[];
let homes: Home[] = [];
/** Takes the chains back to where the test began. */
let revert: () => Promise<void>;

beforeAll(async () => {
  local = await localDeployment();
  await leaveRoots(local);
  await mine(local);
});
/** What a run that nobody disturbs leaves: the same each time. */
let left: { readonly state: Record<string, unknown>; readonly count: number } | undefined;
async function undisturbed(): Promise<NonNullable<typeof left>> {
  if (left === undefined) {
    const before = await transactions(local, RELAYER.address);
    const { home, env } = await homeOf(RELAYER);
    expect((await home.run(["relay", "--once"], env)).code).toBe(0);
    left = { state: await stateOf(local), count: (await transactions(local, RELAYER.address)) - before };
    await revert();
    revert = await snapshot(local);
    await attestAnew();
  }
  return left;
}

beforeEach(async () => {
  revert = await snapshot(local);
  const markets = await tempFolder();
  await writeMarket(markets, JSON.stringify(marketJson(1, await local.chains.home.now())));
  attestors = await fourAttestors(local);
  reporters = await Promise.all([0, 1, 2, 3].map((place) => reporting(local, place, markets)));
  await Promise.all(reporters.map(({ reporter }) => reporter.step()));
});
afterEach(async () => {
  await closeAll([...attestors, ...reporters]);
  await Promise.all(homes.splice(0).map((home) => home.remove()));
  await revert();
});
afterAll(() => local.stop());

const homeOf = async (key: Wallet): Promise<DaemonHome> => {
  const made = await daemonHome(local, key, {
    attestors: attestors.map(({ url }) => url),
    reporters: reporters.map(({ url }) => url),
  });
  homes.push(made.home);
  return made;
};
const attestAnew = async (): Promise<void> => {
  await closeAll(attestors);
  attestors = await fourAttestors(local);
};

it("ends alike after the relayer was killed at each of its log lines in turn, and does nothing twice", async () => {
  const sent = (): Promise<number> => transactions(local, RELAYER.address);
  const before = await sent();
  const { home, env } = await homeOf(RELAYER);
  const undisturbed = await home.run(["relay", "--once"], env);
  expect([undisturbed.code, undisturbed.stderr]).toEqual([0, ""]);
  const events = undisturbed.stdout
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as LogLine).event);
  expect(events.pop()).toBe("done");
  expect(events).toEqual([
    ...Array<string>(3).fill("epoch published"),
    ...Array<string>(2).fill("roots brought"),
    ...Array<string>(2).fill("notes joined"),
    ...Array<string>(2).fill("roots brought"),
  ]);
  const [state, count] = [await stateOf(local), (await sent()) - before];
  expect(count).toBe(events.length);

  for (let last = 1; last <= events.length; last++) {
    await revert();
    revert = await snapshot(local);
    // Blocks of a height are others each time.
    await attestAnew();
    const { home: killed, env: its } = await homeOf(RELAYER);
    const { child } = killed.start(["relay", "--once"], its);
    let lines = 0;
    for await (const line of linesOf(child)) {
      expect(line.level).toBe("info");
      if (++lines === last) child.kill("SIGKILL");
    }
    const restarted = await killed.run(["relay", "--once"], its);
    expect([restarted.code, restarted.stderr], `after line ${last}`).toEqual([0, ""]);
    expect(await stateOf(local), `after line ${last}`).toEqual(state);
    expect((await sent()) - before, `after line ${last}`).toBe(count);
  }
});

it.each([1, 5, 9].flatMap((nth) => (["before", "after"] as const).map((when) => [nth, when] as const)))(
  "ends alike after it was killed at transaction %i, %s the node had it",
  async (nth, when) => {
    const [state, before] = [await undisturbed(), await transactions(local, RELAYER.address)];
    const made = await homeOf(RELAYER);
    let seen = 0;
    let child: ChildProcess | undefined;
    const between = await Promise.all(
      LOCAL_CHAINS.map(
        async (name) =>
          [
            name,
            await proxy(local.endpoints[name], async (body, forward) => {
              const isLast = body.includes("eth_sendRawTransaction") && ++seen === nth;
              if (isLast && when === "before") child!.kill("SIGKILL");
              const answer = isLast && when === "before" ? undefined : await forward();
              if (isLast) child!.kill("SIGKILL");
              return isLast ? undefined : answer;
            }),
          ] as const,
      ),
    );
    const throughProxies = Object.fromEntries(
      between.map(([name, { url }]) => [`PLIMSOLL_RPC_${name.toUpperCase()}`, url]),
    );
    const killed = made.home.start(["relay", "--once"], { ...made.env, ...throughProxies });
    child = killed.child;
    expect((await killed.outcome).code).toBe(null);
    expect(seen).toBe(nth);
    const restarted = await made.home.run(["relay", "--once"], made.env);
    expect([restarted.code, restarted.stderr]).toEqual([0, ""]);
    expect(await stateOf(local)).toEqual(state.state);
    expect((await transactions(local, RELAYER.address)) - before).toBe(state.count);
    await Promise.all(between.map(([, { close }]) => close()));
  },
);

it("runs until it is told to stop, shows its health, and is the only one in its home", async () => {
  const { home, env } = await homeOf(RELAYER);
  const { child, outcome } = home.start(["relay", "--interval", "1", "--listen", "127.0.0.1:0"], env);
  let port: unknown;
  const seen = new Set<string>();
  for await (const line of linesOf(child)) {
    seen.add(line.event);
    if (line.event === "started") port = line["port"];
    if (line.event === "roots brought" && line["from"] === "home" && line["to"] === "south") {
      expect(await home.run(["relay", "--once"], env)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining("has a running plimsoll relay already") as string,
      });
      let health = await askJson("it", `http://127.0.0.1:${port}`, "/health");
      while (health.status !== 200) health = await askJson("it", `http://127.0.0.1:${port}`, "/health");
      expect(health.json).toMatchObject({
        ok: true,
        tasks: {
          "epoch home": { epoch: "1" },
          "roots north to home": { frozen: false, finalised: expect.any(Number) as number },
        },
      });
      child.kill("SIGTERM");
    }
  }
  expect(await outcome).toMatchObject({ code: 0, stderr: "" });
  expect([...seen]).toEqual(expect.arrayContaining(["started", "epoch published", "notes joined", "stopped"]));
});

it("signs one epoch though the reporter is killed as soon as it has, and serves its table again", async () => {
  const { home, env } = await homeOf(SIGNERS[0]!);
  const markets = home.at("markets");
  await writeMarket(markets, JSON.stringify(marketJson(1, await local.chains.home.now())));
  const first = home.start(["report", "--listen", "127.0.0.1:0", "--interval", "1"], env);
  let signed: LogLine | undefined;
  for await (const line of linesOf(first.child)) {
    if (line.event === "epoch signed") signed = line;
    if (signed !== undefined) first.child.kill("SIGKILL");
  }
  // Another market of the same number, whose name comes first or last.
  await writeMarket(markets, JSON.stringify(marketJson(1, await local.chains.home.now(), { btc: 61_000 })));
  const second = home.start(["report", "--listen", "127.0.0.1:0", "--interval", "1"], env);
  for await (const line of linesOf(second.child)) {
    expect(line.event).not.toBe("epoch signed");
    if (line.event !== "started") continue;
    const url = `http://127.0.0.1:${line["port"]}`;
    let health = await askJson("it", url, "/health");
    while (health.status !== 200) health = await askJson("it", url, "/health");
    expect((await askJson("it", url, "/epochs/newest?chain=north")).json).toMatchObject({
      epoch: { number: "1", root: signed!["root"] },
      market: signed!["market"],
      place: 0,
    });
    expect((await fetch(`${url}/tables/${String(signed!["root"])}`)).status).toBe(200);
    second.child.kill("SIGINT");
  }
  expect(await second.outcome).toMatchObject({ code: 0 });
});
