import { expect, it } from "vitest";
import { assetUnits, parseAsset } from "../../src/chain/asset.ts";
import { date, duration, grouped, short } from "../../src/cli/words.ts";

const USDC = { address: "0x", symbol: "USDC", decimals: 6 };

it("writes times and spans", () => {
  expect(date(1_761_350_700)).toBe("2025-10-25T00:05:00Z");
  expect([59, 60, 3_599, 3_600, 86_399, 86_400, 5_183_999, 5_184_000, 34_128_000].map(duration)).toEqual([
    "0 min",
    "1 min",
    "59 min",
    "1 h",
    "23 h",
    "1 d",
    "59 d",
    "2 months",
    "13 months",
  ]);
});

it("shortens long numbers alone, and groups digits before the point alone", () => {
  expect(short(10_000n)).toBe("10000");
  expect(short(2n ** 64n - 1n)).toBe("18446744073709551615");
  expect(short(0x1a2b3c4d5e6f708090a0b0c0d0e0f101n)).toBe("0x1a2b3c…e0f101");
  expect(["0", "999", "1000", "-1234567.1234567", "12345.5"].map(grouped)).toEqual([
    "0",
    "999",
    "1,000",
    "-1,234,567.1234567",
    "12,345.5",
  ]);
});

it("reads and writes amounts of a token", () => {
  expect([0n, 1n, 4_000_500_000n, 1_000_000n, 10n ** 20n].map((amount) => assetUnits(amount, USDC))).toEqual([
    "0",
    "0.000001",
    "4000.5",
    "1",
    "100000000000000",
  ]);
  expect(assetUnits(42n, { ...USDC, decimals: 0 })).toBe("42");
  for (const amount of [1n, 10n, 999_999n, 1_000_000n, 123_456_789n])
    expect(parseAsset(assetUnits(amount, USDC), USDC)).toBe(amount);
  for (const text of ["0.0000001", "-1", "1e3", "", "1.", ".5", "0x1"])
    expect(() => parseAsset(text, USDC)).toThrow("amount: must be a decimal with at most 6 places");
  for (const text of ["0", "0.000"]) expect(() => parseAsset(text, USDC)).toThrow("amount: must be above 0");
});
