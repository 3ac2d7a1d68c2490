import { describe, expect, it } from "vitest";
import { packClaim, unpackClaim, type Claim } from "../../src/protocol/claim.ts";
import { decodeSignals, encodeSignals } from "../../src/protocol/signals.ts";
import { CLAIMS, FIELD, INSTANCES, TIERS, publicSignals } from "../../src/protocol/constants.ts";

describe("public signals", () => {
  it.each(INSTANCES)("of $circuit $tier keep names and order both ways", ({ circuit, tier }) => {
    const total = publicSignals(circuit, TIERS[tier]).reduce((sum, [, length]) => sum + length, 0);
    const list = Array.from({ length: total }, (_, i) => BigInt(i));
    const named = decodeSignals(circuit, tier, list);
    expect(Object.keys(named)).toEqual(publicSignals(circuit, TIERS[tier]).map(([name]) => name));
    expect(encodeSignals(circuit, tier, named)).toEqual(list);
  });

  const exit = { exitsRoot: 1n, spent: 2n, instrument: 3n, lots: 4n, recipient: 5n, context: 6n };

  it("go by name, not by the order of an object", () => {
    expect(encodeSignals("exit", "T", Object.fromEntries(Object.entries(exit).toReversed()) as typeof exit)).toEqual([
      1n,
      2n,
      3n,
      4n,
      5n,
      6n,
    ]);
  });

  it.each([
    ["missing", { ...exit, lots: undefined }, "publicSignals.lots: must be a field element, got undefined"],
    ["unknown", { ...exit, extra: 1n }, "publicSignals.extra: is no public signal of exit"],
    ["negative", { ...exit, lots: -1n }, "publicSignals.lots: must be at least 0 and below"],
    ["aliased", { ...exit, lots: FIELD }, "publicSignals.lots: must be at least 0 and below"],
    ["a list", { ...exit, lots: [1n] }, "publicSignals.lots: must be a field element, got object"],
  ])("refuse a signal that is %s", (_, named, message) => {
    expect(() => encodeSignals("exit", "T", named as never)).toThrow(message);
  });

  it("refuse lists of another length", () => {
    expect(() => decodeSignals("exit", "T", [1n])).toThrow("exit T has 6 public signals, got 1");
    const receive = decodeSignals("receive", "T", Array<bigint>(9).fill(0n));
    expect(() => encodeSignals("receive", "T", { ...receive, nullifiers: [1n] })).toThrow(
      "publicSignals.nullifiers: must be a list of 2, got 1",
    );
    expect(() => encodeSignals("receive", "T", { ...receive, cipher: [0n, FIELD] })).toThrow("publicSignals.cipher[1]");
  });
});

describe("claim", () => {
  const claim: Claim<"solvency"> = {
    coverage: 8_000,
    report: false,
    withSpendKey: true,
    issuerId: 7,
    salt: 0xffffffff,
    instrumentA: 0x070001,
    sizeA: -5n,
    instrumentB: 0,
    sizeB: 0n,
  };

  it("packs least significant first, sizes offset by 2^38", () => {
    const expected =
      8_000n +
      (1n << 15n) +
      (7n << 16n) +
      (0xffffffffn << 24n) +
      (0x070001n << 56n) +
      ((2n ** 38n - 5n) << 80n) +
      ((2n ** 38n) << 143n);
    expect(packClaim("solvency", claim)).toBe(expected);
    expect(unpackClaim("solvency", expected)).toEqual(claim);
    expect(unpackClaim("spend", packClaim("spend", { coverage: 10_000, onAnyTable: true }))).toEqual({
      coverage: 10_000,
      onAnyTable: true,
    });
  });

  it("holds its extremes", () => {
    const largest = 2n ** 38n - 1n;
    for (const extreme of [
      { ...claim, sizeA: largest, sizeB: -largest },
      { ...claim, coverage: 2 ** 14 - 1, issuerId: 255 },
    ]) {
      expect(unpackClaim("solvency", packClaim("solvency", extreme))).toEqual(extreme);
    }
  });

  it.each([
    ["coverage", 2 ** 14, "must be a whole number below 2^14, got 16384"],
    ["coverage", 1.5, "must be a whole number below 2^14, got 1.5"],
    ["coverage", NaN, "must be a whole number below 2^14, got NaN"],
    ["salt", -1, "must be a whole number below 2^32, got -1"],
    ["report", 1, "must be true or false, got 1"],
    ["sizeA", 2n ** 38n, "must be below 2^38 lots"],
    ["sizeB", -(2n ** 38n), "must be below 2^38 lots"],
    ["sizeB", 3, "must be a whole number of lots, got 3"],
    ["surplus", 3, "is no part of the claim of solvency"],
    ["issuerId", undefined, "must be a whole number below 2^8"],
  ])("refuses %s = %s", (part, value, rule) => {
    expect(() => packClaim("solvency", { ...claim, [part]: value })).toThrow(`claim.${part}: ${rule}`);
  });

  it("refuses bits above its parts and a size that no holding has", () => {
    const bits = CLAIMS.solvency.reduce((sum, [, width]) => sum + width, 0);
    expect(() => unpackClaim("solvency", 1n << BigInt(bits))).toThrow(`claim: must be below 2^${bits}`);
    expect(() => unpackClaim("solvency", 0n)).toThrow("claim.sizeA: must be below 2^38 lots, got -274877906944");
  });
});
