import { beforeAll, describe, expect, it } from "vitest";
import { exposure } from "../../src/margin/rule.ts";
import { NO_ISSUER_CAP, NO_LOT_CAP, SCENARIO_THIRDS, TIERS } from "../../src/protocol/constants.ts";
import { buildTable } from "../../src/risk/table.ts";
import { checkTable } from "../../src/risk/tableFile.ts";
import { parseDecimal } from "../../src/base/decimal.ts";
import type { ListedTable, Listing } from "../../src/risk/listing.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";
import type { Row } from "../../src/risk/row.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { indexOf, sampleJson, type Json } from "./sample.ts";

const build = (change: (market: Json) => void = () => {}): ListedTable => {
  const json = sampleJson();
  change(json);
  return buildTable(parseMarket(json));
};
const at = ({ table, listings }: ListedTable, name: string): Row & { listing: Listing } => {
  const index = listings.findIndex((listing) => listing.name === name);
  return { ...table.rows[index]!, listing: listings[index]! };
};
const part = (row: { listing: Listing }, name: string) => row.listing.charges.find((charge) => charge.part === name);

const ROOT = 10036488542164986600432743256778747339769412686106688958877305645906890473683n;

let sample: ListedTable;
beforeAll(() => {
  sample = build();
});

describe("determinism", () => {
  // Pinned: a change of the engine, its defaults or the sample must be seen, and every machine must get this root.
  it("the sample market has one root", async () => {
    const tree = await TableTree.build(sample.table, TIERS.M);
    expect(tree.root).toBe(ROOT);
  });

  it("builds the same table twice", () => expect(build()).toEqual(sample));
});
describe("prices", () => {
  it("take the median and drop what lies apart", () => {
    // 111,249.61 × {1, 1.0003, 0.9996, 1.0001} and an outlier 5 % below: the median of the four.
    expect(sample.underlyings[0]).toMatchObject({ name: "BTC", price: 111255170000n });
  });

  it("need three sources that agree", () => {
    const two = (m: Json) => (m.underlyings[0].sources = m.underlyings[0].sources.slice(0, 2));
    expect(() => build(two)).toThrow(
      "market.underlyings[0].sources: must have at least 3 sources that are at most 600 s old, got 2",
    );
    const apart = (m: Json) => {
      m.underlyings[0].sources = m.underlyings[0].sources.slice(0, 3);
      m.underlyings[0].sources[2].price = "90000";
    };
    expect(() => build(apart)).toThrow("must have at least 3 sources that agree within 200 bp, got 2");
  });

  it("do not count stale sources", () => {
    const stale = (m: Json) => m.underlyings[0].sources.slice(0, 3).forEach((s: Json) => (s.time = m.asOf - 601));
    expect(() => build(stale)).toThrow("market.underlyings[0].sources");
  });

  it("of an instrument must be near spot", () => {
    const i = indexOf(sampleJson(), "venue-a:BTC-PERP");
    expect(() => build((m) => (m.instruments[i].price = "60000"))).toThrow(
      `market.instruments[${i}].price: must be within 3000 bp of spot`,
    );
  });
});

describe("scan ranges", () => {
  const range = (table: ListedTable, name: string) => table.underlyings.find((u) => u.name === name)!.scanBps;

  it("have floors: 18 % for BTC and ETH", () => {
    const calm = build((m) =>
      m.underlyings.forEach(
        (u: Json) => (u.closes.values = u.closes.values.map((_: number, i: number) => 100 + (i % 2) / 10)),
      ),
    );
    expect(range(calm, "BTC")).toBe(1800);
    expect(range(calm, "ETH")).toBe(1800);
    expect(range(calm, "LINK")).toBeGreaterThanOrEqual(1800);
  });

  it("remember stress long past", () => {
    // The same last two hundred days, with and without a wild first year.
    const days = (m: Json, wild: number) =>
      (m.underlyings[0].closes.values = Array.from(
        { length: 600 },
        (_, i) => 100 * (1 + (i % 2) * (i < 365 ? wild : 0.03)),
      ));
    expect(
      range(
        build((m) => days(m, 0.3)),
        "BTC",
      ),
    ).toBeGreaterThan(
      range(
        build((m) => days(m, 0.03)),
        "BTC",
      ),
    );
  });

  it("rise by a quarter an epoch at most", () => {
    const jump = (m: Json) => {
      m.underlyings[0].closes.values[m.underlyings[0].closes.values.length - 1] *= 2;
    };
    const free = range(build(jump), "BTC");
    expect(free).toBeGreaterThan(2500);
    expect(
      range(
        build((m) => {
          jump(m);
          m.previous = { scanBps: { BTC: 2000 } };
        }),
        "BTC",
      ),
    ).toBe(2500);
    expect(
      range(
        build((m) => {
          m.previous = { scanBps: { BTC: 100 } };
        }),
        "BTC",
      ),
    ).toBe(1800);
  });

  it("need a history", () => {
    expect(() => build((m) => (m.underlyings[2].closes.values = [1, 2, 3]))).toThrow(
      "market.underlyings[2].closes.values: must have at least 90 closes, got 3",
    );
  });

  it.each([
    ["a year old", "2024-10-24"],
    ["of the day before the last that will do", "2025-10-21"],
  ])("do not use closes that are %s", (_, last) => {
    expect(() => build((m) => m.underlyings.forEach((u: Json) => (u.closes.last = last)))).toThrow(
      `market.underlyings[0].closes.last: must be a day that ended at most 172800 s before asOf, got "${last}"`,
    );
  });

  it("may lack the last day, or be of no account for a stable asset without one", () => {
    const late = (m: Json) => {
      m.asOf = Date.parse("2025-10-25T00:00:00Z") / 1000;
      m.underlyings.forEach((u: Json) => {
        u.closes.last = u.name === "USDC" ? "2024-01-01" : "2025-10-22";
        u.sources.forEach((s: Json) => (s.time = m.asOf));
      });
    };
    expect(range(build(late), "BTC")).toBe(range(sample, "BTC"));
    expect(() => build((m) => (late(m), (m.underlyings[4].closes.last = "2025-10-21")))).toThrow(
      "market.underlyings[4].closes.last",
    );
  });
});

describe("linear rows", () => {
  it("are exactly proportional to the scenarios", () => {
    for (const [i, row] of sample.table.rows.entries()) {
      if (row.pnl.every((pnl) => pnl === 0n) || /-[CP]$/.test(sample.listings[i]!.name)) continue;
      const third = -row.pnl[4]! * -1n;
      row.pnl.forEach((pnl, s) => expect(pnl).toBe(BigInt(-SCENARIO_THIRDS[s]!) * -third));
      expect(row.pnl[2]! > 0n).toBe(true);
    }
  });

  it("of one asset cancel to the unit, whatever their lots", () => {
    const names = ["vault-ethereum:WBTC", "venue-a:BTC-PERP", "venue-b:BTC-26DEC25", "venue-c:BTC-PERP"];
    const units = ["3", "-5", "4.2", "-2.2"];
    const positions = names.map((name, i) => {
      const row = at(sample, name);
      return { row, size: parseDecimal(units[i]!) / parseDecimal(row.listing.lot) };
    });
    expect(
      exposure(positions, 4)
        .losses.flat()
        .every((loss) => loss === 0n),
    ).toBe(true);
  });

  it("are worth their venue's price", () => expect(at(sample, "venue-a:ETH-PERP").mark).toBe(39599800n));

  it("never understate the scan range, by less than a third of a µUSD a lot", () => {
    const row = at(sample, "venue-c:ETH-PERP");
    const { price, scanBps } = sample.underlyings.find(({ name }) => name === "ETH")!;
    const exact = Number(price) * 0.001 * (scanBps / 1e4);
    expect(Number(-row.pnl[12]!)).toBeGreaterThanOrEqual(exact);
    expect(Number(-row.pnl[12]!) - exact).toBeLessThan(3);
  });
});

describe("options", () => {
  it("net with a future as call − put, to the rounding that is charged", () => {
    const call = at(sample, "venue-a:BTC-26DEC25-110000-C");
    const put = at(sample, "venue-a:BTC-26DEC25-110000-P");
    const future = at(sample, "venue-a:BTC-26DEC25"); // 0.001 BTC a lot, the options 0.01
    call.pnl.forEach((pnl, s) => {
      const difference = pnl - put.pnl[s]! - 10n * future.pnl[s]!;
      expect(difference >= -1n && difference <= 1n).toBe(true);
    });
  });

  it("gain from volatility and lose with time", () => {
    const { pnl } = at(sample, "venue-a:BTC-26DEC25-110000-C");
    expect(pnl[0]! > 0n && pnl[1]! < 0n).toBe(true);
    expect(pnl[10]! > pnl[6]! && pnl[6]! > pnl[2]!).toBe(true);
    expect(-pnl[1]! <= at(sample, "venue-a:BTC-26DEC25-110000-C").mark).toBe(true);
  });

  it("cost a short holder at least 1 % of the notional", () => {
    const { price } = sample.underlyings[0]!;
    for (const [i, row] of sample.table.rows.entries()) {
      if (!/BTC-.*-[CP]$/.test(sample.listings[i]!.name) || row.dead) continue;
      expect(row.chargeShort >= price / 100n / 100n).toBe(true);
    }
  });

  it("cost a long holder no more than their value, but for the rounding", () => {
    for (const [i, row] of sample.table.rows.entries()) {
      if (/-[CP]$/.test(sample.listings[i]!.name)) expect(row.chargeLong <= row.mark).toBe(true);
    }
  });

  it("that expire within the horizon are worth their exercise", () => {
    const name = "venue-a:BTC-31OCT25-110000-C";
    const table = build((m) => (m.instruments[indexOf(m, name)].expiry = m.asOf + 3600));
    expect(at(table, name).pnl[0]).toBe(at(table, name).pnl[1]);
  });
});

describe("charges", () => {
  it("grow with latency: 1 − (1 − h0 − liquidity)(1 − z σ √latency)", () => {
    const row = at(sample, "vault-ethereum:ETH");
    const scan = sample.underlyings.find(({ name }) => name === "ETH")!.scanBps / 1e4;
    const share = scan * Math.sqrt(1080 / 172800);
    const expected = 1 - (1 - 0.05 - 0.005) * (1 - share);
    expect(Number(row.chargeLong) / Number(row.mark)).toBeCloseTo(expected, 5);
    const slow = at(
      build((m) => (m.issuers[0].finalitySeconds = 100_000)),
      "vault-ethereum:ETH",
    );
    expect(slow.chargeLong > row.chargeLong).toBe(true);
  });

  it("of a dated future grow with its time to expiry, on both sides", () => {
    const near = part(at(sample, "venue-a:BTC-28NOV25"), "basis")!;
    const far = part(at(sample, "venue-a:BTC-27MAR26"), "basis")!;
    expect(far.long > near.long && near.long > 0n && near.long === near.short).toBe(true);
  });

  it("take the full scan loss of what has no group, and its scenarios are still", () => {
    const row = at(sample, "venue-a:ATOM-PERP");
    const { price, scanBps } = sample.underlyings.find(({ name }) => name === "ATOM")!;
    expect(row.pnl.every((pnl) => pnl === 0n)).toBe(true);
    const scan = part(row, "scan")!;
    expect(scan.long).toBe(scan.short);
    expect(scan.long >= (price * BigInt(scanBps)) / 10_000n).toBe(true);
  });

  it("take one stable asset's peg against another, the dollar's not", () => {
    expect(part(at(sample, "venue-c:USDC"), "peg")).toMatchObject({ long: 300n, short: 300n });
    expect(at(sample, "venue-a:USD")).toMatchObject({ mark: 10_000n, chargeLong: 0n, chargeShort: 0n });
  });

  it("add up to the row's, with a reason each", () => {
    sample.listings.forEach((listing, i) => {
      expect(listing.charges.reduce((sum, { long }) => sum + long, 0n)).toBe(sample.table.rows[i]!.chargeLong);
      expect(listing.charges.reduce((sum, { short }) => sum + short, 0n)).toBe(sample.table.rows[i]!.chargeShort);
      expect(listing.charges.every(({ because }) => because.length > 10)).toBe(true);
    });
  });
});

describe("kinds and caps", () => {
  it("a credit and its release are free and alike", () => {
    const credit = at(sample, "desk-a:CREDIT");
    const release = at(sample, "desk-a:RELEASE");
    expect(release.instrument).toBe(credit.instrument + 1);
    expect(credit).toMatchObject({ kind: "credit", mark: 10_000n, chargeLong: 0n, chargeShort: 0n, cap: 800_000_000n });
    expect(release).toMatchObject({ kind: "release", mark: 10_000n, chargeLong: 0n, chargeShort: 0n, cap: NO_LOT_CAP });
    expect(release.pnl).toEqual(credit.pnl);
  });

  it("caps: collateral its own, everything else none; a vault none on net value", () => {
    expect(at(sample, "vault-ethereum:WBTC")).toMatchObject({
      kind: "collateral",
      cap: 200_000_000n,
      issuerCap: NO_ISSUER_CAP,
    });
    expect(at(sample, "venue-a:BTC-PERP")).toMatchObject({
      kind: "position",
      cap: NO_LOT_CAP,
      issuerCap: 50_000_000_000_000n,
    });
    expect(at(sample, "venue-a:USD")).toMatchObject({ kind: "collateral", cap: NO_LOT_CAP });
  });

  it("a delisted issuer counts for nothing and moves no more", () => {
    const table = build((m) => (m.issuers[3].delisted = true));
    for (const [i, row] of table.table.rows.entries()) {
      if (table.listings[i]!.issuer !== "venue-a") continue;
      expect(row.issuerCap).toBe(0n);
      expect(row.pnl.every((pnl) => pnl === 0n)).toBe(true);
    }
    expect(at(table, "venue-a:BTC-PERP").mark).toBe(at(sample, "venue-a:BTC-PERP").mark);
  });

  it("anything of an issuer that is gone may be dead: cash and a pair of credit and release too", () => {
    const json = sampleJson();
    for (const name of ["venue-a:USD", "venue-a:CREDIT", "venue-a:RELEASE"])
      json.instruments[indexOf(json, name)].dead = true;
    const table = buildTable(parseMarket(json));
    for (const name of ["venue-a:USD", "venue-a:CREDIT", "venue-a:RELEASE"]) {
      expect(at(table, name)).toMatchObject({ dead: true, mark: 0n, chargeLong: 0n, chargeShort: 0n });
    }
    checkTable(table);
  });

  it("what has settled keeps its value and moves no more; what is dead is worth nothing", () => {
    expect(at(sample, "venue-b:BTC-24OCT25")).toMatchObject({
      mark: 110874350n,
      chargeLong: 0n,
      chargeShort: 0n,
      dead: false,
    });
    expect(at(sample, "venue-b:BTC-24OCT25").pnl.every((pnl) => pnl === 0n)).toBe(true);
    expect(at(sample, "venue-b:BTC-17OCT25-120000-C")).toMatchObject({ mark: 0n, chargeShort: 0n, dead: true });
  });

  it("refuses a lot too large for a row, naming the instrument", () => {
    const i = indexOf(sampleJson(), "venue-a:BTC-PERP");
    expect(() => build((m) => (m.instruments[i].lot = "100"))).toThrow(
      `market.instruments[${i}].mark: must be at least 0 and below 2^40; choose another lot`,
    );
  });

  it("refuses a lot worth nothing", () => {
    const i = indexOf(sampleJson(), "venue-a:ATOM-PERP");
    expect(() => build((m) => (m.instruments[i].lot = "0.0000001"))).toThrow(`market.instruments[${i}].lot`);
  });
});

describe("greeks", () => {
  it("of a perpetual: a hundredth of its mark per 1 %", () => {
    expect(at(sample, "venue-a:ETH-PERP").listing.greeks).toEqual({ delta: 0.395998, gamma: 0, vega: 0, theta: 0 });
  });

  it("of an option have the signs of a long one", () => {
    const { delta, gamma, vega, theta } = at(sample, "venue-a:BTC-26DEC25-110000-P").listing.greeks;
    expect(delta < 0 && gamma > 0 && vega > 0 && theta < 0).toBe(true);
  });
});
