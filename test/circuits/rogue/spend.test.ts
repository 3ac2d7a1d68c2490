/**
 * Forgeries that only the circuit can refuse, each by its own guard: take the guard away and the forgery is accepted.
 * What a refusal says is the constraint that failed and the templates around it, innermost first.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { hash } from "../../../src/protocol/hash.ts";
import type { TableTree } from "../../../src/risk/tree.ts";
import { Circuit } from "../../support/circuit.ts";
import { type Inputs } from "../../support/honest.ts";
import {
  cash,
  coin,
  credit,
  element,
  inverse,
  perpetual,
  release,
  rogueSpend,
  type ForgedSpend,
} from "../../support/rogue.ts";
import { BTC, CASH, CREDIT, DEAD, ETH_PERP, PERP, PUT, RELEASE, tableTree } from "../../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

describe("spend", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("spend", "T");
  });
  const verdict = (forged: ForgedSpend, change: Inputs = {}): Promise<string> =>
    circuit.verdict({ ...rogueSpend(table, forged), ...change });

  it("takes what is honest from a rogue too", async () => {
    const honest: ForgedSpend[] = [
      { old: [coin(100n)], after: [coin(80n)], move: "collateral", target: BTC, lots: 20n },
      { old: [coin(100n)], after: [], move: "collateral", target: BTC, lots: 100n, spares: [BTC] },
      { old: [coin(900n)], after: [coin(900n), credit(-5n)], move: "credit", target: CREDIT, lots: 5n },
      {
        old: [coin(1n), credit(-3n), release(3n)],
        after: [coin(1n)],
        move: "pair",
        target: CREDIT,
        spares: [CREDIT, RELEASE],
      },
      {
        old: [coin(1n), { instrument: DEAD, size: 5n }],
        after: [coin(1n)],
        move: "dead",
        target: DEAD,
        spares: [DEAD],
      },
    ];
    for (const each of honest) expect(await verdict(each)).toBe("accepted");
  });

  describe("refuses a drop", () => {
    it("of a pair that isn't held, which would change nothing but the version", async () => {
      const unheld: ForgedSpend = { old: [coin(100n)], after: [coin(100n)], move: "pair", target: CREDIT };
      for (const onAnyTable of [0n, 1n])
        expect(await verdict({ ...unheld, onAnyTable })).toMatch(/^NonZero: .*\nSpend: NonZero\(\)\(taken\)/);
      const under = [cash(-50_000n)];
      expect(await verdict({ ...unheld, old: under, after: under, onAnyTable: 1n })).toMatch(
        /^NonZero: .*\nSpend: NonZero\(\)\(taken\)/,
      );
    });

    it("of a dead holding that isn't held", async () => {
      expect(await verdict({ old: [coin(100n)], after: [coin(100n)], move: "dead", target: DEAD })).toMatch(
        /^NonZero: .*\nSpend: NonZero\(\)\(taken\)/,
      );
    });

    it("that tables 5,000 of credit at once, without margin", async () => {
      expect(
        await verdict({
          old: [coin(1n), credit(-3_000n), release(3_000n)],
          after: [coin(1n), credit(-5_000n)],
          move: "pair",
          target: CREDIT,
          lots: 5_000n,
          spares: [RELEASE],
        }),
      ).toBe("Spend: noLots === drops;");
    });

    it("of a dead holding with lots beside it", async () => {
      expect(
        await verdict({
          old: [coin(1n), { instrument: DEAD, size: 5n }],
          after: [coin(1n), { instrument: DEAD, size: -7n }],
          move: "dead",
          target: DEAD,
          lots: 7n,
        }),
      ).toBe("Spend: noLots === drops;");
    });

    it("of a dead holding and the neighbour, target + 1, with it", async () => {
      const old = [
        { instrument: DEAD, size: 5n },
        { instrument: ETH_PERP, size: -900n },
      ];
      expect(await verdict({ old, after: [], move: "dead", target: DEAD, spares: [DEAD, ETH_PERP] })).toMatch(
        /^Conserve: sums\[t\] === 0;/,
      );
    });

    it("of two positions as if they were a pair", async () => {
      expect(
        await verdict({
          old: [coin(1n), perpetual(-90n), { instrument: PUT, size: 90n }],
          after: [coin(1n)],
          move: "pair",
          target: PERP,
          spares: [PERP, PUT],
        }),
      ).toBe("Spend: (isMove[1] + isMove[2]) * (1 - isCredit) === 0;");
    });

    it("of a pair that owes, or credit whose release covers more than it", async () => {
      for (const [owed, repaid] of [
        [-5n, 3n],
        [-3n, 5n],
      ] as const) {
        expect(
          await verdict({
            old: [coin(1n), credit(owed), release(repaid)],
            after: [coin(1n)],
            move: "pair",
            target: CREDIT,
            spares: [CREDIT, RELEASE],
          }),
        ).toBe("Spend: isMove[2] * (heldTarget + heldPartner) === 0;");
      }
    });

    it("of a live row, and of the empty row 0", async () => {
      const old = [coin(1n), perpetual(-90n)];
      expect(await verdict({ old, after: [coin(1n)], move: "dead", target: PERP, spares: [PERP] })).toBe(
        "Spend: isMove[3] * (1 - targetDead) === 0;",
      );
      expect(await verdict({ old, after: old, move: "dead", target: 0 })).toBe(
        "Spend: isMove[3] * (1 - targetDead) === 0;",
      );
    });

    it("with an exit leaf beside it", async () => {
      for (const exitLeaf of [5n, hash("EXIT", BigInt(BTC), 900n, 5n, 5n)]) {
        expect(
          await verdict({
            old: [coin(1n), credit(-3n), release(3n)],
            after: [coin(1n)],
            move: "pair",
            target: CREDIT,
            spares: [CREDIT, RELEASE],
            exitLeaf,
          }),
        ).toBe("Spend: exitLeaf === isMove[0] * leaf;");
      }
    });
  });

  describe("refuses credit", () => {
    it("booked beyond margin", async () => {
      expect(
        await verdict({
          old: [coin(10n)],
          after: [coin(10n), credit(-50_000n)],
          move: "credit",
          target: CREDIT,
          lots: 50_000n,
        }),
      ).toMatch(/\nCovered: .*Range\(100\)\(gap\);\nSpend: /);
    });

    it("booked beyond margin, called right on any table", async () => {
      expect(
        await verdict({
          old: [coin(10n)],
          after: [coin(10n), credit(-50_000n)],
          move: "credit",
          target: CREDIT,
          lots: 50_000n,
          onAnyTable: 1n,
        }),
      ).toBe("Spend: owesNothing * (1 - isKept[i]) === 0;");
    });

    it("beyond the cap on net debt, the release counted once", async () => {
      const old = [coin(900n), credit(-50_000n), release(40_000n)];
      const more = (lots: bigint): Promise<string> =>
        verdict({
          old,
          after: [coin(900n), credit(-50_000n - lots), release(40_000n)],
          move: "credit",
          target: CREDIT,
          lots,
        });
      expect(await more(40_000n)).toBe("accepted");
      for (const lots of [40_001n, 80_000n])
        expect(await more(lots)).toMatch(/\nSpend: _ <== Range\(LOTS_BITS\(\) \+ 2\)\(creditLeft\);$/);
    });

    it("with an exit leaf beside it", async () => {
      expect(
        await verdict({
          old: [coin(900n)],
          after: [coin(900n), credit(-5n)],
          move: "credit",
          target: CREDIT,
          lots: 5n,
          exitLeaf: hash("EXIT", BigInt(BTC), 900n, 5n, 5n),
        }),
      ).toBe("Spend: exitLeaf === isMove[0] * leaf;");
    });
  });

  describe("refuses a withdrawal", () => {
    it("of negative lots, which would mint collateral", async () => {
      expect(
        await verdict({ old: [coin(100n)], after: [coin(105n)], move: "collateral", target: BTC, lots: -5n }),
      ).toMatch(/\nSpend: signal \{maxbit\} rangedLots <== Range\(LOTS_BITS\(\)\)\(lots\);$/);
    });

    it("of 2^38 lots", async () => {
      expect(
        await verdict({ old: [coin(100n)], after: [coin(100n)], move: "collateral", target: BTC, lots: 1n << 38n }),
      ).toMatch(/\nSpend: signal \{maxbit\} rangedLots <== Range\(LOTS_BITS\(\)\)\(lots\);$/);
    });

    it("to address 0, which no vault pays", async () => {
      expect(
        await verdict({
          old: [coin(100n)],
          after: [coin(80n)],
          move: "collateral",
          target: BTC,
          lots: 20n,
          recipient: 0n,
        }),
      ).toBe("Spend: isMove[0] * noRecipient === 0;");
    });

    it("of the empty slot, whose row is collateral", async () => {
      expect(
        await verdict({ old: [coin(100n)], after: [coin(100n)], move: "collateral", target: 0, lots: 1n }),
      ).toMatch(/Range\(LOTS_BITS\(\)\)\(collateralLeft\);$/);
    });

    it("of more than is held, or of what is overdrawn", async () => {
      for (const [held, left, lots] of [
        [100n, -1n, 101n],
        [-5n, -6n, 1n],
      ] as const) {
        expect(
          await verdict({
            old: [coin(900n), cash(held)],
            after: [coin(900n), cash(left)],
            move: "collateral",
            target: CASH,
            lots,
          }),
        ).toMatch(/\nSpend: _ <== Range\(LOTS_BITS\(\)\)\(collateralLeft\);$/);
      }
    });

    it("that coverage 0 lets through: whatever the registry takes is public", async () => {
      const broke: ForgedSpend = {
        old: [coin(100n), credit(-40_000n)],
        after: [coin(20n), credit(-40_000n)],
        move: "collateral",
        target: BTC,
        lots: 80n,
      };
      expect(await verdict(broke)).toMatch(/Range\(100\)\(gap\)/);
      const free = rogueSpend(table, { ...broke, coverage: 0n });
      expect(free["claim"]).toBe(0n);
    });
  });

  describe("refuses a row read another way than it is packed", () => {
    const gone: ForgedSpend = {
      old: [coin(1n), perpetual(90n)],
      after: [coin(1n)],
      move: "collateral",
      target: PERP,
      lots: 90n,
      spares: [PERP],
    };
    it("a position as dead, its kind 32 spend", async () => {
      expect(await verdict({ ...gone, move: "dead", lots: 0n, row: { dead: 1n, kind: element(1n - 32n) } })).toMatch(
        /^Bit: .*\nLookUp: .*Bit\(\)\(kindHigh\);/,
      );
    });
    it("a position as collateral, its dead flag 1/32", async () => {
      expect(await verdict({ ...gone, row: { dead: inverse(32n), kind: 0n } })).toMatch(
        /^Bit: .*\nLookUp: .*Bit\(\)\(dead\);/,
      );
    });
    it("a position as collateral, its group a quarter more", async () => {
      expect(await verdict({ ...gone, row: { group: inverse(4n), kind: 0n } })).toBe(
        "LookUp: groups === 1;\nSpend: (targetRow, isCollateral, isCredit) <== LookUp(nGroups, tableLevels, tableCap)(",
      );
    });
    it("a position of kind −3, in the next group", async () => {
      expect(await verdict({ ...gone, row: { group: 1n, kind: element(-3n) } })).toMatch(
        /^Bit: .*\nLookUp: .*Bit\(\)\(kindHigh\);/,
      );
    });
  });

  it("refuses two moves at once, and half moves that sum to one", async () => {
    const half = inverse(2n);
    const both: ForgedSpend = { old: [coin(100n)], after: [coin(80n)], move: "collateral", target: BTC, lots: 20n };
    expect(await verdict(both, { move: [1n, 1n, element(-1n), 0n] })).toMatch(
      /^Bit: .*\nSpend: .*Bit\(\)\(move\[i\]\);/,
    );
    expect(await verdict(both, { move: [half, half, 0n, 0n] })).toMatch(/^Bit: .*\nSpend: .*Bit\(\)\(move\[i\]\);/);
    expect(await verdict(both, { move: [1n, 0n, 0n, 1n] })).toBe(
      "Spend: isMove[0] + isMove[1] + isMove[2] + isMove[3] === 1;",
    );
  });

  it("refuses a claim whose coverage borrows from the flag beside it", async () => {
    const honest: ForgedSpend = { old: [coin(100n)], after: [coin(80n)], move: "collateral", target: BTC, lots: 20n };
    expect(await verdict({ ...honest, coverage: 10_000n - (1n << 14n), onAnyTable: 1n })).toMatch(
      /\nSpend: .*Range\(COVERAGE_BITS\(\)\)\(coverage\);/,
    );
    expect(await verdict({ ...honest, onAnyTable: 2n })).toMatch(/^Bit: .*\nSpend: .*Bit\(\)\(onAnyTable\);/);
  });
});
