import { describe, expect, it } from "vitest";
import { InputError } from "../../src/errors.ts";
import { buildBook } from "../../src/risk/book.ts";
import { BOOK_LENGTH, checkBook, decodeBook, encodeBook } from "../../src/risk/bookFile.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";
import { TIERS } from "../../src/protocol.ts";
import { sampleJson, type Json } from "./sample.ts";

const sample = buildBook(parseMarket(sampleJson()));
const text = encodeBook(sample);
const refusal = (json: string): InputError => {
  try {
    decodeBook(json);
  } catch (error) {
    expect(error).toBeInstanceOf(InputError);
    return error as InputError;
  }
  throw new Error("the book was accepted");
};
const row = (json: Json, name: string): number => json.listings.findIndex((listing: Json) => listing.name === name);

describe("a book file", () => {
  it("round trips", () => {
    expect(decodeBook(text)).toEqual(sample);
    expect(encodeBook(decodeBook(text))).toBe(text);
  });

  it.each<[string, (json: Json) => void, string]>([
    ["another format", (b) => (b.format = "plimsoll-market"), "book.format"],
    ["another version", (b) => (b.version = 0), "book.version"],
    ["a missing field", (b) => delete b.book.omega, "book.book.omega"],
    ["an unknown field", (b) => (b.book.rows[0].extra = 1), "book.book.rows[0].extra"],
    ["a number for a whole number", (b) => (b.book.rows[0].mark = 5), "book.book.rows[0].mark"],
    ["a hexadecimal number", (b) => (b.book.rows[0].mark = "0x5"), "book.book.rows[0].mark"],
    ["a number of any length", (b) => (b.book.rows[0].mark = "1".repeat(99)), "book.book.rows[0].mark"],
    ["a mark of 2^40", (b) => (b.book.rows[0].mark = String(2 ** 40)), "book.rows[0].mark"],
    ["a negative charge", (b) => (b.book.rows[0].chargeLong = "-1"), "book.rows[0].chargeLong"],
    ["15 scenarios", (b) => b.book.rows[0].pnl.pop(), "book.rows[0].pnl"],
    ["a P&L of 2^37", (b) => (b.book.rows[0].pnl[3] = String(-(2 ** 37))), "book.rows[0].pnl[3]"],
    ["rows out of order", (b) => [b.book.rows, b.listings].forEach((all) => all.splice(0, 2, all[1], all[0])), "book.rows[1].instrument"],
    ["a row twice", (b) => (b.book.rows[1].instrument = b.book.rows[0].instrument), "book.rows[1].instrument"],
    ["a group that is not there", (b) => (b.book.rows[0].group = 6), "book.rows[0].group"],
    ["a cap of another row's issuer", (b) => (b.book.rows[1].issuerCap = "7"), "book.rows[1].issuerCap"],
    ["a dead row of value", (b) => (b.book.rows[0].dead = true), "book.rows[0].dead"],
    ["listings out of order", (b) => b.listings.reverse(), "book.listings[0].instrument"],
    ["a listing too few", (b) => b.listings.pop(), "book.listings"],
    ["a name twice", (b) => (b.listings[1].name = b.listings[0].name), "book.listings[1].name"],
    ["charges that don't add up", (b) => (b.listings[0].charges[0].long = "1"), "book.listings[0].charges"],
    ["a zero lot", (b) => (b.listings[0].lot = "0"), "book.listings[0].lot"],
    ["an end before the start", (b) => (b.book.notAfter = b.book.asOf), "book.notAfter"],
    ["a diagonal below one", (b) => (b.book.correlations[1][1] = 9_999), "book.correlations[1][1]"],
    ["an asymmetric matrix", (b) => (b.book.correlations[0][1] += 1), "book.correlations[0][1]"],
    ["a matrix too small", (b) => b.book.correlations.pop(), "book.correlations"],
    ["a line too short", (b) => b.book.correlations[2].pop(), "book.correlations[2]"],
    ["an impossible matrix", (b) => {
      for (const [g, h, value] of [[0, 1, 9000], [1, 2, 9000], [0, 2, -9000]] as const) b.book.correlations[g][h] = b.book.correlations[h][g] = value;
    }, "book.correlations"],
    ["a correlation above one", (b) => (b.book.correlations[0][1] = b.book.correlations[1][0] = 10_001), "book.book.correlations[0][1]"],
    ["a group twice", (b) => (b.book.groups[1] = "BTC"), "book.groups"],
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
    expect(changed((b, i) => (b.book.rows[i].chargeShort = "1"))).toContain("credit and release carry no charges");
    expect(changed((b, i) => (b.book.rows[i].mark = "9999"))).toContain("carry the same mark and scenarios");
    expect(changed((b, i) => { b.book.rows.splice(i + 1, 1); b.listings.splice(i + 1, 1); })).toContain("needs its release");
  });

  it("refuses text that is cut short or too long", () => {
    expect(refusal(text.slice(0, -10)).message).toBe("book: must be JSON");
    expect(refusal(" ".repeat(BOOK_LENGTH + 1)).path).toBe("book");
  });

  it("fits the tier it is checked for", () => {
    expect(() => checkBook(sample, TIERS.M)).not.toThrow();
    expect(() => checkBook(sample, TIERS.T)).toThrow("book.rows: must be at most 63, got 278");
  });
});
