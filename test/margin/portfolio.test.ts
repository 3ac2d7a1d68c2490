import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatPercent, formatUsd, formatWholeUsd, lotsToUnits, unitsToLots } from "../../src/base/amounts.ts";
import { InputError } from "../../src/base/errors.ts";
import {
  PORTFOLIO_LENGTH,
  addPositions,
  parsePortfolio,
  parseTrades,
  readPortfolio,
} from "../../src/margin/portfolio.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { holds, signed } from "../support/property.ts";
import { sampleTable, samplePortfolio, samplePortfolioText } from "../support/sample.ts";

const PERP = "venue-a:BTC-PERP"; // a lot is 0.001 BTC
const file = (holdings: unknown, more: object = {}): object => ({
  format: "plimsoll-portfolio",
  version: 1,
  tier: "M",
  holdings,
  ...more,
});
const names = sampleTable.listings.map(({ name }) => name);
const thrown = (act: () => unknown): InputError => {
  try {
    act();
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
};

describe("a portfolio file", () => {
  test("becomes whole lots in ascending order of instrument", () => {
    const { tier, positions } = parsePortfolio(
      file([
        { instrument: PERP, size: "-12.5" },
        { instrument: "vault-ethereum:USDC", size: "600000" },
      ]),
      sampleTable,
    );
    expect(tier).toBe("M");
    expect(positions.map(({ listing, size }) => [listing.name, size])).toEqual([
      ["vault-ethereum:USDC", 600_000n],
      [PERP, -12_500n],
    ]);
    for (const { row, listing } of positions) expect(row.instrument).toBe(listing.instrument);
  });

  test("of the sample holds what it says", () => {
    const { holdings } = JSON.parse(samplePortfolioText) as { holdings: { instrument: string; size: string }[] };
    const read = new Map(
      samplePortfolio.positions.map(({ listing, size }) => [listing.name, Number(lotsToUnits(size, listing.lot))]),
    );
    expect(read).toEqual(
      new Map(
        samplePortfolio.positions.map(({ listing }) => [
          listing.name,
          Number(holdings.find(({ instrument }) => instrument === listing.name)!.size),
        ]),
      ),
    );
    expect(read.size).toBe(holdings.length);
    const ids = samplePortfolio.positions.map(({ row }) => row.instrument);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  test("may be empty, and may be as full as its tier", () => {
    expect(parsePortfolio(file([]), sampleTable).positions).toEqual([]);
    for (const tier of ["T", "M", "L"] as const) {
      const full = names.slice(0, TIERS[tier].holdings).map((instrument) => ({ instrument, size: "1000" }));
      expect(parsePortfolio(file(full, { tier }), sampleTable).positions).toHaveLength(TIERS[tier].holdings);
    }
  });

  const one = (size: unknown, instrument: unknown = PERP): object => file([{ instrument, size }]);
  test.each<[string, unknown, string, RegExp]>([
    ["not an object", null, "portfolio", /must be an object/],
    ["a list", [], "portfolio.format", /./],
    ["another format", file([], { format: "plimsoll-table" }), "portfolio.format", /must be "plimsoll-portfolio"/],
    ["another version", file([], { version: 2 }), "portfolio.version", /must be 1/],
    ["an unknown tier", file([], { tier: "XL" }), "portfolio.tier", /must be one of T, M, L/],
    ["a field too many", file([], { note: 1 }), "portfolio.note", /./],
    ["no holdings", { format: "plimsoll-portfolio", version: 1, tier: "M" }, "portfolio.holdings", /./],
    ["holdings that are no list", file({}), "portfolio.holdings", /must be a list/],
    ["a holding that is no object", file([7]), "portfolio.holdings[0]", /must be an object/],
    [
      "a holding with a field too many",
      file([{ instrument: PERP, size: "1", price: "2" }]),
      "portfolio.holdings[0].price",
      /./,
    ],
    ["a size that is a number", one(12.5), "portfolio.holdings[0].size", /decimal in a string/],
    ["a size that is NaN", one(Number.NaN), "portfolio.holdings[0].size", /decimal in a string/],
    ["a size that reads NaN", one("NaN"), "portfolio.holdings[0].size", /must be a decimal/],
    ["a size with an exponent", one("1e3"), "portfolio.holdings[0].size", /without exponent/],
    ["an empty size", one(""), "portfolio.holdings[0].size", /must be a decimal/],
    ["a size of 0", one("0"), "portfolio.holdings[0].size", /must not be 0/],
    ["a size of −0.000", one("-0.000"), "portfolio.holdings[0].size", /must not be 0/],
    ["part of a lot", one("0.0005"), "portfolio.holdings[0].size", /whole number of lots of 0\.001 BTC, got "0\.0005"/],
    ["2^38 lots", one("274877906.944"), "portfolio.holdings[0].size", /must be below 2\^38 lots/],
    ["−2^38 lots", one("-274877906.944"), "portfolio.holdings[0].size", /must be below 2\^38 lots/],
    [
      "an unknown instrument",
      one("1", "venue-z:BTC-PERP"),
      "portfolio.holdings[0].instrument",
      /must be listed in the risk table \(did you mean venue-a:BTC-PERP or .*\), got "venue-z/,
    ],
    ["an instrument named like a method", one("1", "__proto__"), "portfolio.holdings[0].instrument", /must be listed/],
    [
      "a duplicate",
      file([
        { instrument: PERP, size: "1" },
        { instrument: PERP, size: "2" },
      ]),
      "portfolio.holdings[1].instrument",
      /must not be held twice/,
    ],
    [
      "17 holdings at tier M",
      file(names.slice(0, 17).map((instrument) => ({ instrument, size: "1" }))),
      "portfolio.holdings",
      /tier M holds at most 16 instruments, got 17/,
    ],
    [
      "5 holdings at tier T",
      file(
        names.slice(0, 5).map((instrument) => ({ instrument, size: "1" })),
        { tier: "T" },
      ),
      "portfolio.holdings",
      /at most 4/,
    ],
  ])("is refused for %s", (_, json, path, rule) => {
    const error = thrown(() => parsePortfolio(json, sampleTable));
    expect(error.path).toBe(path);
    expect(error.message).toMatch(rule);
  });

  test("takes the largest size, and refuses text that is too long or no JSON", () => {
    expect(parsePortfolio(one("274877906.943"), sampleTable).positions[0]!.size).toBe(2n ** 38n - 1n);
    expect(thrown(() => readPortfolio(" ".repeat(PORTFOLIO_LENGTH + 1), sampleTable)).message).toMatch(
      /portfolio: must be at most 262144 characters, got 262145/,
    );
    for (const text of ["", "{", samplePortfolioText.slice(0, 200), samplePortfolioText.replace('"-38"', "NaN")]) {
      expect(thrown(() => readPortfolio(text, sampleTable)).message).toMatch(/^portfolio: must be JSON/);
    }
  });
});

describe("trades", () => {
  test("read NAME=SIZE and add up; what comes to nothing drops out", () => {
    const [back, more] = parseTrades([`${PERP}=38`, "venue-c:ETH-PERP=-0.5"], sampleTable);
    expect([back!.size, more!.size]).toEqual([38_000n, -500n]);
    const after = addPositions(samplePortfolio.positions, [back!, more!]);
    expect(after.map(({ listing }) => listing.name)).not.toContain(PERP);
    expect(after.find(({ listing }) => listing.name === "venue-c:ETH-PERP")!.size).toBe(-150_500n);
    expect(after).toHaveLength(samplePortfolio.positions.length - 1);
  });

  test("are refused when malformed or when a sum leaves the range", () => {
    expect(thrown(() => parseTrades([PERP], sampleTable)).message).toMatch(/^trades\[0\]: must read INSTRUMENT=SIZE/);
    expect(thrown(() => parseTrades([`${PERP}=1`, "x=1"], sampleTable)).path).toBe("trades[1].instrument");
    const [most] = parseTrades([`${PERP}=-274877906.943`], sampleTable);
    expect(thrown(() => addPositions(samplePortfolio.positions, [most!])).message).toMatch(
      /venue-a:BTC-PERP: must be below 2\^38/,
    );
  });
});

describe("decimals", () => {
  test("of USD have thousands and cents, half away from zero", () => {
    const cases: [bigint, string, string][] = [
      [0n, "0.00", "0"],
      [4_999n, "0.00", "0"],
      [5_000n, "0.01", "0"],
      [-4_999n, "0.00", "0"],
      [-5_000n, "−0.01", "0"],
      [12_345_678_901n, "12,345.68", "12,346"],
      [-999_995_000n, "−1,000.00", "−1,000"],
      [1_000_000_000_000n, "1,000,000.00", "1,000,000"],
    ];
    for (const [micro, cents, whole] of cases)
      expect([formatUsd(micro), formatWholeUsd(micro)]).toEqual([cents, whole]);
    expect([8_000, 12_345, -50].map(formatPercent)).toEqual(["80 %", "123.45 %", "−0.5 %"]);
  });

  test("of units and lots are each other's inverse", () => {
    const amounts = fc.tuple(signed(38), fc.constantFrom("1", "0.001", "0.01", "25", "0.00000001"));
    holds("units", 1_000, amounts, ([lots, lot]) => expect(unitsToLots(lotsToUnits(lots, lot), lot)).toBe(lots));
  });
});
