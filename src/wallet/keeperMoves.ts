/**
 * What a keeper does next and what it warns of, given what it sees: pure decisions, with none of the doing.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { sumHoldings } from "../account/holdings.ts";
import { InputError } from "../base/errors.ts";
import { isCovered, type Margin } from "../margin/rule.ts";
import { BASIS_POINTS, COVERAGE_INITIAL, COVERAGE_MAINTENANCE, NOTE_LEGS, TIERS } from "../protocol/constants.ts";
import { vanishing, type ReceivableNote } from "../statements/receive.ts";
import type { TraderLine, TraderNote } from "./traderView.ts";

/** What a keeper sees of one line. Times are Unix seconds, by the line's chain. */
export interface LineSight {
  readonly line: TraderLine;
  readonly now: number;
  /** Seconds that a proof stays good after its epoch's asOf and its root's time. */
  readonly validity: number;
  /** Root of the newest table there, and of the one that this keeper last proved on. */
  readonly tableRoot: bigint;
  readonly provenOn: bigint | undefined;
  /** Until when a proof made now would be good; undefined where {@link blocked} says why none can be made. */
  readonly proofUntil: number | undefined;
  readonly blocked: string | undefined;
  /** Whether it is so because the account's last change is still on its way there. */
  readonly arriving: boolean;
  /** Of the account on that table. */
  readonly margin: Margin | undefined;
}

export interface Sight {
  /** Undefined before it opens: a keeper opens none. */
  readonly account: Account | undefined;
  readonly notes: readonly TraderNote[];
  /** Whether the slot's receive interval is over. */
  readonly mayReceive: boolean;
  /** Instruments of the newest table at home, and the account's margin on it; undefined where there is no such table. */
  readonly listed: ReadonlySet<number> | undefined;
  readonly margin: Margin | undefined;
  /** Of open lines alone. */
  readonly lines: readonly LineSight[];
}

export type KeeperMove =
  | { readonly kind: "refresh"; readonly line: TraderLine; readonly coverage: number; readonly tableRoot: bigint }
  | { readonly kind: "receive"; readonly notes: readonly ReceivableNote[] };

/** Something for people, said once when it begins to be true. */
export interface Warning {
  readonly key: string;
  readonly what: string;
  /** A deeper one of the same kind says it all. */
  readonly kind: "margin" | "other";
}

/** Refresh from here on even without a new epoch: so much of validity is left. */
const LATE = 1 / 3;
/** A proof that gains less than this of validity isn't worth its gas, until less than this is left. */
const LITTLE = 1 / 20;
/** With less than this left no receipt is made while the last change is on its way: one after the other, none would arrive. */
const KEEP_ALIVE = 1 / 2;
/** Equity over requirement, per cent, below which a keeper warns. */
const WARN_BELOW = [120, 110, 100, 80] as const;

/**
 * What there is to do, in this order: lines first, the one that ends first on top, for a receipt keeps proofs back until it
 * has arrived on every chain.
 */
export function movesOf(sight: Sight): KeeperMove[] {
  const refreshes = [...sight.lines]
    .sort((a, b) => a.line.validUntil - b.line.validUntil)
    .flatMap((seen): KeeperMove[] => {
      const coverage = refreshCoverage(seen);
      return coverage === undefined ? [] : [{ kind: "refresh", line: seen.line, coverage, tableRoot: seen.tableRoot }];
    });
  const notes = receivable(sight);
  return [...refreshes, ...(notes.length === 0 ? [] : [{ kind: "receive" as const, notes }])];
}

/** At which coverage to refresh a line now, basis points; undefined when there is no need, or no proof to be made. */
function refreshCoverage({
  line,
  now,
  validity,
  tableRoot,
  provenOn,
  proofUntil,
  margin,
}: LineSight): number | undefined {
  if (proofUntil === undefined || margin === undefined || proofUntil < now) return undefined;
  const [left, gain] = [line.validUntil - now, proofUntil - line.validUntil];
  if (gain <= 0) return undefined;
  const late = left < LATE * validity && (gain >= LITTLE * validity || left < LITTLE * validity);
  if (tableRoot === provenOn && line.lapsedAt === 0 && !late) return undefined;
  return [COVERAGE_INITIAL, COVERAGE_MAINTENANCE].find((coverage) => isCovered(margin, coverage));
}

/** Notes that have arrived, whose legs are all listed, as many as one receipt takes and the account has room for. */
function receivable(sight: Sight): ReceivableNote[] {
  const { account, notes, mayReceive, listed } = sight;
  if (account === undefined || listed === undefined || !mayReceive || mustHold(sight)) return [];
  const taken: ReceivableNote[] = [];
  for (const { note, received } of notes) {
    if (taken.length === TIERS[account.tier].notes) break;
    if (received === undefined || !note.legs.every(({ instrument }) => listed.has(instrument))) continue;
    if (fits(account, [...taken, received])) taken.push(received);
  }
  return taken;
}

/** A line needs the account to stay as it is until that has arrived; unless it is covered nowhere as it is. */
function mustHold({ lines, margin }: Sight): boolean {
  const waits = lines.some(
    ({ arriving, line, now, validity }) => arriving && line.validUntil - now < KEEP_ALIVE * validity,
  );
  return waits && margin !== undefined && isCovered(margin, COVERAGE_MAINTENANCE);
}

function fits(account: Account, notes: readonly ReceivableNote[]): boolean {
  const items = [...account.holdings, ...notes.flatMap(({ note }) => note.legs)];
  try {
    const holdings = sumHoldings(items);
    account.next(holdings);
    vanishing(items, holdings, NOTE_LEGS);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

/** What people should know now. A keeper says what wasn't so when it looked before. */
export function warningsOf(sight: Sight): Warning[] {
  return [...ofMargin(sight), ...ofNotes(sight), ...sight.lines.flatMap(ofLine)];
}

function ofMargin({ margin, account, listed }: Sight): Warning[] {
  if (account === undefined || listed === undefined) return [];
  if (margin === undefined)
    return [
      {
        kind: "other",
        key: "unlisted",
        what: "the newest table doesn't list all that the account holds: it proves nothing until one does",
      },
    ];
  const { equity, requirement } = margin;
  return WARN_BELOW.filter((percent) => equity * 100n < requirement * BigInt(percent)).map((percent) => ({
    kind: "margin",
    key: `below ${percent}`,
    what: `equity is ${shareOf(margin)} of initial margin, below ${percent} %${percent === 80 ? ": no line can be refreshed" : ""}`,
  }));
}

function ofNotes({ notes, listed, account }: Sight): Warning[] {
  if (listed === undefined || account === undefined) return [];
  return notes.flatMap(({ note, issuer, received }): Warning[] => {
    const key = `note ${issuer.id} ${note.serial}`;
    const missing = note.legs.find(({ instrument }) => !listed.has(instrument));
    if (missing !== undefined)
      return [
        {
          kind: "other",
          key,
          what: `note ${note.serial} of ${issuer.name} isn't received: the newest table doesn't list instrument ${missing.instrument}`,
        },
      ];
    if (received !== undefined && !fits(account, [received]))
      return [
        {
          kind: "other",
          key,
          what: `note ${note.serial} of ${issuer.name} doesn't fit the account, which holds ${account.holdings.length} of ${TIERS[account.tier].holdings}`,
        },
      ];
    return [];
  });
}

function ofLine({
  line: {
    issuer: { name },
    validUntil,
    graceEnd,
    lapsedAt,
  },
  now,
  validity,
  proofUntil,
  blocked,
  margin,
}: LineSight): Warning[] {
  const warn = (key: string, what: string): Warning => ({
    kind: "other",
    key: `${name} ${key}`,
    what: `${name}: ${what}`,
  });
  const late = validUntil - now < LATE * validity;
  return [
    ...(lapsedAt !== 0
      ? [warn("lapsed", "the line has lapsed, and is in default for good once its notice is over")]
      : now > graceEnd
        ? [warn("over", "grace is over: anyone may mark the line as lapsed")]
        : now > validUntil
          ? [warn("grace", `the proof is over and grace runs, until ${date(graceEnd)}`)]
          : []),
    ...(late && blocked !== undefined
      ? [warn(`blocked ${blocked}`, `can't be refreshed: ${blocked}; good until ${date(validUntil)}`)]
      : []),
    ...(late && proofUntil !== undefined && margin !== undefined && !isCovered(margin, COVERAGE_MAINTENANCE)
      ? [
          warn(
            "short",
            `can't be refreshed: equity is ${shareOf(margin)} of initial margin, and maintenance takes ${COVERAGE_MAINTENANCE / 100} %; good until ${date(validUntil)}`,
          ),
        ]
      : []),
  ];
}

/** Rounded down. */
const shareOf = ({ equity, requirement }: Margin): string =>
  equity < 0n ? "less than nothing" : `${Number((equity * BigInt(BASIS_POINTS)) / requirement) / 100} %`;
const date = (seconds: number): string => new Date(seconds * 1000).toISOString().replace(".000", "");
