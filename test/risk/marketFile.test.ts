import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { MARKET_LENGTH, parseMarket, readMarket } from "../../src/risk/marketFile.ts";
import { indexOf, sampleJson, type Json } from "./sample.ts";

/** What must be refused: the change, and the path that the error names. */
const BAD: readonly [name: string, change: (market: Json) => void, path: string][] = [
  ["another format", (m) => (m.format = "csv"), "market.format"],
  ["another version", (m) => (m.version = 2), "market.version"],
  ["an unknown field", (m) => (m.extra = 1), "market.extra"],
  ["a missing field", (m) => delete m.epoch, "market.epoch"],
  ["a fractional epoch", (m) => (m.epoch = 1.5), "market.epoch"],
  ["a table that ends before it starts", (m) => (m.notAfter = m.asOf), "market.notAfter"],
  ["no instruments", (m) => (m.instruments = []), "market.instruments"],
  [
    "more instruments than a table has rows",
    (m) => (m.instruments = Array(4096).fill(m.instruments[0])),
    "market.instruments",
  ],

  ["a negative price", (m) => (m.underlyings[0].sources[1].price = "-1"), "market.underlyings[0].sources[1].price"],
  ["a zero price", (m) => (m.underlyings[0].sources[1].price = "0"), "market.underlyings[0].sources[1].price"],
  ["a price as a number", (m) => (m.underlyings[0].sources[1].price = 1.5), "market.underlyings[0].sources[1].price"],
  [
    "a price with an exponent",
    (m) => (m.underlyings[0].sources[1].price = "1e5"),
    "market.underlyings[0].sources[1].price",
  ],
  [
    "a price of too many digits",
    (m) => (m.underlyings[0].sources[1].price = "1".repeat(16)),
    "market.underlyings[0].sources[1].price",
  ],
  [
    "a price from the future",
    (m) => (m.underlyings[0].sources[1].time = m.asOf + 1),
    "market.underlyings[0].sources[1].time",
  ],
  [
    "one source twice",
    (m) => (m.underlyings[0].sources[1].name = m.underlyings[0].sources[0].name),
    "market.underlyings[0].sources[1].name",
  ],
  ["NaN among closes", (m) => (m.underlyings[1].closes.values[7] = NaN), "market.underlyings[1].closes.values[7]"],
  [
    "an infinite close",
    (m) => (m.underlyings[1].closes.values[7] = Infinity),
    "market.underlyings[1].closes.values[7]",
  ],
  ["a zero close", (m) => (m.underlyings[1].closes.values[7] = 0), "market.underlyings[1].closes.values[7]"],
  ["a null close", (m) => (m.underlyings[1].closes.values[7] = null), "market.underlyings[1].closes.values[7]"],
  [
    "a history of another day",
    (m) => (m.underlyings[1].closes.last = "2025-10-23"),
    "market.underlyings[1].closes.last",
  ],
  [
    "a history that ends on a day that doesn't exist",
    (m) => m.underlyings.forEach((u: Json) => (u.closes.last = "2025-02-30")),
    "market.underlyings[0].closes.last",
  ],
  [
    "a history that ends in a month that doesn't exist",
    (m) => (m.underlyings[0].closes.last = "2025-13-01"),
    "market.underlyings[0].closes.last",
  ],
  [
    "a date with a time",
    (m) => (m.underlyings[0].closes.last = "2025-10-24T00:00"),
    "market.underlyings[0].closes.last",
  ],
  ["a date without dashes", (m) => (m.underlyings[0].closes.last = "20251024"), "market.underlyings[0].closes.last"],
  [
    "a history that ends on a day that isn't over",
    (m) => (m.underlyings[0].closes.last = "2025-10-25"),
    "market.underlyings[0].closes.last",
  ],
  [
    "a history that ends tomorrow",
    (m) => (m.underlyings[0].closes.last = "2025-10-26"),
    "market.underlyings[0].closes.last",
  ],
  ["an underlying twice", (m) => (m.underlyings[1].name = "BTC"), "market.underlyings[1].name"],
  ["a group of two underlyings", (m) => (m.underlyings[1].group = "BTC"), "market.underlyings[1].group"],
  ["a stable asset with a group", (m) => (m.underlyings[5].group = "DAI"), "market.underlyings[5].group"],
  ["the dollar as an underlying", (m) => (m.underlyings[0].name = "USD"), "market.underlyings[0].name"],
  [
    "previous ranges of an unknown asset",
    (m) => (m.previous = { scanBps: { DOGE: 1800 } }),
    "market.previous.scanBps.DOGE",
  ],

  ["an issuer without id", (m) => (m.issuers[0].id = 0), "market.issuers[0].id"],
  ["issuers out of order", (m) => m.issuers.reverse(), "market.issuers[1].id"],
  ["a vault with a cap", (m) => (m.issuers[0].capUsd = "5"), "market.issuers[0].capUsd"],
  ["a venue without a cap", (m) => (m.issuers[3].capUsd = null), "market.issuers[3].capUsd"],
  ["a negative cap", (m) => (m.issuers[3].capUsd = "-5"), "market.issuers[3].capUsd"],
  ["a negative latency", (m) => (m.issuers[0].relaySeconds = -1), "market.issuers[0].relaySeconds"],
  ["an issuer twice by name", (m) => (m.issuers[1].name = m.issuers[0].name), "market.issuers[1].name"],

  ["an unknown type", (m) => (m.instruments[0].type = "swap"), "market.instruments[0].type"],
  [
    "instruments out of order",
    (m) => m.instruments.splice(0, 2, m.instruments[1], m.instruments[0]),
    "market.instruments[1].serial",
  ],
  ["an id twice", (m) => (m.instruments[1].serial = m.instruments[0].serial), "market.instruments[1].serial"],
  ["a serial of 17 bits", (m) => (m.instruments[0].serial = 65536), "market.instruments[0].serial"],
  ["a name twice", (m) => (m.instruments[1].name = m.instruments[0].name), "market.instruments[1].name"],
  ["an unknown issuer", (m) => (m.instruments[0].issuer = 0xf0), "market.instruments[0].issuer"],
  ["an unknown underlying", (m) => (m.instruments[0].underlying = "DOGE"), "market.instruments[0].underlying"],
  ["a token in dollars", (m) => (m.instruments[0].underlying = "USD"), "market.instruments[0].underlying"],
  ["a zero lot", (m) => (m.instruments[0].lot = "0"), "market.instruments[0].lot"],
  ["a haircut above 100 %", (m) => (m.instruments[0].haircutBps = 10001), "market.instruments[0].haircutBps"],
  ["a cap between lots", (m) => (m.instruments[0].cap = "0.00015"), "market.instruments[0].cap"],
];
const BAD_BY_NAME: readonly [
  name: string,
  instrument: string,
  change: (instrument: Json, market: Json) => void,
  field: string,
][] = [
  [
    "a perpetual at a vault",
    "venue-a:BTC-PERP",
    (_, m) => Object.assign(m.issuers[3], { kind: "vault", capUsd: null }),
    "",
  ],
  ["a credit in an asset without a group", "venue-a:CREDIT", (i) => (i.underlying = "ATOM"), "underlying"],
  [
    "a credit without its release",
    "venue-a:CREDIT",
    (_, m) => m.instruments.splice(indexOf(m, "venue-a:RELEASE"), 1),
    "type",
  ],
  ["a release of another lot", "venue-a:RELEASE", (i) => (i.lot = "0.1"), "lot"],
  ["a release dead before its credit", "venue-a:RELEASE", (i) => (i.dead = true), "dead"],
  ["an option without volatility", "venue-a:BTC-31OCT25-110000-C", (i) => (i.iv = 0), "iv"],
  ["an option at NaN", "venue-a:BTC-31OCT25-110000-C", (i) => (i.iv = NaN), "iv"],
  ["an option that is neither", "venue-a:BTC-31OCT25-110000-C", (i) => (i.right = "both"), "right"],
  ["an option without a forward", "venue-a:BTC-31OCT25-110000-C", (i) => delete i.forward, "forward"],
  ["an option on an unknown future", "venue-a:BTC-28NOV25-110000-C", (i) => (i.future = "none"), "future"],
  [
    "an option on a future of another day",
    "venue-a:BTC-28NOV25-110000-C",
    (i) => (i.future = "venue-a:BTC-26DEC25"),
    "future",
  ],
  ["an expired future without its settlement", "venue-b:BTC-24OCT25", (i) => delete i.settlement, "expiry"],
];

const refusal = (json: Json): InputError => {
  try {
    parseMarket(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error("the market was accepted");
};

describe("a market file", () => {
  it("reads", () => expect(parseMarket(sampleJson()).instruments.length).toBeGreaterThan(200));

  it.each(BAD)("refuses %s", (_, change, path) => {
    const json = sampleJson();
    change(json);
    expect(refusal(json).path).toBe(path);
  });

  it.each(BAD_BY_NAME)("refuses %s", (_, name, change, field) => {
    const json = sampleJson();
    const index = indexOf(json, name);
    change(json.instruments[index], json);
    const { path } = refusal(json);
    if (field === "") expect(path).toMatch(/^market\.instruments\[\d+\]\.type$/);
    else expect(path).toBe(`market.instruments[${index}].${field}`);
  });

  it("refuses text that is no JSON, and keeps why", () => {
    expect(() => readMarket("{")).toThrow(InputError);
    try {
      readMarket("{");
    } catch (error) {
      expect((error as InputError).cause).toBeInstanceOf(SyntaxError);
    }
  });

  it("refuses a text of any length", () => {
    expect(() => readMarket(" ".repeat(MARKET_LENGTH + 1))).toThrow(
      `market: must be at most ${MARKET_LENGTH} characters`,
    );
  });

  it.each([[null], ["market"], [7]])("refuses %j", (json) => expect(refusal(json).path).toBe("market"));

  it("says path, rule and value", () => {
    const json = sampleJson();
    json.underlyings[0].sources[1].price = "-1";
    expect(refusal(json).message).toBe('market.underlyings[0].sources[1].price: must be above 0, got "-1"');
  });
});
