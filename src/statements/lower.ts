/**
 * "oldCommitment becomes newCommitment by lowering one holding": collateral leaves, credit is booked, or what is worth
 * nothing is dropped; the result floats.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { Exit, exitSalt } from "../account/exit.ts";
import { padHoldings, sizeOf, sumHoldings, type Holding } from "../account/holdings.ts";
import { nextReadKey, ownerOf, type SpendKeys } from "../account/keys.ts";
import { InputError } from "../errors.ts";
import { COVERAGE_INITIAL, TIERS } from "../protocol.ts";
import { packClaim } from "../prove/claim.ts";
import { floats } from "../margin.ts";
import type { Row } from "../risk/row.ts";
import type { BookTree } from "../risk/tree.ts";
import { floatingInputs, marginIn, positionsOf, rowInputs } from "./floating.ts";
import { listed, vanishing } from "./fold.ts";
import type { Statement } from "./statement.ts";
import { assertFloats } from "../worst.ts";

/** In the order of the circuit's `move`. */
export type Move =
  | { readonly kind: "collateral"; readonly instrument: number; readonly lots: bigint; readonly recipient: bigint }
  | { readonly kind: "credit"; readonly instrument: number; readonly lots: bigint }
  /** Drops credit and the release beside it, which sum to 0. */
  | { readonly kind: "pair"; readonly instrument: number }
  | { readonly kind: "dead"; readonly instrument: number };
const MOVES = ["collateral", "credit", "pair", "dead"] as const;

export interface LowerRequest {
  readonly account: Account;
  readonly keys: SpendKeys;
  readonly book: BookTree;
  readonly move: Move;
  readonly context: bigint;
  /** Basis points; the registry takes 10,000. */
  readonly coverage?: number;
  /**
   * Says in public that the move is right on any book ever signed: a pair, or collateral of an account with nothing else
   * left. By default only where the result doesn't float, which is no matter then; ask for it when the book has lapsed.
   */
  readonly anyBook?: boolean;
}

/**
 * The statement, the account it leads to, and the exit when collateral leaves. Throws an InputError when the move is
 * not allowed, a MarginError when the result must float and doesn't.
 */
export function lowerStatement(request: LowerRequest): { statement: Statement<"lower">; account: Account; exit?: Exit } {
  const { account: old, keys, book, move, context, coverage = COVERAGE_INITIAL } = request;
  const tier = TIERS[old.tier];
  if (old.owner !== ownerOf(keys)) throw new InputError("keys", "must be the account owner's");
  const opening = book.open(move.instrument, "move.instrument");
  checkMove(move, old.holdings, opening.row);

  const taken = takenBy(move, old.holdings);
  const items = [...old.holdings, ...taken];
  const account = old.next(sumHoldings(items));
  const margin = marginIn(account.holdings, book);
  checkPlace(move, account.holdings, tier.holdings);
  const drops = move.kind === "pair" || move.kind === "dead";
  const bare = !drops && positionsOf(account.holdings, book).every(({ row, size }) => row.kind === "collateral" && size >= 0n);
  const anyBook = request.anyBook ?? (bare && !floats(margin, coverage));
  if (anyBook && !bare && move.kind !== "pair") {
    throw new InputError("anyBook", "is for pairs, and for accounts that nothing but collateral is left in", anyBook);
  }
  if (!anyBook && !drops) assertFloats(margin, coverage, book.book.groups);

  const recipient = move.kind === "collateral" ? move.recipient : 0n;
  const lots = "lots" in move ? move.lots : 0n;
  const exit = move.kind === "collateral"
    ? new Exit(move.instrument, lots, recipient, exitSalt(nextReadKey(old.readKey)))
    : undefined;
  const target = rowInputs(opening);
  const statement: Statement<"lower"> = {
    circuit: "lower",
    tier: old.tier,
    signals: {
      oldCommitment: old.commitment, newCommitment: account.commitment, bookRoot: book.root, exitLeaf: exit?.leaf ?? 0n,
      claim: packClaim("lower", { coverage, anyBook }), cipher: account.cipher, context,
    },
    inputs: {
      ...floatingInputs(account.holdings, margin, book, tier),
      ...listed("oldInstruments", "oldSizes", padHoldings(old.holdings, tier.holdings)),
      coverage: BigInt(coverage), anyBook: anyBook ? 1n : 0n,
      spendKey: keys.spendKey, version: BigInt(old.version), readKey: old.readKey,
      move: MOVES.map((kind) => (kind === move.kind ? 1n : 0n)),
      target: BigInt(move.instrument), lots, recipient, spares: vanishing(items, account.holdings, 2),
      targetKind: target.kind, targetGroup: target.group, targetDead: target.dead, targetNumbers: target.numbers,
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

/** Credit without a place for its release could never be repaid on the books. */
function checkPlace(move: Move, left: readonly Holding[], places: number): void {
  if (move.kind !== "credit" || left.length < places || sizeOf(left, move.instrument + 1) !== 0n) return;
  throw new InputError("move.instrument", `must leave a place for its release: the account holds ${places} of ${places}`, move.instrument);
}

function checkMove(move: Move, held: readonly Holding[], row: Row): void {
  const size = sizeOf(held, move.instrument);
  const kind = move.kind === "pair" ? "credit" : move.kind;
  if (kind === "dead" ? !row.dead : row.kind !== kind) {
    throw new InputError("move.instrument", `must be ${kind === "dead" ? "dead in the book" : kind}`, move.instrument);
  }
  if ("lots" in move && move.lots <= 0n) throw new InputError("move.lots", "must be above 0", move.lots);
  if (move.kind === "collateral" && move.lots > size) throw new InputError("move.lots", `must be at most the ${size} held`, move.lots);
  const net = size + sizeOf(held, move.instrument + 1);
  if (move.kind === "credit" && net - move.lots < -row.cap) {
    throw new InputError("move.lots", `must leave a net debt of at most ${row.cap} lots, and ${-net} are owed`, move.lots);
  }
  if (move.kind === "pair" && net !== 0n) throw new InputError("move.instrument", "credit and release must sum to 0", net);
  if ((move.kind === "pair" || move.kind === "dead") && size === 0n) {
    throw new InputError("move.instrument", "must be held to be dropped", move.instrument);
  }
}
