import { bn254 } from "@noble/curves/bn254.js";
import { describe, expect, it } from "vitest";
import { packClaim } from "../../src/protocol/claim.ts";
import { BASE_FIELD, type G1, type G2 } from "../../src/groth16/groth16.ts";
import { calldata, formatProof, parseProof, type Proof } from "../../src/groth16/proof.ts";
import { FIELD } from "../../src/protocol/constants.ts";

const { x: x1, y: y1 } = bn254.G1.Point.BASE.toAffine();
const { x: x2, y: y2 } = bn254.G2.Point.BASE.toAffine();
const g1: G1 = [x1, y1];
const g2: G2 = [
  [x2.c0, x2.c1],
  [y2.c0, y2.c1],
];
const claim = packClaim("solvency", {
  coverage: 10_000,
  report: false,
  withSpendKey: false,
  issuerId: 3,
  salt: 0,
  instrumentA: 196_609,
  sizeA: -12n,
  instrumentB: 0,
  sizeB: 0n,
});
const proof: Proof<"solvency"> = {
  circuit: "solvency",
  tier: "T",
  key: { kind: "development", hash: "ab".repeat(32) },
  signals: {
    accountsRoot: 1n,
    tableRoot: 2n,
    alias: 3n,
    claim,
    committee: 4n,
    ciphertext: [5n, 6n, 7n, 8n, 9n, 10n],
    context: FIELD - 1n,
  },
  points: { a: g1, b: g2, c: g1 },
};
const text = formatProof(proof);
type File = Record<string, Record<string, unknown>>;
const changed = (change: (file: File) => void): string => {
  const file = JSON.parse(text) as File;
  change(file);
  return JSON.stringify(file);
};

describe("proof file", () => {
  it("reads as it was written and spells the claim out", () => {
    expect(parseProof(text)).toEqual(proof);
    expect((JSON.parse(text) as File)["publicSignals"]!["claim"]).toEqual({
      coverage: 10_000,
      report: false,
      withSpendKey: false,
      issuerId: 3,
      salt: 0,
      instrumentA: 196_609,
      sizeA: "-12",
      instrumentB: 0,
      sizeB: "0",
    });
  });

  it("refuses every truncation", () => {
    const whole = text.trimEnd();
    for (let length = 0; length < whole.length; length += 7)
      expect(() => parseProof(whole.slice(0, length))).toThrow("proof file");
  });

  it.each<[string, (file: File) => void, string]>([
    [
      "another format",
      (f) => void ((f as Record<string, unknown>)["format"] = "proof"),
      'format: must be "plimsoll-proof"',
    ],
    ["another version", (f) => void ((f as Record<string, unknown>)["version"] = 2), "version: must be 1, got 2"],
    [
      "an unknown circuit",
      (f) => void ((f as Record<string, unknown>)["circuit"] = "mint"),
      "circuit: must be receive or spend",
    ],
    ["an unknown tier", (f) => void ((f as Record<string, unknown>)["tier"] = "XL"), "tier: must be T or M or L"],
    [
      "another circuit",
      (f) => void ((f as Record<string, unknown>)["circuit"] = "exit"),
      "publicSignals.exitsRoot: must be present",
    ],
    [
      "an unknown field",
      (f) => void ((f as Record<string, unknown>)["note"] = "hi"),
      "note: is no field of a proof file",
    ],
    [
      "an unknown signal",
      (f) => void (f["publicSignals"]!["x"] = "1"),
      "publicSignals.x: is no field of solvency's signals",
    ],
    [
      "an unknown part",
      (f) => void ((f["publicSignals"]!["claim"] as File)["x"] = {}),
      "publicSignals.claim.x: is no field of solvency's claim",
    ],
    ["no proof", (f) => void delete f["proof"], "proof: must be present"],
    [
      "a signal at r",
      (f) => void (f["publicSignals"]!["alias"] = String(FIELD)),
      "publicSignals.alias: must be below the scalar field's order",
    ],
    [
      "a number",
      (f) => void (f["publicSignals"]!["alias"] = 3),
      "publicSignals.alias: must be a decimal string, got 3",
    ],
    [
      "a leading zero",
      (f) => void (f["publicSignals"]!["alias"] = "03"),
      "publicSignals.alias: must be decimal digits without leading zeros",
    ],
    ["hexadecimal", (f) => void (f["publicSignals"]!["alias"] = "0x3"), "publicSignals.alias: must be decimal digits"],
    ["a minus", (f) => void (f["publicSignals"]!["alias"] = "-3"), "publicSignals.alias: must be decimal digits"],
    [
      "a short list",
      (f) => void (f["publicSignals"]!["ciphertext"] = ["1"]),
      "publicSignals.ciphertext: must have 6 items, got 1",
    ],
    [
      "a bad item",
      (f) => void ((f["publicSignals"]!["ciphertext"] as string[])[3] = "x"),
      "publicSignals.ciphertext[3]: must be decimal digits",
    ],
    [
      "a coordinate at q",
      (f) => void ((f["proof"]!["a"] as string[])[1] = String(BASE_FIELD)),
      "proof.a[1]: must be below the base field's order",
    ],
    ["projective points", (f) => void (f["proof"]!["a"] as string[]).push("1"), "proof.a: must have 2 items, got 3"],
    [
      "a wide coverage",
      (f) => void ((f["publicSignals"]!["claim"] as Record<string, unknown>)["coverage"] = 2 ** 14),
      "publicSignals.claim.coverage: must be a whole number below 2^14",
    ],
    [
      "a wide size",
      (f) => void ((f["publicSignals"]!["claim"] as Record<string, unknown>)["sizeA"] = String(2n ** 38n)),
      "publicSignals.claim.sizeA: must be below 2^38 lots",
    ],
    [
      "a minus zero",
      (f) => void ((f["publicSignals"]!["claim"] as Record<string, unknown>)["sizeA"] = "-0"),
      "publicSignals.claim.sizeA: must be a decimal string",
    ],
    ["a bad hash", (f) => void (f["key"]!["hash"] = "AB".repeat(32)), "key.hash: must be 64 lower-case hex digits"],
    ["a bad key kind", (f) => void (f["key"]!["kind"] = "trusted"), "key.kind: must be development or ceremony"],
  ])("refuses %s", (_, change, message) => {
    expect(() => parseProof(changed(change))).toThrow(message);
  });

  it("refuses what two readers could read differently", () => {
    expect(() => parseProof(text.replace('"tier": "T"', '"tier": "M", "tier": "T"'))).toThrow(
      "proof file: must say every field once",
    );
    expect(() => parseProof(text.replace('"alias": "3"', '"alias": "\\u0033"'))).toThrow(
      "proof file: must say every field once",
    );
    expect(() => parseProof(text.replace('"coverage": 10000', '"coverage": 1e4'))).toThrow(
      "proof file: must say every field once",
    );
    expect(() =>
      parseProof(
        changed(
          (file) =>
            void (
              ((file as Record<string, unknown>)["circuit"] = "exit"),
              ((file as Record<string, unknown>)["tier"] = "L")
            ),
        ),
      ),
    ).toThrow("exit has no tier L");
  });

  it("refuses a file too large to be a proof", () => {
    expect(() => parseProof(`${text}${" ".repeat(70_000)}`)).toThrow("must be at most 65536 characters");
  });

  it("is not written with a claim that has no parts", () => {
    const wide = { ...proof, signals: { ...proof.signals, claim: claim + (1n << 200n) } };
    expect(() => formatProof(wide)).toThrow("publicSignals.claim: must be below 2^182");
    expect(() => calldata(wide)).toThrow("publicSignals.claim: must be below 2^182");
  });
});

describe("calldata", () => {
  it("swaps the coordinates of G2 and nothing else", () => {
    const call = calldata(proof);
    expect(call).toEqual({
      a: g1,
      b: [
        [x2.c1, x2.c0],
        [y2.c1, y2.c0],
      ],
      c: g1,
      publicSignals: [1n, 2n, 3n, claim, 4n, 5n, 6n, 7n, 8n, 9n, 10n, FIELD - 1n],
    });
  });
});
