import { beforeAll, describe, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { nextReadKey } from "../../src/account/keys.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { rowSignals } from "../../src/risk/row.ts";
import type { Holding } from "../../src/account/holdings.ts";
import type { CircuitInput } from "../../src/statements/request.ts";
import { KINDS } from "../../src/protocol/constants.ts";
import { marginIn } from "../../src/statements/covered.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { Circuit } from "../support/circuit.ts";
import { HEDGED, honestSpend, inputsOf, type Inputs } from "../support/honest.ts";
import {
  BTC,
  CASH,
  CONTEXT,
  CREDIT,
  DEAD,
  KEYS,
  PERP,
  RELEASE,
  USDC,
  accountWith,
  tableTree,
  smallTable,
} from "../support/world.ts";

let circuit: Circuit;
let table: TableTree;
beforeAll(async () => {
  [circuit, table] = await Promise.all([Circuit.load("spend", "T"), tableTree("T")]);
});

const RECIPIENT = 0xabcdefn;
const LEVERED: readonly Holding[] = [
  { instrument: BTC, size: 100n },
  { instrument: CREDIT, size: -3_000n },
  { instrument: RELEASE, size: 1_000n },
];
const EVEN: readonly Holding[] = [
  { instrument: BTC, size: 100n },
  { instrument: CREDIT, size: -3_000n },
  { instrument: RELEASE, size: 3_000n },
];

describe("an honest owner", () => {
  it("withdraws collateral, all or some, against an exit leaf", async () => {
    for (const lots of [1n, 20n, 90n]) {
      const { statement, exit } = honestSpend(
        table,
        { move: { kind: "collateral", instrument: BTC, lots, recipient: RECIPIENT } },
        LEVERED,
      );
      expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
      expect(statement.signals.exitLeaf).toBe(exit?.leaf);
    }
    const { statement, account } = honestSpend(
      table,
      { move: { kind: "collateral", instrument: USDC, lots: 50n, recipient: RECIPIENT } },
      [
        { instrument: BTC, size: 10n },
        { instrument: USDC, size: 50n },
      ],
    );
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
    expect(account.holdings).toEqual([{ instrument: BTC, size: 10n }]);
  });

  it("books credit, the first or more of it, to the cap", async () => {
    const rich = [{ instrument: BTC, size: 900n }];
    for (const held of [rich, [...rich, { instrument: CREDIT, size: -100n }, { instrument: RELEASE, size: 40n }]]) {
      const room = 50_000n + held.slice(1).reduce((sum, { size }) => sum + size, 0n);
      const { statement } = honestSpend(table, { move: { kind: "credit", instrument: CREDIT, lots: room } }, held);
      expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
      expect(statement.signals.exitLeaf).toBe(0n);
      expect(() => honestSpend(table, { move: { kind: "credit", instrument: CREDIT, lots: room + 1n } }, held)).toThrow(
        "net debt",
      );
    }
  });

  it("drops a pair that sums to 0, and a dead holding", async () => {
    const pair = honestSpend(table, { move: { kind: "pair", instrument: CREDIT } }, EVEN);
    expect(await circuit.verdict(inputsOf(pair.statement))).toBe("accepted");
    expect(pair.account.holdings).toEqual([{ instrument: BTC, size: 100n }]);
    const dead = honestSpend(table, { move: { kind: "dead", instrument: DEAD } }, [
      { instrument: BTC, size: 1n },
      { instrument: DEAD, size: -70n },
    ]);
    expect(await circuit.verdict(inputsOf(dead.statement))).toBe("accepted");
    expect(dead.account.holdings).toEqual([{ instrument: BTC, size: 1n }]);
  });

  it("takes out what is theirs on any table, once nothing but collateral is left, even if it would not be covered", async () => {
    const owesNothing = [
      { instrument: BTC, size: 100n },
      { instrument: USDC, size: 5n },
    ];
    expect(honestSpend(table, {}, owesNothing).statement.signals.claim >> 14n).toBe(0n);
    const { statement } = honestSpend(table, { onAnyTable: true }, owesNothing);
    expect(statement.signals.claim >> 14n).toBe(1n);
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
    // Cash above its venue's cap counts for nothing, and costs what it is charged.
    const costly = smallTable();
    const dear = await tableTree("T", {
      ...costly,
      rows: costly.rows.map((row) => (row.instrument === CASH ? { ...row, chargeLong: 100_000n } : row)),
    });
    const out = honestSpend(dear, { move: { kind: "collateral", instrument: CASH, lots: 1n, recipient: RECIPIENT } }, [
      { instrument: CASH, size: 900_000n },
    ]);
    expect(out.statement.signals.claim >> 14n).toBe(1n);
    expect(await circuit.verdict(inputsOf(out.statement))).toBe("accepted");
  });

  it("makes room by dropping, however short the account is", async () => {
    const short = [
      { instrument: CASH, size: -50_000n },
      { instrument: DEAD, size: 9n },
      { instrument: CREDIT, size: -70n },
      { instrument: RELEASE, size: 70n },
    ];
    for (const move of [
      { kind: "dead", instrument: DEAD },
      { kind: "pair", instrument: CREDIT },
    ] as const) {
      expect(await circuit.verdict(inputsOf(honestSpend(table, { move }, short).statement))).toBe("accepted");
    }
    const onAnyTable = honestSpend(table, { move: { kind: "pair", instrument: CREDIT }, onAnyTable: true }, short);
    expect(await circuit.verdict(inputsOf(onAnyTable.statement))).toBe("accepted");
  });

  it("leaves a cipher that the next read key opens", () => {
    const { statement, account } = honestSpend(table);
    const { newCommitment: commitment, cipher } = statement.signals;
    expect(Account.decrypt("T", { commitment, cipher }, account.readKey, account.version)).toEqual(account);
    expect(() => Account.decrypt("T", { commitment, cipher }, account.readKey + 1n, account.version)).toThrow(
      "read key",
    );
  });
});

describe("a dishonest owner", () => {
  const stopped = (forge: (inputs: Inputs) => void, changes = {}, holdings = HEDGED): Promise<string> => {
    const inputs = inputsOf(honestSpend(table, changes, holdings).statement);
    forge(inputs);
    return circuit.verdict(inputs);
  };
  /** Inputs of a move that the statement builder refuses, made from one that it allows. */
  const as = (inputs: Inputs, holdings: readonly Holding[], after: readonly Holding[]): void => {
    const { account } = accountWith("T", holdings);
    const next = account.next(after);
    const padded = (list: readonly Holding[], pick: (holding: Holding) => bigint): bigint[] =>
      [0, 1, 2, 3].map((i) => (list[i] ? pick(list[i]) : 0n));
    const margin = marginIn(after, table);
    Object.assign(inputs, {
      oldCommitment: account.commitment,
      newCommitment: next.commitment,
      cipher: next.cipher,
      oldInstruments: padded(holdings, ({ instrument }) => BigInt(instrument)),
      oldSizes: padded(holdings, ({ size }) => size),
      instruments: padded(after, ({ instrument }) => BigInt(instrument)),
      sizes: padded(after, ({ size }) => size),
      linear: margin.linear,
      remainder: margin.remainder,
      diversified: margin.diversified,
      joint: margin.joint,
    });
    const rows = [0, 1, 2, 3].map((i) => table.open(after[i]?.instrument ?? 0));
    inputs["rowKinds"] = rows.map(({ row }) => BigInt(KINDS.indexOf(row.kind)));
    inputs["rowGroups"] = rows.map(({ row }) => BigInt(row.group));
    inputs["rowDead"] = rows.map(({ row }) => (row.dead ? 1n : 0n));
    inputs["rowNumbers"] = rows.map(({ row }) => rowNumbers(row));
    inputs["rowSiblings"] = rows.map(({ levels }) => levels) as CircuitInput;
  };

  it("can't take collateral below 0", async () => {
    expect(() =>
      honestSpend(table, { move: { kind: "collateral", instrument: BTC, lots: 101n, recipient: RECIPIENT } }),
    ).toThrow("at most the 100 held");
    expect(await stopped((inputs) => (inputs["lots"] = 101n))).toMatch(/collateralLeft/);
    // Cash may be negative by a venue's note, never by its owner.
    expect(() =>
      honestSpend(table, { move: { kind: "collateral", instrument: CASH, lots: 54_501n, recipient: RECIPIENT } }),
    ).toThrow("held");
  });

  it("can't take more or fewer lots than the exit says", async () => {
    expect(await stopped((inputs) => (inputs["lots"] = 21n))).toContain("sums[t] === slots[t].size");
    expect(await stopped((inputs) => (inputs["exitLeaf"] = 1n))).toContain("exitLeaf === isMove[0] * leaf");
    expect(await stopped((inputs) => (inputs["recipient"] = 1n))).toContain("exitLeaf === isMove[0] * leaf");
  });

  it("can't make an exit of nothing, or to what is no address", async () => {
    const empty = [{ instrument: BTC, size: 100n }];
    expect(
      await stopped(
        (inputs) => {
          as(inputs, empty, empty);
          inputs["lots"] = 0n;
        },
        {},
        empty,
      ),
    ).toContain("noLots === drops");
    expect(await stopped((inputs) => (inputs["recipient"] = 1n << 160n))).toContain(
      "Range(RECIPIENT_BITS())(recipient)",
    );
  });

  it("can't book credit in the last place, where its release could never come in", async () => {
    const full = [
      { instrument: BTC, size: 900n },
      { instrument: USDC, size: 7n },
      { instrument: CASH, size: 7n },
    ];
    expect(() => honestSpend(table, { move: { kind: "credit", instrument: CREDIT, lots: 5n } }, full)).toThrow(
      "must leave a place for its release",
    );
    const after = [...full, { instrument: CREDIT, size: -5n }];
    expect(
      await stopped(
        (inputs) => {
          as(inputs, full, after);
          inputs["lots"] = 5n;
        },
        { move: { kind: "credit", instrument: CREDIT, lots: 5n } },
        full.slice(0, 2),
      ),
    ).toContain("isMove[1] * stranded === 0");
    // More of a debt whose release is already there needs no place.
    const both = [
      { instrument: BTC, size: 900n },
      { instrument: USDC, size: 7n },
      { instrument: CREDIT, size: -50n },
      { instrument: RELEASE, size: 5n },
    ];
    expect(
      await circuit.verdict(
        inputsOf(honestSpend(table, { move: { kind: "credit", instrument: CREDIT, lots: 5n } }, both).statement),
      ),
    ).toBe("accepted");
  });

  it("can't spend a position, a release, or credit as if it were collateral", async () => {
    expect(() =>
      honestSpend(table, { move: { kind: "collateral", instrument: PERP, lots: 1n, recipient: RECIPIENT } }),
    ).toThrow("must be collateral");
    const asMove =
      (kind: 0 | 1 | 2 | 3, instrument: number) =>
      (inputs: Inputs): void => {
        const { row, levels } = table.open(instrument);
        Object.assign(inputs, {
          move: [0n, 1n, 2n, 3n].map((i) => (i === BigInt(kind) ? 1n : 0n)),
          target: BigInt(instrument),
          targetKind: BigInt(KINDS.indexOf(row.kind)),
          targetGroup: BigInt(row.group),
          targetDead: row.dead ? 1n : 0n,
          targetNumbers: rowNumbers(row),
          targetSiblings: levels,
        });
      };
    expect(await stopped(asMove(0, PERP))).toContain("isMove[0] * (1 - isCollateral) === 0");
    expect(await stopped(asMove(0, CREDIT))).toContain("isMove[0] * (1 - isCollateral) === 0");
    expect(await stopped(asMove(1, RELEASE))).toContain("(isMove[1] + isMove[2]) * (1 - isCredit) === 0");
    expect(
      await stopped((inputs) => {
        asMove(3, PERP)(inputs);
        inputs["lots"] = 0n;
      }),
    ).toContain("isMove[3] * (1 - targetDead) === 0");
    expect(await stopped((inputs) => (inputs["move"] = [1n, 1n, 0n, 0n]))).toContain("=== 1");
    expect(await stopped((inputs) => (inputs["move"] = [0n, 0n, 0n, 0n]))).toContain("=== 1");
  });

  it("can't call a live row dead, or drop a holding that is merely absent from the table", async () => {
    expect(await stopped((inputs) => (inputs["targetDead"] = 1n))).toContain("product[n - 1] === 0");
    const holdings = [
      { instrument: BTC, size: 100n },
      { instrument: 0x02fff0, size: -5n },
    ];
    expect(() =>
      spendStatement({
        account: accountWith("T", holdings).account,
        keys: KEYS,
        table,
        move: { kind: "dead", instrument: 0x02fff0 },
        context: CONTEXT,
      }),
    ).toThrow("must be in the risk table");
  });

  it("can't drop a pair that owes, or credit without its release", async () => {
    expect(() => honestSpend(table, { move: { kind: "pair", instrument: CREDIT } }, LEVERED)).toThrow("must sum to 0");
    expect(
      await stopped(
        (inputs) => as(inputs, LEVERED, [LEVERED[0]!]),
        { move: { kind: "pair", instrument: CREDIT } },
        EVEN,
      ),
    ).toContain("isMove[2] * (heldTarget + heldPartner) === 0");
  });

  it("can't table more than the cap on net debt", async () => {
    const rich = [{ instrument: BTC, size: 900n }];
    expect(
      await stopped(
        (inputs) => {
          as(inputs, rich, [rich[0]!, { instrument: CREDIT, size: -50_001n }]);
          inputs["lots"] = 50_001n;
        },
        { move: { kind: "credit", instrument: CREDIT, lots: 50_000n } },
        rich,
      ),
    ).toContain("Range(LOTS_BITS() + 2)(creditLeft)");
  });

  it("can't change anything else on the way", async () => {
    expect(
      await stopped((inputs) => as(inputs, HEDGED, [{ instrument: BTC, size: 80n }, HEDGED[2]!, HEDGED[3]!])),
    ).toMatch(/count === 1 - empty\[m\]/);
    expect(
      await stopped((inputs) =>
        as(inputs, HEDGED, [{ instrument: BTC, size: 80n }, { instrument: PERP, size: -80n }, HEDGED[2]!, HEDGED[3]!]),
      ),
    ).toContain("sums[t] === slots[t].size");
    // A spare place takes what cancels out and nothing else.
    expect(
      await stopped((inputs) => {
        as(inputs, HEDGED, [{ instrument: BTC, size: 80n }, HEDGED[2]!, HEDGED[3]!]);
        inputs["spares"] = [BigInt(PERP), 0n];
      }),
    ).toContain("sums[t] === 0");
  });

  it("can't keep the old key, skip a version or publish another cipher", async () => {
    const { account } = accountWith("T", HEDGED);
    expect(
      await stopped((inputs) => {
        const kept = new Account("T", account.owner, 4, account.readKey, [
          { instrument: BTC, size: 80n },
          ...HEDGED.slice(1),
        ]);
        Object.assign(inputs, { newCommitment: kept.commitment, cipher: kept.cipher });
      }),
    ).toContain("after === newCommitment");
    expect(
      await stopped((inputs) => {
        const skipped = new Account("T", account.owner, 5, nextReadKey(account.readKey), [
          { instrument: BTC, size: 80n },
          ...HEDGED.slice(1),
        ]);
        Object.assign(inputs, { newCommitment: skipped.commitment, cipher: skipped.cipher });
      }),
    ).toContain("after === newCommitment");
    expect(await stopped((inputs) => ((inputs["cipher"] as bigint[])[1]! += 1n))).toContain("encrypted === cipher");
  });

  it("can't act without the spend key, or on another's account", async () => {
    expect(await stopped((inputs) => (inputs["spendKey"] = 99n))).toContain("before === oldCommitment");
  });

  it("can't pass debts, positions or a dead row off as right on any table", async () => {
    const flagged = (inputs: Inputs): void => {
      inputs["onAnyTable"] = 1n;
      inputs["claim"] = (inputs["claim"] as bigint) + (1n << 14n);
    };
    expect(await stopped(flagged)).toContain("owesNothing * (1 - isKept[i]) === 0");
    const overdrawn = [
      { instrument: BTC, size: 100n },
      { instrument: CASH, size: -5n },
    ];
    expect(await stopped(flagged, {}, overdrawn)).toContain("owesNothing * (1 - isLong[i]) === 0");
    const dead = [
      { instrument: BTC, size: 100n },
      { instrument: DEAD, size: 5n },
    ];
    expect(await stopped(flagged, { move: { kind: "dead", instrument: DEAD } }, dead)).toContain(
      "anyTable * isMove[3] === 0",
    );
  });

  it("can't skip the margin of a move that needs it", async () => {
    const thin = [
      { instrument: BTC, size: 100n },
      { instrument: CREDIT, size: -50_000n },
    ];
    expect(
      await stopped(
        (inputs) => {
          as(inputs, thin, [{ instrument: BTC, size: 80n }, thin[1]!]);
        },
        {},
        [
          { instrument: BTC, size: 100n },
          { instrument: CREDIT, size: -10_000n },
        ],
      ),
    ).toContain("Range(100)(gap)");
  });

  it("is refused when the result isn't covered", () => {
    expect(() =>
      honestSpend(table, { move: { kind: "collateral", instrument: BTC, lots: 99n, recipient: RECIPIENT } }),
    ).toThrow("short of initial margin");
  });
});

function rowNumbers(row: ReturnType<TableTree["open"]>["row"]): bigint[] {
  return rowSignals(row).slice(1);
}
