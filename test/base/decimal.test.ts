import { describe, expect, it } from "vitest";
import { decimalToNumber, formatDecimal, isDecimal, parseDecimal } from "../../src/base/decimal.ts";

describe("decimals", () => {
  it.each(["0", "1", "-1", "0.001", "111249.61", "999999999999999.999999999999", "-0.000000000001"])(
    "%s round trips",
    (text) => expect(formatDecimal(parseDecimal(text))).toBe(text),
  );

  it.each([
    "",
    ".5",
    "5.",
    "01",
    "+1",
    "1e5",
    "0x1",
    "1,000",
    " 1",
    "NaN",
    "Infinity",
    "--1",
    "0.0000000000001",
    "1".repeat(16),
  ])("%j is none", (text) => {
    expect(isDecimal(text)).toBe(false);
    expect(() => parseDecimal(text)).toThrow(RangeError);
  });

  it("become the nearest double", () => expect(decimalToNumber(parseDecimal("0.1"))).toBe(0.1));
});
