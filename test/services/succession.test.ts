/**
 * What an epoch owes the one before, and the price move that is signed.
 */
import { expect, it } from "vitest";
import { TIERS } from "../../src/protocol/constants.ts";
import { checkSuccession, compute, largestMove } from "../../src/services/succession.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";
import { DEFAULT_PARAMETERS } from "../../src/risk/parameters.ts";
import { followingJson, marketJson, type MarketJson } from "./market.ts";

const T0 = 1_761_350_700;
const first = marketJson(1, T0);
const before = compute(parseMarket(first), DEFAULT_PARAMETERS, TIERS.T);
const next = (change: (market: MarketJson) => void = () => undefined): MarketJson => {
  const market = structuredClone(followingJson(first, T0 + 300));
  change(market);
  return market;
};
const check = (market: MarketJson): void => checkSuccession(before, parseMarket(market));

it("lets an epoch follow that says as much as the one before, or more", () => {
  check(next());
  check(next((market) => (market.epoch = 301)));
  check(
    next((market) => {
      market.underlyings.push({ ...market.underlyings[1]!, name: "SOL", group: "SOL" });
      market.instruments.push(
        { type: "credit", issuer: 5, serial: 3, name: "new", underlying: "USD", lot: "1", cap: "10" },
        { type: "release", issuer: 5, serial: 4, name: "new-release", underlying: "USD", lot: "1" },
      );
      market.instruments[2]!["dead"] = true;
      market.instruments[3]!["settlement"] = "59000";
      market.instruments[0]!["cap"] = "10";
      market.issuers[1]!["delisted"] = true;
    }),
  );
});

const VANISHED = "must still list";
it.each<readonly [rule: string, message: string, change: (market: MarketJson) => void]>([
  [
    "says which epoch it follows",
    'market.previous.epoch: must be 1, the newest epoch, got "nothing"',
    (m) => delete m.previous!.epoch,
  ],
  ["follows the newest", "market.previous.epoch: must be 1, the newest epoch, got 0", (m) => (m.previous!.epoch = 0)],
  ["follows something", "market.previous.epoch: must be 1", (m) => delete m.previous],
  ["has a higher number", "market.epoch: must rise by 1 to 300 from 1", (m) => (m.epoch = 1)],
  [
    "uses up no numbers",
    "market.epoch: must rise by 1 to 300 from 1: at most one a second, got 302",
    (m) => (m.epoch = 302),
  ],
  ["hands on each scan range", "market.previous.scanBps.BTC: must be ", (m) => (m.previous!.scanBps["BTC"]! += 1)],
  ["leaves out none", "market.previous.scanBps.ETH: must be ", (m) => delete m.previous!.scanBps["ETH"]],
  [
    "hands on none that wasn't",
    "market.previous.scanBps.SOL: must be absent, as published, got 9000",
    (m) => {
      m.underlyings.push({ ...m.underlyings[1]!, name: "SOL", group: "SOL" });
      m.previous!.scanBps["SOL"] = 9_000;
    },
  ],
  [
    "keeps an underlying's group",
    'market.underlyings[1].group: must stay ETH, got "ETHER"',
    (m) => (m.underlyings[1]!.group = "ETHER"),
  ],
  [
    "keeps an underlying in its group",
    'market.underlyings[1].group: must stay ETH, got "none"',
    (m) => (m.underlyings[1]!.group = null),
  ],
  [
    "keeps an issuer's chain",
    'market.issuers[0].chain: must stay north, got "south"',
    (m) => (m.issuers[0]!.chain = "south"),
  ],
  [
    "lists every instrument ever listed",
    `market.instruments: ${VANISHED} 65537 (vault-north:BTC), dead if need be`,
    (m) => m.instruments.splice(0, 1),
  ],
  [
    "lists every pair ever listed",
    `market.instruments: ${VANISHED} 327681 (desk-north:CREDIT)`,
    (m) => m.instruments.splice(-2),
  ],
  ["keeps an instrument's lot", "market.instruments[0].lot: must stay", (m) => (m.instruments[0]!.lot = "0.02")],
  [
    "keeps an instrument's underlying",
    'market.instruments[2].underlying: must stay BTC: an id is never reused, got "ETH"',
    (m) => (m.instruments[2]!.underlying = "ETH"),
  ],
  [
    "keeps an instrument's type",
    'market.instruments[2].type: must stay perpetual: an id is never reused, got "cash"',
    (m) => (m.instruments[2] = { type: "cash", issuer: 2, serial: 1, name: "x", underlying: "USD", lot: "0.01" }),
  ],
  [
    "keeps a future's expiry",
    "market.instruments[3].expiry: must stay",
    (m) => (m.instruments[3]!["expiry"] = T0 + 10 * 86_400),
  ],
])("%s", (_, message, change) => {
  expect(() => check(next(change))).toThrow(message);
});

it("brings nothing back from the dead, and settles nothing twice", () => {
  const ended = structuredClone(first);
  ended.instruments[2]!["dead"] = true;
  ended.instruments[3]!["settlement"] = "60000";
  const after = compute(parseMarket(ended), DEFAULT_PARAMETERS, TIERS.T);
  const following = followingJson(ended, T0 + 300);
  expect(() => checkSuccession(after, parseMarket(following))).toThrow("market.instruments[2].dead: must stay true");
  following.instruments[2]!["dead"] = true;
  expect(() => checkSuccession(after, parseMarket(following))).toThrow(
    "market.instruments[3].settlement: must stay as it settled",
  );
  following.instruments[3]!["settlement"] = "60001";
  expect(() => checkSuccession(after, parseMarket(following))).toThrow(
    "market.instruments[3].settlement: must stay as it settled",
  );
  following.instruments[3]!["settlement"] = "60000";
  checkSuccession(after, parseMarket(following));
});

it("has later prices", () => {
  const market = followingJson(first, T0);
  market.epoch = 2;
  expect(() => check(market)).toThrow(`market.asOf: must be after ${T0}, that of epoch 1`);
});

it("measures the largest move in basis points of the scan range before, rounded up", () => {
  const scan = (name: string): number =>
    before.listed.underlyings.find((underlying) => underlying.name === name)!.scanBps;
  const move = (prices: Parameters<typeof marketJson>[2]): number =>
    largestMove(
      before,
      compute(parseMarket(followingJson(first, T0 + 300, prices)), DEFAULT_PARAMETERS, TIERS.T),
      DEFAULT_PARAMETERS,
    );
  expect(move({})).toBe(0);
  // 60,000 to 60,600 is 100 basis points.
  expect(move({ btc: 60_600 })).toBe(Math.ceil((100 * 10_000) / scan("BTC")));
  expect(move({ btc: 59_400 })).toBe(Math.ceil((100 * 10_000) / scan("BTC")));
  expect(move({ btc: 60_000.01 })).toBe(1);
  expect(move({ btc: 60_600, eth: 2_700 })).toBe(Math.ceil((1_000 * 10_000) / scan("ETH")));
  expect(move({ usdc: 0.99 })).toBe(Math.ceil((100 * 10_000) / scan("USDC")));
  // A scan range, exactly.
  expect(move({ btc: (60_000 * (10_000 + scan("BTC"))) / 10_000 })).toBe(10_000);
});

it("says at most what 32 bits hold", () => {
  const market = parseMarket(followingJson(first, T0 + 300));
  const [btc, ...others] = market.underlyings;
  const risen = {
    ...market,
    underlyings: [
      { ...btc!, sources: btc!.sources.map((source) => ({ ...source, price: source.price * 10n ** 9n })) },
      ...others,
    ],
  };
  expect(largestMove(before, { market: risen, listed: before.listed }, DEFAULT_PARAMETERS)).toBe(2 ** 32 - 1);
});
