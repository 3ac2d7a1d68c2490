/**
 * What needs attention next, and what to do about it: for people who look, most urgent first.
 *
 * @module
 */
import { lotsToUnits } from "../base/amounts.ts";
import type { ListedTable } from "../risk/listing.ts";
import type { MarginReport } from "../margin/report/marginReport.ts";
import type { TraderLine, TraderView } from "./traderView.ts";

/** `now`: something is lost by waiting; `soon`: by `until`; `idle`: nothing is lost, and something can be done or awaited. */
export interface Attention {
  readonly urgency: "now" | "soon" | "idle";
  /** Unix seconds until which there is time. */
  readonly until?: number;
  readonly what: string;
  /** Command that deals with it. */
  readonly command?: string;
}

/** Seconds before it ends from which on a proof counts as ending soon. */
const SOON = 3_600;
const ORDER = { now: 0, soon: 1, idle: 2 } as const;

/**
 * What there is to do about an account, most urgent first.
 *
 * @param tableEnds when the newest epoch at home ends, Unix seconds, if there is one
 * @param margin of the account on its table, if that could be had
 * @param listed that table, for names
 *
 * @example
 * ```ts
 * import { attention } from "plimsoll/wallet";
 *
 * const view = await wallet.refresh();
 * for (const { urgency, what, command } of attention(view, undefined, undefined)) console.log(urgency, what, command);
 * ```
 */
export function attention(
  view: TraderView,
  tableEnds: number | undefined,
  margin: MarginReport | undefined,
  listed?: ListedTable,
): Attention[] {
  return [
    ...ofMargin(margin),
    ...ofTable(view, tableEnds),
    ...view.lines.flatMap((line) => ofLine(line, timeAt(view, line))),
    ...ofNotes(view),
    ...ofExits(view, listed),
    ...ofChains(view),
  ].sort((a, b) => ORDER[a.urgency] - ORDER[b.urgency] || (a.until ?? Infinity) - (b.until ?? Infinity));
}

function ofMargin(margin: MarginReport | undefined): Attention[] {
  if (margin === undefined) return [];
  if (!margin.covered.maintenance)
    return [
      {
        urgency: "now",
        what: "equity doesn't cover maintenance margin: no line can be refreshed",
        command: "plimsoll deposit",
      },
    ];
  if (!margin.covered.initial)
    return [
      {
        urgency: "soon",
        what: "equity doesn't cover initial margin: lines can be refreshed, not extended, and nothing can leave",
        command: "plimsoll deposit",
      },
    ];
  return [];
}

function ofTable({ network, blocks }: TraderView, tableEnds: number | undefined): Attention[] {
  const time = blocks.get(network.home)?.time;
  if (tableEnds === undefined || time === undefined || time <= tableEnds) return [];
  return [
    {
      urgency: "idle",
      what: "the newest risk table is over: nothing but pairs and bare collateral can leave until reporters sign another",
    },
  ];
}

function ofLine(line: TraderLine, time: number): Attention[] {
  const {
    issuer: { name, kind },
    status,
    validUntil,
    graceEnd,
    lapsedAt,
    owed,
    usableLots,
  } = line;
  const command = `plimsoll refresh --issuer ${name}`;
  if (status === "defaulted")
    return [{ urgency: "now", what: `the line at ${name} is defaulted: it was in default for its whole notice` }];
  if (status === "closed") return [];
  if (lapsedAt !== 0)
    return [
      {
        urgency: "now",
        what: `the line at ${name} has lapsed, and is in default for good once its notice is over`,
        command,
      },
    ];
  if (time > graceEnd)
    return [{ urgency: "now", what: `grace at ${name} is over: anyone may mark the line as lapsed`, command }];
  if (time > validUntil)
    return [{ urgency: "now", until: graceEnd, what: `the proof at ${name} is over and grace runs`, command }];
  if (validUntil - time < SOON)
    return [{ urgency: "soon", until: validUntil, what: `the proof at ${name} ends soon`, command }];
  if (kind === "desk" && owed === 0n && usableLots > 0n)
    return [
      {
        urgency: "idle",
        what: `nothing is drawn at ${name}: its line takes margin until it is released`,
        command: `plimsoll release --issuer ${name}`,
      },
    ];
  if (kind === "desk" && owed === 0n)
    return [{ urgency: "idle", what: `nothing is open at ${name}`, command: `plimsoll close-line --issuer ${name}` }];
  return [];
}

function ofNotes({ notes, receivableAt, network, blocks }: TraderView): Attention[] {
  const arrived = notes.filter(({ received }) => received !== undefined).length;
  const time = blocks.get(network.home)?.time ?? 0;
  return [
    ...(arrived === 0
      ? []
      : [
          {
            urgency: "idle" as const,
            ...(receivableAt > time ? { until: receivableAt } : {}),
            what: `${plural(arrived, "note waits", "notes wait")} to be received${receivableAt > time ? ", from" : ""}`,
            command: "plimsoll receive",
          },
        ]),
    ...(arrived === notes.length
      ? []
      : [
          {
            urgency: "idle" as const,
            what: `${plural(notes.length - arrived, "note is", "notes are")} on the way home`,
          },
        ]),
  ];
}

function ofExits({ exits, unknownExits }: TraderView, listed: ListedTable | undefined): Attention[] {
  const ready = exits.filter(({ stage }) => stage === "mirrored" || stage === "taken").length;
  return [
    ...(ready === 0
      ? []
      : [
          {
            urgency: "idle" as const,
            what: `${plural(ready, "exit waits", "exits wait")} at a vault`,
            command: "plimsoll withdraw",
          },
        ]),
    ...(ready === exits.length
      ? []
      : [
          {
            urgency: "idle" as const,
            what: `${plural(exits.length - ready, "exit is", "exits are")} on the way to a vault`,
          },
        ]),
    ...unknownExits.map(({ instrument, lots }) => {
      const { name, units, unit } = named(instrument, lots, listed);
      return {
        urgency: "idle" as const,
        what: `${units} ${unit} of ${name} left for a recipient that this wallet doesn't know`,
        command: "plimsoll restore --recipient <address>",
      };
    }),
  ];
}

const ofChains = ({ missing, warnings }: TraderView): Attention[] => [
  ...missing.map((chain) => ({ urgency: "soon" as const, what: `${chain} didn't answer: what is there doesn't show` })),
  ...warnings.map((what) => ({ urgency: "idle" as const, what })),
];

/** The clock of the chain that the line is on. */
const timeAt = ({ blocks }: TraderView, { issuer }: TraderLine): number => blocks.get(issuer.chain)?.time ?? 0;

const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

/** A holding as people write it, by the table's names where it lists the instrument. */
export function named(
  instrument: number,
  lots: bigint,
  listed: ListedTable | undefined,
): { readonly name: string; readonly units: string; readonly unit: string } {
  const listing = listed?.listings.find((known) => known.instrument === instrument);
  return listing === undefined
    ? { name: `instrument ${instrument}`, units: String(lots), unit: "lots" }
    : { name: listing.name, units: lotsToUnits(lots, listing.lot), unit: listing.unit };
}
