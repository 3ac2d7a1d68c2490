/**
 * Forgeries that only the circuit can refuse, each by its own guard: take the guard away and the forgery is accepted.
 * What a refusal says is the constraint that failed and the templates around it, innermost first.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Holding } from "../../src/account/holdings.ts";
import { nextReadKey, ownerOf, spendKeys } from "../../src/account/keys.ts";
import { hash } from "../../src/protocol/hash.ts";
import { FIELD, INSTRUMENT_BITS } from "../../src/protocol/constants.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { Circuit } from "../support/circuit.ts";
import { HEDGED, LONG_SHORT, honestExit, honestReceive, inputsOf, type Inputs } from "../support/honest.ts";
import {
  element,
  holdingInputs,
  inverse,
  looseClaim,
  marginAs,
  rogueReceive,
  rogueSpend,
  rogueSolvency,
  type ForgedSpend,
} from "../support/rogue.ts";
import {
  BTC,
  CASH,
  CREDIT,
  DEAD,
  DESK,
  ETH_PERP,
  Issuers,
  KEYS,
  PERP,
  PUT,
  RELEASE,
  USDC,
  VENUE,
  accountWith,
  tableTree,
} from "../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

const holding =
  (instrument: number) =>
  (size: bigint): Holding => ({ instrument, size });
const [coin, cash, perpetual, credit, release] = [BTC, CASH, PERP, CREDIT, RELEASE].map(holding) as [
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
];
/** An input that is a list, with another value at one place. */
const put = (list: Inputs[string] | undefined, place: number, value: bigint): bigint[] =>
  (list as bigint[]).with(place, value);

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

describe("receive", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("receive", "T");
  });
  const verdict = (inputs: Inputs): Promise<string> => circuit.verdict(inputs);
  const OWNER = ownerOf(KEYS);
  /** One deposit of 50 coins. */
  const deposit = () => {
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, [coin(50n)], 777n);
    return { notes: [issuers.receive(OWNER, note)], notesRoot: issuers.notes.root };
  };

  it("takes what is honest from a rogue too", async () => {
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [coin(50n)] }))).toBe("accepted");
    expect(await verdict(rogueReceive({ ...deposit(), after: [coin(50n)] }))).toBe("accepted");
  });

  it("spends one nullifier twice where one note is received twice, so that the registry refuses it", async () => {
    const { notes, notesRoot } = deposit();
    const forged = rogueReceive({ old: [], after: [coin(100n)], notes: [notes[0]!, notes[0]!], notesRoot });
    expect(await verdict(forged)).toBe("accepted");
    expect(new Set(forged["nullifiers"] as bigint[]).size).toBe(1);
  });

  it("refuses more or other than the notes bring", async () => {
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [coin(51n)] }))).toBe(
      "Conserve: sums[t] === slots[t].size;\nReceive: Conserve(nHoldings + nNotes * NOTE_LEGS(), nHoldings, NOTE_LEGS())(items, holdings, spares);",
    );
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [{ instrument: USDC, size: 50n }] }))).toMatch(
      /^Conserve: count === 1 - empty\[m\];/,
    );
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [], spares: [BTC] }))).toMatch(
      /^Conserve: sums\[t\] === 0;/,
    );
    expect(await verdict(rogueReceive({ old: [coin(5n)], after: [coin(6n)] }))).toMatch(
      /^Conserve: sums\[t\] === slots\[t\]\.size;/,
    );
  });

  it("refuses a sum that leaves the range of sizes", async () => {
    const most = (1n << 38n) - 1n;
    // A note of 50 into an account one lot short of the range, as if it held one lot only and then as much as it would.
    const small = rogueReceive({ ...deposit(), old: [coin(1n)], after: [coin(51n)] });
    const full = accountWith("T", [coin(most)]).account;
    const empty = rogueReceive({ old: [coin(most)], after: [coin(most)] });
    const nullifiers = put(empty["nullifiers"], 0, (small["nullifiers"] as bigint[])[0]!);
    const forged = {
      ...small,
      ...holdingInputs("oldInstruments", "oldSizes", full.holdings),
      oldCommitment: full.commitment,
      nullifiers,
    };
    expect(await verdict({ ...forged, sizes: put(small["sizes"], 0, most + 50n) })).toMatch(
      /\nReadHolding: .*Signed\(LOTS_BITS\(\)\)\(size\);/,
    );
  });

  it("refuses a note half used, or used twice over", async () => {
    const honest = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    for (const used of [2n, inverse(2n)]) {
      expect(await verdict({ ...honest, noteUsed: put(honest["noteUsed"], 0, used) })).toMatch(
        /^Bit: .*\nReceiveNote: .*Bit\(\)\(used\);/,
      );
    }
  });

  it("refuses a path deeper than the tree, of negative depth, or with a place beyond it", async () => {
    const honest = inputsOf(honestReceive().statement);
    const deep = (name: string, value: bigint): Promise<string> =>
      verdict({ ...honest, [name]: put(honest[name], 0, element(value)) });
    expect(await deep("noteDepth", -1n)).toMatch(/NonZero|BinaryMerkleRoot|notesRoot/);
    expect(await deep("noteDepth", 5n)).toMatch(/^NonZero: /);
    expect(await deep("noteIndex", (honest["noteIndex"] as bigint[])[0]! + 16n)).toMatch(/BinaryMerkleRoot/);
  });

  it("refuses an opening nullifier beside a change, and an opening without one", async () => {
    const changes = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    expect(await verdict({ ...changes, openingNullifier: hash("NULLIFIER", OWNER, 0n) })).toBe(
      "Receive: openingNullifier === opens * opening;",
    );
    expect(await verdict({ ...rogueReceive({ after: [] }), openingNullifier: 0n })).toBe(
      "Receive: openingNullifier === opens * opening;",
    );
  });

  it("refuses the holdings of another owner's account", async () => {
    const theirs = accountWith("T", [coin(5n)], spendKeys(5n)).account;
    const mine = rogueReceive({ old: [coin(5n)], after: [coin(5n)] });
    expect(await verdict({ ...mine, oldCommitment: theirs.commitment })).toBe(
      "Receive: (1 - opens) * (before - oldCommitment) === 0;",
    );
  });

  it("refuses an issuer of nine bits, whose place would be another's", async () => {
    const honest = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    const issuer = (honest["noteIssuer"] as bigint[])[0]!;
    expect(await verdict({ ...honest, noteIssuer: put(honest["noteIssuer"], 0, issuer + 256n) })).toMatch(
      /legIssuers\[l\] - issuerId/,
    );
    const unused = rogueReceive({ old: [coin(1n)], after: [coin(1n)] });
    expect(await verdict({ ...unused, noteIssuer: put(unused["noteIssuer"], 0, BigInt(VENUE) + 256n) })).toMatch(
      /\nReceiveNote: bits\.in <== issuerId;/,
    );
  });

  it("lets anyone open under one key's lock and another's prove key: such an account can only be received into", async () => {
    const mixed = { spendLock: KEYS.spendLock, proveKey: spendKeys(77n).proveKey };
    expect(await verdict(rogueReceive({ after: [], keys: mixed }))).toBe("accepted");
    const spend = await Circuit.load("spend", "T");
    const { account: from } = accountWith("T", [coin(100n)], { ...mixed, spendKey: KEYS.spendKey });
    const forged = rogueSpend(table, {
      old: [coin(100n)],
      after: [coin(80n)],
      move: "collateral",
      target: BTC,
      lots: 20n,
    });
    expect(await spend.verdict({ ...forged, oldCommitment: from.commitment, readKey: from.readKey })).toBe(
      "Spend: before === oldCommitment;",
    );
  });
});

describe("exit", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("exit", "T");
  });

  it("reads lots + r as the same element: a contract must refuse the second spelling, and does", async () => {
    const inputs = inputsOf(honestExit().statement);
    const witness = await circuit.witness({ ...inputs, lots: (inputs["lots"] as bigint) + FIELD });
    expect(witness[circuit.wires.get("lots")!]).toBe(inputs["lots"]);
  });

  it("refuses another salt, which would be a second nullifier of one leaf", async () => {
    const { statement, exit } = honestExit();
    const inputs = inputsOf(statement);
    expect(
      await circuit.verdict({ ...inputs, salt: exit.salt + 1n, spent: hash("EXIT_SPENT", exit.leaf, exit.salt + 1n) }),
    ).toBe("Exit: root === exitsRoot;");
  });
});
