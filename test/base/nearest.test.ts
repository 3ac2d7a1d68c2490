import { expect, it } from "vitest";
import { didYouMean, nearest } from "../../src/base/nearest.ts";

const NAMES = ["venue-a:BTC-PERP", "venue-b:BTC-PERP", "venue-a:ETH-PERP", "vault-ethereum:WBTC", "desk-a:CREDIT"];

it.each([
  ["venue-a:btc-perp", ["venue-a:BTC-PERP"]],
  ["venue-a:BTC-PREP", ["venue-a:BTC-PERP", "venue-b:BTC-PERP"]],
  ["venue-a:BTCPERP", ["venue-a:BTC-PERP", "venue-b:BTC-PERP"]],
  ["WBTC", ["vault-ethereum:WBTC"]],
  ["BTC-PERP", ["venue-a:BTC-PERP", "venue-b:BTC-PERP"]],
  ["desk-a:CREDTI", ["desk-a:CREDIT"]],
  ["gold", []],
  ["", []],
])("takes %s for %j", (text, names) => {
  expect(nearest(text, NAMES).slice(0, names.length)).toEqual(names);
  if (names.length === 0) expect(nearest(text, NAMES)).toEqual([]);
});

it("says so in words, three names at most", () => {
  expect(didYouMean("desk-a:CREDT", NAMES)).toBe(" (did you mean desk-a:CREDIT?)");
  expect(didYouMean("gold", NAMES)).toBe("");
  expect(nearest("x", ["x1", "x2", "x3", "x4"])).toEqual(["x1", "x2", "x3"]);
});
