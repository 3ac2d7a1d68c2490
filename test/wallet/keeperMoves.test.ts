/**
 * What a keeper decides, case by case.
 */
import { describe, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { Note } from "../../src/account/note.ts";
import type { Margin } from "../../src/margin/rule.ts";
import type { ReceivableNote } from "../../src/statements/receive.ts";
import { movesOf, warningsOf, type LineSight, type Sight } from "../../src/wallet/keeperMoves.ts";
import type { TraderLine, TraderNote } from "../../src/wallet/traderView.ts";
import { BTC, CASH, CREDIT, DESK, ETH_PERP, KEYS, PERP, PUT, RELEASE, USDC } from "../support/world.ts";

const NOW = 1_000_000;
const VALIDITY = 6_000;
const TABLE = 777n;

const marginAt = (percent: number): Margin => ({
  equity: BigInt(percent) * 1_000n,
  requirement: 100_000n,
  charges: 0n,
  losses: [],
  linear: [],
  remainder: [],
  diversified: 0n,
  joint: 0n,
});
const line = (changes: Partial<TraderLine> = {}): TraderLine => ({
  issuer: { id: DESK, name: "desk-a", kind: "desk", chain: "south", contract: "0x" },
  alias: 1n,
  status: "open",
  operator: "0x",
  validUntil: NOW + 5_000,
  graceEnd: NOW + 5_000 + 600,
  booked: 1n,
  released: 0n,
  received: 0n,
  lapsedAt: 0,
  owed: 1n,
  usableLots: 1n,
  credit: CREDIT,
  release: RELEASE,
  ...changes,
});
const seen = (changes: Partial<LineSight> = {}): LineSight => ({
  line: line(),
  now: NOW,
  validity: VALIDITY,
  tableRoot: TABLE,
  provenOn: TABLE,
  proofUntil: NOW + 5_900,
  blocked: undefined,
  arriving: false,
  margin: marginAt(150),
  ...changes,
});
const left = (seconds: number, changes: Partial<TraderLine> = {}): TraderLine =>
  line({ validUntil: NOW + seconds, graceEnd: NOW + seconds + 600, ...changes });

const ALL = new Set([BTC, USDC, PERP, PUT, CASH, CREDIT, RELEASE, ETH_PERP]);
const account = Account.open("T", KEYS, [
  { instrument: BTC, size: 100n },
  { instrument: USDC, size: 5n },
]);
const sight = (changes: Partial<Sight> = {}): Sight => ({
  account,
  notes: [],
  mayReceive: true,
  listed: ALL,
  margin: marginAt(150),
  lines: [],
  ...changes,
});
let serial = 0n;
function waiting(legs: readonly Holding[], arrived = true): TraderNote {
  const issuerId = legs[0]!.instrument >> 16;
  const note = new Note(issuerId, 0n, legs, ++serial, 0n);
  const received: ReceivableNote = { note, path: { root: 1n, depth: 0, index: 0n, siblings: [] }, issuerSiblings: [] };
  return {
    note,
    issuer: { id: issuerId, name: `issuer-${issuerId}`, kind: "venue", chain: "south", contract: "0x" },
    received: arrived ? received : undefined,
  };
}
const refreshed = (lineSight: LineSight): number | undefined => {
  const move = movesOf(sight({ lines: [lineSight] }))[0];
  return move?.kind === "refresh" ? move.coverage : undefined;
};

describe("a line", () => {
  it("is left alone while this table is proven and more than a third of validity is left", () => {
    expect(refreshed(seen())).toBeUndefined();
    expect(refreshed(seen({ line: left(2_000), proofUntil: NOW + 5_900 }))).toBeUndefined();
  });

  it("is refreshed when a new epoch came and a proof on it gains anything, by a keeper that just started too", () => {
    expect(refreshed(seen({ provenOn: 776n, line: left(5_899) }))).toBe(10_000);
    expect(refreshed(seen({ provenOn: undefined }))).toBe(10_000);
    expect(refreshed(seen({ provenOn: 776n, line: left(5_900) }))).toBeUndefined();
    expect(refreshed(seen({ provenOn: 776n, proofUntil: NOW + 4_000 }))).toBeUndefined();
  });

  it("is refreshed with less than a third left, where that gains a twentieth", () => {
    expect(refreshed(seen({ line: left(1_999) }))).toBe(10_000);
    expect(refreshed(seen({ line: left(1_999), proofUntil: NOW + 2_299 }))).toBe(10_000);
    expect(refreshed(seen({ line: left(1_999), proofUntil: NOW + 2_298 }))).toBeUndefined();
  });

  it("is refreshed for any gain once a twentieth is left, in grace and when it has lapsed", () => {
    expect(refreshed(seen({ line: left(299), proofUntil: NOW + 300 }))).toBe(10_000);
    expect(refreshed(seen({ line: left(-100), proofUntil: NOW + 1 }))).toBe(10_000);
    expect(refreshed(seen({ line: left(-1_000, { lapsedAt: NOW - 100 }), proofUntil: NOW + 3_000 }))).toBe(10_000);
  });

  it("is not, with a proof that would be over already, or when none can be made", () => {
    expect(refreshed(seen({ line: left(-500), proofUntil: NOW - 1 }))).toBeUndefined();
    expect(
      refreshed(
        seen({
          line: left(100),
          proofUntil: undefined,
          margin: undefined,
          blocked: "the account's last change hasn't arrived",
        }),
      ),
    ).toBeUndefined();
  });

  it("is proven at initial margin where the account has it, else at maintenance, else not", () => {
    const at = (percent: number): number | undefined => refreshed(seen({ line: left(100), margin: marginAt(percent) }));
    expect([at(150), at(100), at(99), at(80), at(79)]).toEqual([10_000, 10_000, 8_000, 8_000, undefined]);
  });

  it("comes before receives, the one that ends first on top", () => {
    const other = seen({ line: line({ ...left(50), issuer: { ...line().issuer, name: "desk-b", id: 9 } }) });
    const moves = movesOf(
      sight({ lines: [seen({ line: left(100) }), other], notes: [waiting([{ instrument: BTC, size: 1n }])] }),
    );
    expect(moves.map((move) => (move.kind === "refresh" ? move.line.issuer.name : move.kind))).toEqual([
      "desk-b",
      "desk-a",
      "receive",
    ]);
  });
});

describe("a receipt", () => {
  const receivedBy = (changes: Partial<Sight>): readonly bigint[] =>
    movesOf(sight(changes)).flatMap((move) =>
      move.kind === "receive" ? move.notes.map(({ note }) => note.serial) : [],
    );

  it("takes what has arrived, as many as a receipt takes, in order", () => {
    const notes = [
      waiting([{ instrument: BTC, size: 1n }], false),
      ...[1, 2, 3].map(() => waiting([{ instrument: BTC, size: 1n }])),
    ];
    expect(receivedBy({ notes })).toEqual([notes[1]!.note.serial, notes[2]!.note.serial]);
  });

  it("leaves a note with a leg that no table lists, and takes those after it", () => {
    const [bad, good] = [
      waiting([
        { instrument: PERP, size: 1n },
        { instrument: PUT, size: 1n },
      ]),
      waiting([{ instrument: USDC, size: 1n }]),
    ];
    const listed = new Set([...ALL].filter((instrument) => instrument !== PUT));
    expect(receivedBy({ notes: [bad, good], listed })).toEqual([good.note.serial]);
    expect(receivedBy({ notes: [bad], listed })).toEqual([]);
  });

  it("leaves what doesn't fit the account", () => {
    const wide = waiting([PERP, PUT, CASH].map((instrument) => ({ instrument, size: 1n })));
    const [two, one] = [
      waiting([PERP, PUT].map((instrument) => ({ instrument, size: 1n }))),
      waiting([{ instrument: CASH, size: 1n }]),
    ];
    expect(receivedBy({ notes: [wide, two, one] })).toEqual([two.note.serial]);
    // What cancels out makes room.
    const out = waiting([
      { instrument: USDC, size: -5n },
      { instrument: BTC, size: -100n },
    ]);
    expect(receivedBy({ notes: [out] })).toEqual([out.note.serial]);
  });

  it("waits for the slot's interval, a table and the account", () => {
    const notes = [waiting([{ instrument: BTC, size: 1n }])];
    expect(receivedBy({ notes, mayReceive: false })).toEqual([]);
    expect(receivedBy({ notes, listed: undefined })).toEqual([]);
    expect(receivedBy({ notes, account: undefined })).toEqual([]);
  });
});

describe("a receipt beside a line", () => {
  const arriving = (seconds: number): LineSight =>
    seen({ line: left(seconds), proofUntil: undefined, margin: undefined, blocked: "on its way", arriving: true });
  const receives = (changes: Partial<Sight>): number =>
    movesOf(sight({ notes: [waiting([{ instrument: BTC, size: 1n }])], ...changes })).length;

  it("waits for the last change to arrive where the line will need it", () => {
    expect(receives({ lines: [arriving(3_000)] })).toBe(1);
    expect(receives({ lines: [arriving(2_999)] })).toBe(0);
    expect(receives({ lines: [seen({ line: left(6_000) }), arriving(100)] })).toBe(0);
    // Blocked by anything else, a receipt does no harm.
    expect(
      receives({ lines: [seen({ line: left(100), proofUntil: undefined, margin: undefined, blocked: "no table" })] }),
    ).toBe(1);
  });

  it("doesn't wait when the account is covered nowhere as it is: what is received may cure it", () => {
    expect(receives({ lines: [arriving(100)], margin: marginAt(80) })).toBe(0);
    expect(receives({ lines: [arriving(100)], margin: marginAt(79) })).toBe(1);
    expect(receives({ lines: [arriving(100)], margin: undefined })).toBe(1);
  });
});

describe("warnings", () => {
  const keys = (changes: Partial<Sight>): string[] => warningsOf(sight(changes)).map(({ key }) => key);

  it("name each band that equity is below", () => {
    const at = (percent: number): string[] => keys({ margin: marginAt(percent) });
    expect([at(120), at(119), at(109), at(99), at(79)]).toEqual([
      [],
      ["below 120"],
      ["below 120", "below 110"],
      ["below 120", "below 110", "below 100"],
      ["below 120", "below 110", "below 100", "below 80"],
    ]);
    expect(warningsOf(sight({ margin: marginAt(99) })).at(-1)!.what).toBe(
      "equity is 99 % of initial margin, below 100 %",
    );
    expect(warningsOf(sight({ margin: { ...marginAt(0), equity: -1n, requirement: 0n } }))[0]!.what).toContain(
      "less than nothing",
    );
    expect(keys({ margin: { ...marginAt(0), requirement: 0n } })).toEqual([]);
  });

  it("say that a holding has no row, and nothing without a table or an account", () => {
    expect(keys({ margin: undefined })).toEqual(["unlisted"]);
    expect(keys({ margin: undefined, listed: undefined })).toEqual([]);
    expect(keys({ margin: undefined, account: undefined })).toEqual([]);
  });

  it("say where a line stands once its proof is over", () => {
    const of = (about: Partial<TraderLine>): string[] => keys({ lines: [seen({ line: line(about) })] });
    expect(of({ validUntil: NOW })).toEqual([]);
    expect(of({ validUntil: NOW - 1, graceEnd: NOW })).toEqual(["desk-a grace"]);
    expect(of({ validUntil: NOW - 10, graceEnd: NOW - 1 })).toEqual(["desk-a over"]);
    expect(of({ validUntil: NOW - 10, graceEnd: NOW - 1, lapsedAt: NOW })).toEqual(["desk-a lapsed"]);
  });

  it("say why a line can't be refreshed, once it is late", () => {
    const blocked = { proofUntil: undefined, margin: undefined, blocked: "no table" };
    expect(keys({ lines: [seen({ line: left(1_999), ...blocked })] })).toEqual(["desk-a blocked no table"]);
    expect(keys({ lines: [seen({ line: left(2_000), ...blocked })] })).toEqual([]);
    expect(keys({ lines: [seen({ line: left(1_999), margin: marginAt(79) })] })).toEqual(["desk-a short"]);
    expect(keys({ lines: [seen({ line: left(1_999), margin: marginAt(80) })] })).toEqual([]);
  });

  it("name a note that isn't received, and why", () => {
    const unlisted = waiting([{ instrument: PUT, size: 1n }]);
    const wide = waiting([PERP, PUT, CASH].map((instrument) => ({ instrument, size: 1n })));
    const listed = new Set([...ALL].filter((instrument) => instrument !== PUT));
    expect(warningsOf(sight({ notes: [unlisted], listed }))[0]!.what).toContain(`doesn't list instrument ${PUT}`);
    expect(warningsOf(sight({ notes: [wide] }))[0]!.what).toContain("doesn't fit the account, which holds 2 of 4");
    expect(keys({ notes: [waiting([{ instrument: BTC, size: 1n }])] })).toEqual([]);
  });
});
