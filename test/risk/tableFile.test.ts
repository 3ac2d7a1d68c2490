import { describe, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { buildTable } from "../../src/risk/table.ts";
import { TABLE_LENGTH, checkTable, decodeTable, encodeTable } from "../../src/risk/tableFile.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { sampleJson, type Json } from "./sample.ts";

const sample = buildTable(parseMarket(sampleJson()));
const text = encodeTable(sample);
const refusal = (json: string): InputError => {
  try {
    decodeTable(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error("the table was accepted");
};
const row = (json: Json, name: string): number => json.listings.findIndex((listing: Json) => listing.name === name);

describe("a table file", () => {
  it("round trips", () => {
    expect(decodeTable(text)).toEqual(sample);
    expect(encodeTable(decodeTable(text))).toBe(text);
  });

  it.each<[string, (json: Json) => void, string]>([
    ["another format", (b) => (b.format = "plimsoll-market"), "table.format"],
    ["another version", (b) => (b.version = 0), "table.version"],
    ["a missing field", (b) => delete b.table.omega, "table.table.omega"],
    ["an unknown field", (b) => (b.table.rows[0].extra = 1), "table.table.rows[0].extra"],
    ["a number for a whole number", (b) => (b.table.rows[0].mark = 5), "table.table.rows[0].mark"],
    ["a hexadecimal number", (b) => (b.table.rows[0].mark = "0x5"), "table.table.rows[0].mark"],
    ["a number of any length", (b) => (b.table.rows[0].mark = "1".repeat(99)), "table.table.rows[0].mark"],
    ["a mark of 2^40", (b) => (b.table.rows[0].mark = String(2 ** 40)), "table.rows[0].mark"],
    ["a negative charge", (b) => (b.table.rows[0].chargeLong = "-1"), "table.rows[0].chargeLong"],
    ["15 scenarios", (b) => b.table.rows[0].pnl.pop(), "table.rows[0].pnl"],
    ["a P&L of 2^37", (b) => (b.table.rows[0].pnl[3] = String(-(2 ** 37))), "table.rows[0].pnl[3]"],
    [
      "rows out of order",
      (b) => [b.table.rows, b.listings].forEach((all) => all.splice(0, 2, all[1], all[0])),
      "table.rows[1].instrument",
    ],
    ["a row twice", (b) => (b.table.rows[1].instrument = b.table.rows[0].instrument), "table.rows[1].instrument"],
    ["a group that is not there", (b) => (b.table.rows[0].group = 6), "table.rows[0].group"],
    ["a cap of another row's issuer", (b) => (b.table.rows[1].issuerCap = "7"), "table.rows[1].issuerCap"],
    ["a dead row of value", (b) => (b.table.rows[0].dead = true), "table.rows[0].dead"],
    ["listings out of order", (b) => b.listings.reverse(), "table.listings[0].instrument"],
    ["a listing too few", (b) => b.listings.pop(), "table.listings"],
    ["a name twice", (b) => (b.listings[1].name = b.listings[0].name), "table.listings[1].name"],
    ["charges that don't add up", (b) => (b.listings[0].charges[0].long = "1"), "table.listings[0].charges"],
    ["a zero lot", (b) => (b.listings[0].lot = "0"), "table.listings[0].lot"],
    ["an end before the start", (b) => (b.table.notAfter = b.table.asOf), "table.notAfter"],
    ["a diagonal below one", (b) => (b.table.correlations[1][1] = 9_999), "table.correlations[1][1]"],
    ["an asymmetric matrix", (b) => (b.table.correlations[0][1] += 1), "table.correlations[0][1]"],
    ["a matrix too small", (b) => b.table.correlations.pop(), "table.correlations"],
    ["a line too short", (b) => b.table.correlations[2].pop(), "table.correlations[2]"],
    [
      "an impossible matrix",
      (b) => {
        for (const [g, h, value] of [
          [0, 1, 9000],
          [1, 2, 9000],
          [0, 2, -9000],
        ] as const)
          b.table.correlations[g][h] = b.table.correlations[h][g] = value;
      },
      "table.correlations",
    ],
    [
      "a correlation above one",
      (b) => (b.table.correlations[0][1] = b.table.correlations[1][0] = 10_001),
      "table.table.correlations[0][1]",
    ],
    ["a group twice", (b) => (b.table.groups[1] = "BTC"), "table.groups"],
  ])("refuses %s", (_, change, path) => {
    const json = JSON.parse(text);
    change(json);
    expect(refusal(JSON.stringify(json)).path).toBe(path);
  });

  it("refuses a credit with a charge, another mark, or no release", () => {
    const changed = (change: (json: Json, i: number) => void): string => {
      const json = JSON.parse(text);
      change(json, row(json, "desk-a:CREDIT"));
      return refusal(JSON.stringify(json)).message;
    };
    expect(changed((b, i) => (b.table.rows[i].chargeShort = "1"))).toContain("credit and release carry no charges");
    expect(changed((b, i) => (b.table.rows[i].mark = "9999"))).toContain("carry the same mark and scenarios");
    expect(
      changed((b, i) => {
        b.table.rows.splice(i + 1, 1);
        b.listings.splice(i + 1, 1);
      }),
    ).toContain("needs its release");
  });

  it("refuses text that is cut short or too long", () => {
    expect(refusal(text.slice(0, -10)).message).toBe("table: must be JSON");
    expect(refusal(" ".repeat(TABLE_LENGTH + 1)).path).toBe("table");
  });

  it("fits the tier it is checked for", () => {
    expect(() => checkTable(sample, TIERS.M)).not.toThrow();
    expect(() => checkTable(sample, TIERS.T)).toThrow("table.rows: must be at most 63, got 278");
  });
});
