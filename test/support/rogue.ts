/**
 * A prover who bypasses the statement builders: any old state, any new state, any move, written straight into the
 * inputs of a circuit, with every hash that depends on them made to fit. Only the circuit itself can object.
 *
 * @module
 */
import { openingNullifier, Account } from "../../src/account/account.ts";
import { exitSalt } from "../../src/account/exit.ts";
import { padHoldings, type Holding } from "../../src/account/holdings.ts";
import { ownerOf, type ProveKeys } from "../../src/account/keys.ts";
import { hash } from "../../src/protocol/hash.ts";
import { CLAIMS, FIELD, LOTS_BITS, SIZE_BITS, TIERS } from "../../src/protocol/constants.ts";
import type { Position } from "../../src/margin/rule.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { marginOf } from "../../src/margin/offsets.ts";
import { coveredInputs, marginIn, positionsOf, rowInputs } from "../../src/statements/covered.ts";
import { receiveStatement, type ReceivableNote } from "../../src/statements/receive.ts";
import { HEDGED, honestSpend, honestSolvency, inputsOf, type Inputs } from "./honest.ts";
import { BTC, CASH, CONTEXT, CREDIT, KEYS, PERP, RELEASE, accountWith } from "./world.ts";

const MOVES = ["collateral", "credit", "pair", "dead"] as const;

const holding =
  (instrument: number) =>
  (size: bigint): Holding => ({ instrument, size });
/** So much of each of the small table's instruments. */
export const [coin, cash, perpetual, credit, release] = [BTC, CASH, PERP, CREDIT, RELEASE].map(holding) as [
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
  (size: bigint) => Holding,
];

/** An input that is a list, with another value at one place. */
export const put = (list: Inputs[string] | undefined, place: number, value: bigint): bigint[] =>
  (list as bigint[]).with(place, value);

/** A field element's canonical form. */
export const element = (value: bigint): bigint => ((value % FIELD) + FIELD) % FIELD;

/** 1 / value in the field. */
export function inverse(value: bigint): bigint {
  let [power, base, result] = [FIELD - 2n, element(value), 1n];
  for (; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * base) % FIELD;
    base = (base * base) % FIELD;
  }
  return result;
}

/** A claim's parts added up at their places, whatever their widths: what a circuit sums. */
export function looseClaim(circuit: keyof typeof CLAIMS, parts: Readonly<Record<string, bigint>>): bigint {
  let [sum, shift] = [0n, 0n];
  for (const [name, bits] of CLAIMS[circuit]) {
    sum += ((parts[name] ?? 0n) + (bits === SIZE_BITS ? 1n << BigInt(LOTS_BITS) : 0n)) << shift;
    shift += BigInt(bits);
  }
  return element(sum);
}

export interface ForgedSpend {
  readonly old: readonly Holding[];
  readonly after: readonly Holding[];
  readonly move: (typeof MOVES)[number];
  readonly target: number;
  readonly lots?: bigint;
  readonly recipient?: bigint;
  readonly onAnyTable?: bigint;
  readonly coverage?: bigint;
  readonly spares?: readonly number[];
  /** As the move has it unless given: P(EXIT, …) for collateral, else 0. */
  readonly exitLeaf?: bigint;
  /** The target's row, where it is told otherwise than it is. */
  readonly row?: Partial<Readonly<Record<"kind" | "group" | "dead", bigint>>>;
}

/** Inputs of a spend at tier T that nobody checked. */
export function rogueSpend(table: TableTree, forged: ForgedSpend): Inputs {
  const { old, after, move, target, lots = 0n, onAnyTable = 0n, coverage = 10_000n, spares = [], row = {} } = forged;
  const recipient = forged.recipient ?? (move === "collateral" ? 0xabcdefn : 0n);
  const { account } = accountWith("T", old);
  const next = account.next(after);
  const leaf = hash("EXIT", BigInt(target), element(lots), recipient, exitSalt(next.readKey));
  const opened = { ...rowInputs(table.open(target)), ...row };
  return {
    ...inputsOf(honestSpend(table).statement),
    ...coveredInputs(after, marginIn(after, table), table, TIERS.T),
    ...holdingInputs("oldInstruments", "oldSizes", old),
    oldCommitment: account.commitment,
    newCommitment: next.commitment,
    cipher: next.cipher,
    exitLeaf: forged.exitLeaf ?? (move === "collateral" ? leaf : 0n),
    claim: looseClaim("spend", { coverage, onAnyTable }),
    coverage,
    onAnyTable,
    version: BigInt(account.version),
    readKey: account.readKey,
    move: MOVES.map((kind) => (kind === move ? 1n : 0n)),
    target: BigInt(target),
    lots,
    recipient,
    spares: [0, 1].map((i) => BigInt(spares[i] ?? 0)),
    targetKind: opened.kind,
    targetGroup: opened.group,
    targetDead: opened.dead,
    targetNumbers: opened.numbers,
    targetSiblings: opened.siblings,
  };
}

/** Parts of a solvency claim as the circuit takes them; what it shows is `shown` and `shownSizes`. */
export interface ForgedClaim {
  readonly coverage?: bigint;
  readonly report?: bigint;
  readonly issuerId?: bigint;
  readonly salt?: bigint;
  readonly shown?: readonly [bigint, bigint];
  readonly shownSizes?: readonly [bigint, bigint];
}

/** Inputs of a solvency proof of {@link HEDGED} or other holdings at tier T, with a claim and an alias that nobody checked. */
export function rogueSolvency(
  table: TableTree,
  claim: ForgedClaim = {},
  holdings: readonly Holding[] = HEDGED,
): Inputs {
  const inputs = inputsOf(honestSolvency(table, {}, holdings));
  const one = (name: "coverage" | "report" | "issuerId" | "salt"): bigint => claim[name] ?? (inputs[name] as bigint);
  const [shown, sizes] = [
    claim.shown ?? (inputs["shown"] as bigint[]),
    claim.shownSizes ?? (inputs["shownSizes"] as bigint[]),
  ];
  const [issuerId, salt] = [one("issuerId"), one("salt")];
  const claimed = looseClaim("solvency", {
    coverage: one("coverage"),
    report: one("report"),
    withSpendKey: 1n,
    issuerId,
    salt,
    instrumentA: shown[0]!,
    sizeA: sizes[0]!,
    instrumentB: shown[1]!,
    sizeB: sizes[1]!,
  });
  const alias = hash("ALIAS", ownerOf(KEYS), element(issuerId), element(salt));
  return {
    ...inputs,
    coverage: one("coverage"),
    report: one("report"),
    issuerId,
    salt,
    shown,
    shownSizes: sizes,
    claim: claimed,
    alias,
  };
}

/** Margin hints for holdings whose rows are read as `change` says. */
export function marginAs(
  table: TableTree,
  holdings: readonly Holding[],
  change: (position: Position) => Position,
): Inputs {
  const positions = positionsOf(holdings, table).map(change);
  const { linear, remainder, diversified, joint } = marginOf(positions, table.table, table.tier.groups);
  return { linear, remainder, diversified, joint };
}

export interface ForgedReceive {
  /** The old state, or undefined where the account opens. */
  readonly old?: readonly Holding[];
  /** The new state. */
  readonly after: readonly Holding[];
  readonly keys?: ProveKeys;
  readonly notes?: readonly ReceivableNote[];
  readonly notesRoot?: bigint;
  readonly spares?: readonly number[];
}

/** Inputs of a receipt at tier T that nobody checked. */
export function rogueReceive({
  old,
  after,
  keys = KEYS,
  notes = [],
  notesRoot = 1n,
  spares = [],
}: ForgedReceive): Inputs {
  const from = old === undefined ? undefined : accountWith("T", old).account;
  const next = from === undefined ? Account.open("T", keys, after) : from.next(after);
  const { statement } = receiveStatement({ keys, from: from ?? "T", notes, notesRoot, context: CONTEXT });
  return {
    ...inputsOf(statement),
    ...holdingInputs("instruments", "sizes", after),
    newCommitment: next.commitment,
    cipher: next.cipher,
    openingNullifier: from === undefined ? openingNullifier(ownerOf(keys)) : 0n,
    spares: Array.from({ length: 8 }, (_, i) => BigInt(spares[i] ?? 0)),
  };
}

/** Holdings of an account at tier T as two inputs. */
export function holdingInputs(instruments: string, sizes: string, holdings: readonly Holding[]): Inputs {
  const padded = padHoldings(holdings, TIERS.T.holdings);
  return { [instruments]: padded.map(({ instrument }) => BigInt(instrument)), [sizes]: padded.map(({ size }) => size) };
}
