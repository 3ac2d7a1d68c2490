/**
 * Forgeries that only the circuit can refuse, each by its own guard: take the guard away and the forgery is accepted.
 * What a refusal says is the constraint that failed and the templates around it, innermost first.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { nextReadKey } from "../../../src/account/keys.ts";
import { hash } from "../../../src/protocol/hash.ts";
import { INSTRUMENT_BITS } from "../../../src/protocol/constants.ts";
import type { TableTree } from "../../../src/risk/tree.ts";
import { Circuit } from "../../support/circuit.ts";
import { HEDGED, LONG_SHORT, type Inputs } from "../../support/honest.ts";
import {
  coin,
  element,
  holdingInputs,
  looseClaim,
  marginAs,
  perpetual,
  put,
  rogueSolvency,
} from "../../support/rogue.ts";
import { BTC, CREDIT, DESK, ETH_PERP, PERP, RELEASE, accountWith, tableTree } from "../../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

describe("solvency", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("solvency", "T");
  });
  const verdict = (inputs: Inputs): Promise<string> => circuit.verdict(inputs);
  const WIDE = 1n << BigInt(INSTRUMENT_BITS);

  it("takes what is honest from a rogue too", async () => {
    expect(await verdict(rogueSolvency(table))).toBe("accepted");
  });

  it("refuses a release total of 900 that isn't held, by a shown instrument of 34 bits", async () => {
    const forged = rogueSolvency(table, { shown: [BigInt(CREDIT), BigInt(RELEASE) + 900n * WIDE] });
    expect(forged["claim"]).toBe(
      looseClaim("solvency", {
        coverage: 10_000n,
        withSpendKey: 1n,
        issuerId: BigInt(DESK),
        instrumentA: BigInt(CREDIT),
        sizeA: -1_000n,
        instrumentB: BigInt(RELEASE),
        sizeB: 900n,
      }),
    );
    expect(await verdict(forged)).toMatch(/\nSolvency: _ <== Range\(INSTRUMENT_BITS\(\)\)\(shown\[k\]\);$/);
  });

  it("refuses a debt hidden behind a salt of 56 bits", async () => {
    const forged = rogueSolvency(table, { shown: [0n, 0n], shownSizes: [0n, 0n], salt: BigInt(CREDIT) << 32n });
    expect(forged["claim"]).toBe(
      looseClaim("solvency", {
        coverage: 10_000n,
        withSpendKey: 1n,
        issuerId: BigInt(DESK),
        instrumentA: BigInt(CREDIT),
      }),
    );
    expect(await verdict(forged)).toMatch(/\nSolvency: _ <== Range\(SALT_BITS\(\)\)\(salt\);$/);
  });

  it("refuses another alias for the same claim, by an issuer 256 spend and a salt one more", async () => {
    const forged = rogueSolvency(table, { issuerId: BigInt(DESK) - 256n, salt: 1n });
    expect(forged["claim"]).toBe(rogueSolvency(table)["claim"]);
    expect(forged["alias"]).not.toBe(rogueSolvency(table)["alias"]);
    expect(await verdict(forged)).toMatch(/\nSolvency: _ <== Range\(ISSUER_BITS\(\)\)\(issuerId\);$/);
  });

  it("refuses a coverage 2^14 spend with the report bit set", async () => {
    expect(await verdict(rogueSolvency(table, { coverage: 10_000n - (1n << 14n), report: 1n }))).toMatch(
      /\nSolvency: .*Range\(COVERAGE_BITS\(\)\)\(coverage\);/,
    );
  });

  it("refuses a committee ciphertext that anybody opens: r·G at infinity", async () => {
    const { account } = accountWith("T", HEDGED);
    const order = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;
    for (const scalar of [0n, order]) {
      const open = {
        ciphertextScalar: scalar,
        ciphertext: [0n, 1n, element(account.readKey + hash("MASK", 0n, 1n)), 0n, 0n, 0n],
      };
      expect(await verdict({ ...rogueSolvency(table), ...open })).toMatch(
        /^NonZero: .*\nCiphertext: NonZero\(\)\(nonce\[0\]\);/,
      );
    }
    const wide = { ciphertextScalar: 1n << 251n };
    expect(await verdict({ ...rogueSolvency(table), ...wide })).toMatch(
      /\nCiphertext: signal bits\[n\] <== Num2Bits\(n\)\(scalar\);/,
    );
  });

  it("refuses another version or read key than the account's", async () => {
    for (const [name, value] of [
      ["version", 4n],
      ["readKey", nextReadKey(accountWith("T", HEDGED).account.readKey)],
    ] as const) {
      expect(await verdict({ ...rogueSolvency(table), [name]: value })).toBe("Solvency: root === accountsRoot;");
    }
  });

  it("refuses a row moved to another group, its kind four higher", async () => {
    const forged = rogueSolvency(table, {}, LONG_SHORT);
    const at = LONG_SHORT.findIndex(({ instrument }) => instrument === ETH_PERP);
    // The first hash input of a row packs kind + 4 · group: 1 + 4 · 1 = 5 + 4 · 0.
    const moved = { rowKinds: put(forged["rowKinds"], at, 5n), rowGroups: put(forged["rowGroups"], at, 0n) };
    const hints = marginAs(table, LONG_SHORT, ({ row, size }) => ({ row: { ...row, group: 0 }, size }));
    expect(await verdict({ ...forged, ...moved, ...hints })).toMatch(/^Bit: .*\nLookUp: .*Bit\(\)\(kindHigh\);/);
  });

  it("refuses a holding read as one lot more, its instrument 2^24 spend and its kind one higher", async () => {
    const held = [coin(100n)];
    const forged = rogueSolvency(table, { shown: [0n, 0n], shownSizes: [0n, 0n] }, held);
    // A word packs instrument + (size + 2^38) · 2^24, a row's first input instrument + 2^24 · (kind + …): both stay.
    const spelled = holdingInputs("instruments", "sizes", [coin(101n)]);
    const hints = marginAs(table, held, ({ row }) => ({ row, size: 101n }));
    const more: Inputs = {
      ...forged,
      ...spelled,
      ...hints,
      rowKinds: put(forged["rowKinds"], 0, 1n),
      instruments: put(spelled["instruments"], 0, BigInt(BTC) - WIDE),
    };
    expect(await verdict(more)).toMatch(/\nReadHolding: _ <== Range\(ISSUER_BITS\(\)\)\(issuerId\);/);
  });

  it("refuses a position read as collateral, its instrument 2^24 higher and one lot fewer", async () => {
    const held = [coin(100n), perpetual(90n)];
    const forged = rogueSolvency(table, { shown: [0n, 0n], shownSizes: [0n, 0n] }, held);
    const hints = marginAs(table, held, ({ row, size }) => ({ row, size: row.instrument === PERP ? size - 1n : size }));
    const fewer: Inputs = {
      ...forged,
      ...hints,
      instruments: put(forged["instruments"], 1, BigInt(PERP) + WIDE),
      sizes: put(forged["sizes"], 1, 89n),
      rowKinds: put(forged["rowKinds"], 1, 0n),
    };
    expect(await verdict(fewer)).toMatch(/\nReadHolding: _ <== Range\(ISSUER_BITS\(\)\)\(issuerId\);/);
  });
});
