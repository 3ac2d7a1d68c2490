/**
 * What the statement builders refuse before anybody proves, each at its edge: one step inside is built, one step outside
 * is refused by name.
 */
import { beforeAll, describe, expect, it } from "vitest";
import type { Holding } from "../../src/account/holdings.ts";
import { ownerOf, spendKeys } from "../../src/account/keys.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { unpackClaim } from "../../src/protocol/claim.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { vanishing } from "../../src/statements/receive.ts";
import { marginIn } from "../../src/statements/covered.ts";
import type { Move } from "../../src/statements/spend.ts";
import { HEDGED, honestExit, honestReceive, honestSpend, honestSolvency } from "../support/honest.ts";
import { encryptTotals } from "../../src/committee/ciphertext.ts";
import {
  BTC,
  CASH,
  COMMITTEE,
  CREDIT,
  DEAD,
  Issuers,
  KEYS,
  PERP,
  RELEASE,
  USDC,
  tableTree,
  smallTable,
} from "../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

const OTHER = spendKeys(5n);
const coin = { instrument: BTC, size: 900n };
const owing = (owed: bigint, repaid: bigint): Holding[] => [
  coin,
  { instrument: CREDIT, size: -owed },
  ...(repaid === 0n ? [] : [{ instrument: RELEASE, size: repaid }]),
];
const spend =
  (move: Move, holdings: readonly Holding[], more: object = {}) =>
  () =>
    honestSpend(table, { move, ...more }, holdings);

describe("a spend", () => {
  it("takes at least one lot, and at most what is held", () => {
    const out = (lots: bigint, instrument = BTC): Move => ({ kind: "collateral", instrument, lots, recipient: 1n });
    expect(spend(out(1n), [coin])).not.toThrow();
    expect(spend(out(900n), [coin])).not.toThrow();
    expect(spend(out(0n), [coin])).toThrow("move.lots: must be above 0, got 0");
    expect(spend(out(-1n), [coin])).toThrow("move.lots: must be above 0, got -1");
    expect(spend(out(901n), [coin])).toThrow("move.lots: must be at most the 900 held, got 901");
    expect(spend(out(1n, USDC), [coin])).toThrow("move.lots: must be at most the 0 held, got 1");
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 0n }, [coin])).toThrow("move.lots: must be above 0");
  });

  it("pays no address 0", () => {
    expect(spend({ kind: "collateral", instrument: BTC, lots: 1n, recipient: 0n }, [coin])).toThrow(
      "exit.recipient: must be an address other than 0",
    );
  });

  it("books credit to the cap on net debt and not beyond, with a place for its release", () => {
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 10_010n }, owing(40_000n, 10n))).not.toThrow();
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 10_011n }, owing(40_000n, 10n))).toThrow(
      "move.lots: must leave a net debt of at most 50000 lots, and 39990 are owed",
    );
    const full = [coin, { instrument: USDC, size: 7n }, { instrument: CASH, size: 7n }];
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 5n }, full.slice(0, 2))).not.toThrow();
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 5n }, full)).toThrow(
      "move.instrument: must leave a place for its release",
    );
  });

  it("drops what is held, dead or a pair that sums to 0", () => {
    const drop = (kind: "pair" | "dead", instrument: number, holdings: readonly Holding[]) =>
      spend({ kind, instrument }, holdings);
    expect(drop("pair", CREDIT, owing(9n, 9n))).not.toThrow();
    expect(drop("pair", CREDIT, owing(9n, 8n))).toThrow("move.instrument: credit and release must sum to 0, got -1");
    expect(drop("pair", CREDIT, owing(9n, 10n))).toThrow("move.instrument: credit and release must sum to 0, got 1");
    expect(drop("pair", CREDIT, [coin])).toThrow("move.instrument: must be held to be dropped");
    expect(drop("dead", DEAD, [coin])).toThrow("move.instrument: must be held to be dropped");
    expect(drop("dead", PERP, [coin, { instrument: PERP, size: 1n }])).toThrow(
      "move.instrument: must be dead in the table",
    );
    expect(drop("pair", PERP, [coin, { instrument: PERP, size: 1n }])).toThrow("move.instrument: must be credit");
  });

  it("says any table for what is right on any, and for nothing else", () => {
    const out: Move = { kind: "collateral", instrument: BTC, lots: 1n, recipient: 1n };
    const flag = (move: Move, holdings: readonly Holding[], onAnyTable?: boolean): boolean =>
      unpackClaim(
        "spend",
        honestSpend(table, { move, ...(onAnyTable === undefined ? {} : { onAnyTable }) }, holdings).statement.signals
          .claim,
      ).onAnyTable;
    expect(flag(out, [coin])).toBe(false);
    expect(flag(out, [coin], true)).toBe(true);
    expect(flag({ kind: "pair", instrument: CREDIT }, owing(9n, 9n), true)).toBe(true);
    expect(spend(out, [coin, { instrument: CASH, size: -1n }], { onAnyTable: true })).toThrow(
      "onAnyTable: is for pairs",
    );
    expect(spend(out, [coin, { instrument: PERP, size: 1n }], { onAnyTable: true })).toThrow(
      "onAnyTable: is for pairs",
    );
    expect(
      spend({ kind: "dead", instrument: DEAD }, [coin, { instrument: DEAD, size: 1n }], { onAnyTable: true }),
    ).toThrow("onAnyTable: is for pairs");
  });

  it("is covered at its coverage after a withdrawal or credit, not after a drop", () => {
    const thin = [
      { instrument: BTC, size: 100n },
      { instrument: CREDIT, size: -40_000n },
    ];
    expect(spend({ kind: "collateral", instrument: BTC, lots: 50n, recipient: 1n }, thin)).toThrow(
      "short of initial margin",
    );
    expect(spend({ kind: "credit", instrument: CREDIT, lots: 9_999n }, [{ instrument: BTC, size: 1n }])).toThrow(
      "short of initial margin",
    );
    expect(
      spend({ kind: "dead", instrument: DEAD }, [
        { instrument: CASH, size: -50_000n },
        { instrument: DEAD, size: 1n },
      ]),
    ).not.toThrow();
  });

  it("is its owner's", () => {
    expect(() => honestSpend(table, { keys: OTHER })).toThrow("keys: must be the account owner's");
  });
});

describe("a receipt", () => {
  const issuers = new Issuers("T");
  const notes = [1n, 2n, 3n].map((size) => issuers.issue(ownerOf(KEYS), [{ instrument: BTC, size }]));
  const received = notes.map((note) => issuers.receive(ownerOf(KEYS), note));
  const receive = (count: number) => () =>
    honestReceive({ notes: received.slice(0, count), notesRoot: issuers.notes.root });

  it("takes as many notes as its tier, and its owner's keys", () => {
    expect(receive(TIERS.T.notes)).not.toThrow();
    expect(receive(TIERS.T.notes + 1)).toThrow("notes: must be at most 2 in one receipt, got 3");
    expect(() => honestReceive({ keys: OTHER })).toThrow("keys: must be the account owner's");
  });

  it("closes as many holdings as it has spares", () => {
    const closed = (count: number): Holding[] =>
      Array.from({ length: count }, (_, i) => ({ instrument: 65_536 + i, size: 1n }));
    expect(vanishing(closed(2), [], 2)).toEqual([65_536n, 65_537n]);
    expect(vanishing(closed(2), closed(1), 2)).toEqual([65_537n, 0n]);
    expect(() => vanishing(closed(3), [], 2)).toThrow(
      "notes: may close at most 2 holdings at once; receive fewer, got 3",
    );
  });
});

describe("a solvency proof", () => {
  it("shows two instruments, or one, or none, but none twice", () => {
    expect(() => honestSolvency(table, { show: [CREDIT, CREDIT] })).toThrow("show: must be two distinct instruments");
    const shown = (show: readonly [number, number]) =>
      unpackClaim("solvency", honestSolvency(table, { show }).signals.claim);
    expect(shown([0, 0])).toMatchObject({ instrumentA: 0, sizeA: 0n, instrumentB: 0, sizeB: 0n });
    expect(shown([CREDIT, RELEASE])).toMatchObject({
      instrumentA: CREDIT,
      sizeA: -1_000n,
      instrumentB: RELEASE,
      sizeB: 0n,
    });
  });

  it("says whether it was made with the spend key", () => {
    const keeper = { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock };
    expect(
      [KEYS, keeper].map((keys) => unpackClaim("solvency", honestSolvency(table, { keys }).signals.claim).withSpendKey),
    ).toEqual([true, false]);
  });

  it("reports equity rounded down, requirement up, and nothing of 2^36 USD", async () => {
    const dusty = [
      { instrument: BTC, size: 1n },
      { instrument: USDC, size: 1n },
    ];
    const dust = await tableTree("T", {
      ...smallTable(),
      rows: smallTable().rows.map((row) => ({
        ...row,
        chargeLong: row.chargeLong === 0n ? 0n : row.chargeLong + 1n,
        mark: row.mark === 0n ? 0n : row.mark + 1n,
      })),
    });
    const { equity, requirement } = marginIn(dusty, dust);
    expect([equity % 1_000_000n, requirement % 1_000_000n].every((rest) => rest > 0n)).toBe(true);
    const statement = honestSolvency(dust, { report: true, show: [0, 0] }, dusty);
    expect(statement.signals.ciphertext).toEqual(
      encryptTotals(COMMITTEE, 424242n, equity / 1_000_000n, requirement / 1_000_000n + 1n),
    );
    const rich = await tableTree("T", {
      ...smallTable(),
      rows: smallTable().rows.map((row) =>
        row.instrument === BTC ? { ...row, mark: 1n << 39n, cap: (1n << 38n) - 1n } : row,
      ),
    });
    const much = [{ instrument: BTC, size: 1n << 37n }];
    expect(() => honestSolvency(rich, { report: true, show: [0, 0] }, much)).toThrow(
      "equity: must be below 2^36 USD to be reported",
    );
    expect(() => honestSolvency(rich, { show: [0, 0] }, much)).not.toThrow();
  });

  it("is not made of an account that isn't covered, at the coverage asked", () => {
    const thin = [
      { instrument: USDC, size: 8_000n },
      { instrument: PERP, size: 60n },
      { instrument: CASH, size: -36_000n },
    ];
    const margin = marginIn(thin, table);
    const edge = Number((margin.equity * 10_000n) / margin.requirement);
    expect(() => honestSolvency(table, { coverage: edge }, thin)).not.toThrow();
    expect(() => honestSolvency(table, { coverage: edge + 1 }, thin)).toThrow(/^short of .*initial margin/);
  });

  it("names a holding that the table has no row for", () => {
    expect(() => honestSolvency(table, {}, [...HEDGED.slice(0, 3), { instrument: 0x04_0001, size: 1n }])).toThrow(
      "holdings[3].instrument: must be in the risk table",
    );
  });
});

describe("an exit", () => {
  it("of tier L is proved by tier M's circuit, which all tiers' exits share", () => {
    const { exit, exits } = honestExit();
    const tiers = (["T", "M", "L"] as const).map((tier) => exitStatement(exit, exits.path(exit.leaf), 1n, tier).tier);
    expect(tiers).toEqual(["T", "M", "M"]);
  });
});
