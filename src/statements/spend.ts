/**
 * "oldCommitment becomes newCommitment by spending one holding": collateral leaves, credit is booked, or what is worth
 * nothing is dropped; the result is covered.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { Exit, exitSalt } from "../account/exit.ts";
import { padHoldings, sizeOf, sumHoldings, type Holding } from "../account/holdings.ts";
import { nextReadKey, ownerOf, type SpendKeys } from "../account/keys.ts";
import { InputError } from "../base/errors.ts";
import { COVERAGE_INITIAL, TIERS } from "../protocol/constants.ts";
import { packClaim } from "../protocol/claim.ts";
import { isCovered } from "../margin/rule.ts";
import type { Row } from "../risk/row.ts";
import type { TableTree } from "../risk/tree.ts";
import { coveredInputs, marginIn, positionsOf, rowInputs } from "./covered.ts";
import { listed, vanishing } from "./receive.ts";
import type { Statement } from "./statement.ts";
import { assertCovered } from "../margin/worst.ts";

/** In the order of the circuit's `move`. */
export type Move =
  | { readonly kind: "collateral"; readonly instrument: number; readonly lots: bigint; readonly recipient: bigint }
  | { readonly kind: "credit"; readonly instrument: number; readonly lots: bigint }
  /** Drops credit and the release beside it, which sum to 0. */
  | { readonly kind: "pair"; readonly instrument: number }
  | { readonly kind: "dead"; readonly instrument: number };
const MOVES = ["collateral", "credit", "pair", "dead"] as const;

export interface SpendRequest {
  readonly account: Account;
  readonly keys: SpendKeys;
  readonly table: TableTree;
  readonly move: Move;
  readonly context: bigint;
  /** Basis points; the registry takes 10,000. */
  readonly coverage?: number;
  /**
   * Says in public that the move is right on any table ever signed: a pair, or collateral of an account with nothing else
   * left. By default only where the result isn't covered, which is no matter then; ask for it when the table has lapsed.
   */
  readonly onAnyTable?: boolean;
}

/**
 * The statement, the account it leads to, and the exit when collateral leaves. Throws an InputError when the move is
 * not allowed, a MarginError when the result must be covered and isn't.
 *
 * @example
 * ```ts
 * import { instrumentId, proofRequest, spendStatement } from "plimsoll/toolkit";
 *
 * const recipient = 0x70997970c51812dc3a010c7d01b50e0d17dc79c8n;
 * const move = { kind: "collateral", instrument: instrumentId(1, 1), lots: 100n, recipient } as const;
 * const { statement, account: next, exit } = spendStatement({ account, keys, table, move, context });
 * const proof = await prover.prove(proofRequest(statement));
 * ```
 */
export function spendStatement(request: SpendRequest): {
  statement: Statement<"spend">;
  account: Account;
  exit?: Exit;
} {
  const { account: old, keys, table, move, context, coverage = COVERAGE_INITIAL } = request;
  const tier = TIERS[old.tier];
  if (old.owner !== ownerOf(keys)) throw new InputError("keys", "must be the account owner's");
  const opening = table.open(move.instrument, "move.instrument");
  checkMove(move, old.holdings, opening.row);

  const taken = takenBy(move, old.holdings);
  const items = [...old.holdings, ...taken];
  const account = old.next(sumHoldings(items));
  const margin = marginIn(account.holdings, table);
  checkPlace(move, account.holdings, tier.holdings);
  const drops = move.kind === "pair" || move.kind === "dead";
  const owesNothing =
    !drops && positionsOf(account.holdings, table).every(({ row, size }) => row.kind === "collateral" && size >= 0n);
  const onAnyTable = request.onAnyTable ?? (owesNothing && !isCovered(margin, coverage));
  if (onAnyTable && !owesNothing && move.kind !== "pair") {
    throw new InputError(
      "onAnyTable",
      "is for pairs, and for accounts that nothing but collateral is left in",
      onAnyTable,
    );
  }
  if (!onAnyTable && !drops) assertCovered(margin, coverage, table.table.groups);

  const recipient = move.kind === "collateral" ? move.recipient : 0n;
  const lots = "lots" in move ? move.lots : 0n;
  const exit =
    move.kind === "collateral"
      ? new Exit(move.instrument, lots, recipient, exitSalt(nextReadKey(old.readKey)))
      : undefined;
  const target = rowInputs(opening);
  const statement: Statement<"spend"> = {
    circuit: "spend",
    tier: old.tier,
    signals: {
      oldCommitment: old.commitment,
      newCommitment: account.commitment,
      tableRoot: table.root,
      exitLeaf: exit?.leaf ?? 0n,
      claim: packClaim("spend", { coverage, onAnyTable }),
      cipher: account.cipher,
      context,
    },
    inputs: {
      ...coveredInputs(account.holdings, margin, table, tier),
      ...listed("oldInstruments", "oldSizes", padHoldings(old.holdings, tier.holdings)),
      coverage: BigInt(coverage),
      onAnyTable: onAnyTable ? 1n : 0n,
      spendKey: keys.spendKey,
      version: BigInt(old.version),
      readKey: old.readKey,
      move: MOVES.map((kind) => (kind === move.kind ? 1n : 0n)),
      target: BigInt(move.instrument),
      lots,
      recipient,
      spares: vanishing(items, account.holdings, 2),
      targetKind: target.kind,
      targetGroup: target.group,
      targetDead: target.dead,
      targetNumbers: target.numbers,
      targetSiblings: target.siblings,
    },
  };
  return exit === undefined ? { statement, account } : { statement, account, exit };
}

/** What the move takes from the account, as holdings to add. */
function takenBy(move: Move, held: readonly Holding[]): Holding[] {
  const drop = (instrument: number): Holding => ({ instrument, size: -sizeOf(held, instrument) });
  switch (move.kind) {
    case "collateral":
    case "credit":
      return [{ instrument: move.instrument, size: -move.lots }];
    case "pair":
      return [drop(move.instrument), drop(move.instrument + 1)];
    case "dead":
      return [drop(move.instrument)];
  }
}

/** Credit without a place for its release could never be repaid on the tables. */
function checkPlace(move: Move, left: readonly Holding[], places: number): void {
  if (move.kind !== "credit" || left.length < places || sizeOf(left, move.instrument + 1) !== 0n) return;
  throw new InputError(
    "move.instrument",
    `must leave a place for its release: the account holds ${places} of ${places}`,
    move.instrument,
  );
}

function checkMove(move: Move, held: readonly Holding[], row: Row): void {
  const size = sizeOf(held, move.instrument);
  const kind = move.kind === "pair" ? "credit" : move.kind;
  if (kind === "dead" ? !row.dead : row.kind !== kind) {
    throw new InputError("move.instrument", `must be ${kind === "dead" ? "dead in the table" : kind}`, move.instrument);
  }
  if ("lots" in move && move.lots <= 0n) throw new InputError("move.lots", "must be above 0", move.lots);
  if (move.kind === "collateral" && move.lots > size)
    throw new InputError("move.lots", `must be at most the ${size} held`, move.lots);
  const net = size + sizeOf(held, move.instrument + 1);
  if (move.kind === "credit" && net - move.lots < -row.cap) {
    throw new InputError(
      "move.lots",
      `must leave a net debt of at most ${row.cap} lots, and ${-net} are owed`,
      move.lots,
    );
  }
  if (move.kind === "pair" && net !== 0n)
    throw new InputError("move.instrument", "credit and release must sum to 0", net);
  if ((move.kind === "pair" || move.kind === "dead") && size === 0n) {
    throw new InputError("move.instrument", "must be held to be dropped", move.instrument);
  }
}
