/**
 * From market files to epochs on three real chains, by reporters of which some are dead, lie or disagree.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { marketJson } from "./market.ts";
import { mine, relaying, reporting, stateOf, tempFolder, writeMarket, type Reporting } from "./support.ts";

let local: LocalNetwork;
let reporters: Reporting[];
let markets: string;
const urls = (): string[] => reporters.map(({ url }) => url);

beforeAll(async () => {
  local = await localDeployment();
  markets = await tempFolder();
  reporters = await Promise.all([0, 1, 2, 3].map((place) => reporting(local, place, markets)));
});
afterAll(async () => {
  await Promise.all(reporters.map((reporter) => reporter.close()));
  await local.stop();
});

it("publishes the first epoch on all chains", async () => {
  await mine(local);
  await writeMarket(markets, JSON.stringify(marketJson(1, await local.chains.home.now())));
  for (const { reporter, lines } of reporters) {
    await reporter.step();
    expect(lines.filter(({ level }) => level !== "info")).toEqual([]);
  }
  const relayer = relaying(local, { reporters: urls() });
  await relayer.round();
  expect(relayer.lines.filter(({ level }) => level !== "info")).toEqual([]);
  const state = await stateOf(local);
  expect(state["home book"]).toBeGreaterThan(0n);
  expect(state["north book"]).toBe(state["home book"]);
  expect(state["south book"]).toBe(state["home book"]);
});
