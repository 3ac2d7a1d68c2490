/** What a trader is told to do next: each case alone, and their order. */
import { describe, expect, it } from "vitest";
import type { NetworkIssuer } from "../../src/chain/network.ts";
import type { MarginReport } from "../../src/margin/report/marginReport.ts";
import { attention, named, type Attention } from "../../src/wallet/attention.ts";
import type { TraderExit, TraderLine, TraderNote, TraderView } from "../../src/wallet/traderView.ts";

const NOW = 1_000_000;
const desk: NetworkIssuer = { id: 3, name: "desk-a", kind: "desk", chain: "away", contract: "0x" };
const venue: NetworkIssuer = { ...desk, id: 2, name: "venue-a", kind: "venue" };

function view(changes: Partial<TraderView> = {}): TraderView {
  const block = { number: 1, hash: "0x", time: NOW };
  return {
    network: { home: "home" },
    blocks: new Map([
      ["home", block],
      ["away", block],
    ]),
    missing: [],
    warnings: [],
    notes: [],
    exits: [],
    unknownExits: [],
    lines: [],
    receivableAt: 0,
    ...changes,
  } as unknown as TraderView;
}
const line = (changes: Partial<TraderLine> = {}): TraderLine => ({
  issuer: desk,
  alias: 1n,
  status: "open",
  operator: "0x",
  validUntil: NOW + 10_000,
  graceEnd: NOW + 20_000,
  booked: 100n,
  released: 0n,
  received: 0n,
  lapsedAt: 0,
  owed: 5n,
  usableLots: 100n,
  credit: 1,
  release: 2,
  ...changes,
});
const margin = (initial: boolean, maintenance: boolean): MarginReport =>
  ({ covered: { initial, maintenance } }) as MarginReport;
const said = (changes: Partial<TraderView>, ends: number | undefined = NOW, report?: MarginReport): Attention[] =>
  attention(view(changes), ends, report);
const exit = (stage: TraderExit["stage"]): TraderExit => ({ stage }) as TraderExit;
const note = (arrived: boolean): TraderNote => ({ received: arrived ? {} : undefined }) as TraderNote;

describe("attention", () => {
  it("is none when all is well", () => {
    expect(said({ lines: [line(), line({ issuer: venue, owed: undefined })] }, NOW, margin(true, true))).toEqual([]);
  });

  it.each<[what: string, changes: Partial<TraderView>, expected: Partial<Attention>]>([
    [
      "a line that is defaulted",
      { lines: [line({ status: "defaulted" })] },
      { urgency: "now", what: "the line at desk-a is defaulted: it was in default for its whole notice" },
    ],
    [
      "a lapse",
      { lines: [line({ lapsedAt: NOW - 1 })] },
      { urgency: "now", command: "plimsoll refresh --issuer desk-a" },
    ],
    [
      "grace that is over",
      { lines: [line({ validUntil: NOW - 9, graceEnd: NOW - 1 })] },
      { urgency: "now", what: "grace at desk-a is over: anyone may mark the line as lapsed" },
    ],
    ["grace that runs", { lines: [line({ validUntil: NOW - 1 })] }, { urgency: "now", until: NOW + 20_000 }],
    ["a proof that ends soon", { lines: [line({ validUntil: NOW + 3_599 })] }, { urgency: "soon", until: NOW + 3_599 }],
    [
      "a line that nothing is drawn on",
      { lines: [line({ owed: 0n })] },
      { urgency: "idle", command: "plimsoll release --issuer desk-a" },
    ],
    [
      "a line that is all released",
      { lines: [line({ owed: 0n, usableLots: 0n })] },
      { urgency: "idle", command: "plimsoll close-line --issuer desk-a" },
    ],
    [
      "notes that arrived",
      { notes: [note(true)] },
      { urgency: "idle", what: "1 note waits to be received", command: "plimsoll receive" },
    ],
    [
      "notes that must wait",
      { notes: [note(true), note(true)], receivableAt: NOW + 5 },
      { until: NOW + 5, what: "2 notes wait to be received, from" },
    ],
    ["notes on their way", { notes: [note(false)] }, { what: "1 note is on the way home" }],
    [
      "exits at a vault",
      { exits: [exit("mirrored"), exit("taken")] },
      { what: "2 exits wait at a vault", command: "plimsoll withdraw" },
    ],
    ["exits on their way", { exits: [exit("queued")] }, { what: "1 exit is on the way to a vault" }],
    [
      "an exit for somebody unknown",
      { unknownExits: [{ instrument: 7, lots: 3n, leaf: 1n, version: 1 }] },
      { command: "plimsoll restore --recipient <address>" },
    ],
    [
      "a chain that is silent",
      { missing: ["away"] },
      { urgency: "soon", what: "away didn't answer: what is there doesn't show" },
    ],
    ["what can't be right", { warnings: ["something odd"] }, { urgency: "idle", what: "something odd" }],
  ])("knows %s", (_, changes, expected) => {
    expect(said(changes)).toEqual([expect.objectContaining(expected)]);
  });

  it("knows margins, and a table that is over", () => {
    expect(said({}, NOW, margin(false, true))).toMatchObject([
      { urgency: "soon", what: expect.stringContaining("initial margin") as string },
    ]);
    expect(said({}, NOW, margin(false, false))).toMatchObject([
      { urgency: "now", what: expect.stringContaining("maintenance margin") as string },
    ]);
    expect(said({}, NOW - 1)).toMatchObject([
      { urgency: "idle", what: expect.stringContaining("table is over") as string },
    ]);
    expect(said({}, undefined)).toEqual([]);
  });

  it("puts first what is lost first", () => {
    const next = said(
      {
        notes: [note(true)],
        lines: [
          line({ validUntil: NOW + 100 }),
          line({ issuer: venue, validUntil: NOW - 1, owed: undefined }),
          line({ validUntil: NOW + 50 }),
        ],
      },
      NOW,
      margin(false, true),
    );
    expect(next.map(({ urgency, until }) => [urgency, until])).toEqual([
      ["now", NOW + 20_000],
      ["soon", NOW + 50],
      ["soon", NOW + 100],
      ["soon", undefined],
      ["idle", undefined],
    ]);
  });

  it("names what no table lists by its id", () => {
    expect(named(65_537, 5n, undefined)).toEqual({ name: "instrument 65537", units: "5", unit: "lots" });
  });
});
