import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Account } from "../../src/account/account.ts";
import { openingNullifier } from "../../src/account/account.ts";
import type { Exit } from "../../src/account/exit.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { Note, noteNullifier } from "../../src/account/note.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { decodeLedger, encodeLedger } from "../../src/ledger/ledgerFile.ts";
import type { Submission } from "../../src/ledger/state.ts";
import type { Proof } from "../../src/prove/proof.ts";
import { snarkjsProver } from "../../src/prove/snarkjsProver.ts";
import type { CircuitName, TierName } from "../../src/protocol.ts";
import type { BookTree } from "../../src/risk/tree.ts";
import { build } from "../../src/setup/build.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { foldStatement } from "../../src/statements/fold.ts";
import { lowerStatement, type Move } from "../../src/statements/lower.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { BTC, CASH, CREDIT, DESK, KEYS, PERP, VAULT, VENUE, bookTree, smallBook } from "../support/world.ts";

const OWNER = ownerOf(KEYS);
const NOW = 1_700_000_100n;
const HERE: Submission = { account: "0x00000000000000000000000000000000000a11ce", deadline: NOW + 600n, now: NOW };
const WITHDRAW: Move = { kind: "collateral", instrument: BTC, lots: 20n, recipient: 0xabcdefn };

const prover = snarkjsProver();
let book: BookTree;
let newer: BookTree;
beforeAll(async () => {
  await build((["fold", "lower", "exit"] as const).map((circuit) => ({ circuit, tier: "T" })));
  book = await bookTree("T");
  newer = await bookTree("T", smallBook({ epoch: 8, omega: 5_001 }));
});
afterAll(() => prover.close());

const prove = <C extends CircuitName>(statement: Statement<C>): Promise<Proof<C>> => prover.prove(proofRequest(statement));
const issue = (ledger: Ledger, issuerId: number, legs: readonly Holding[]): Note => {
  const note = new Note(issuerId, 0n, legs, ledger.nextSerial(issuerId), 0n);
  ledger.issue(note, aliasOf(OWNER, issuerId));
  return note;
};
const foldInto = (ledger: Ledger, from: Account | TierName, notes: readonly Note[]): ReturnType<typeof foldStatement> =>
  foldStatement({
    keys: KEYS, from, notes: notes.map((note) => ledger.foldable(note, OWNER)), notesRoot: ledger.notesRoot,
    context: ledger.context(HERE),
  });
/** The ledger's file says all there is: an unchanged one is an unchanged ledger. */
const refused = async (ledger: Ledger, attempt: Promise<unknown>, message: RegExp | string): Promise<void> => {
  const before = encodeLedger(ledger);
  await expect(attempt).rejects.toThrow(message);
  expect(encodeLedger(ledger)).toBe(before);
};

describe("an account on the local ledger", () => {
  const ledger = Ledger.create("T");
  let deposit: Note;
  let opening: Proof<"fold">;
  let account: Account;
  let exit: Exit;
  let lowering: Proof<"lower">;
  let payout: Proof<"exit">;

  it("opens with two notes of hidden issuers", async () => {
    ledger.publish(book);
    deposit = issue(ledger, VAULT, [{ instrument: BTC, size: 100n }]);
    const batch = issue(ledger, VENUE, [{ instrument: PERP, size: -90n }, { instrument: CASH, size: 54_500n }]);
    const folded = foldInto(ledger, "T", [deposit, batch]);
    opening = await prove(folded.statement);
    account = folded.account;
    expect(await ledger.fold(opening, HERE)).toEqual({
      slot: 0, tier: "T", commitment: account.commitment, cipher: account.cipher, time: Number(NOW),
    });
    expect(ledger.isOpen(openingNullifier(OWNER))).toBe(true);
    expect(ledger.isSpent(noteNullifier(OWNER, deposit.leaf(OWNER)))).toBe(true);
    expect(ledger.accountPath(account.commitment).root).toBe(ledger.accountsRoot);
  });

  it("refuses the same proof again, and a copy of it elsewhere, by others or too late", async () => {
    await refused(ledger, ledger.fold(opening, HERE), "publicSignals.openingNullifier: must not be spent: one owner has one account");
    const elsewhere = Ledger.create("T");
    await refused(elsewhere, elsewhere.fold(opening, HERE), "publicSignals.context: must name this ledger, its submitter and the deadline");
    const thief = { ...HERE, account: "0x0000000000000000000000000000000000000bad" };
    await refused(ledger, ledger.fold(opening, thief), "publicSignals.context: must name");
    await refused(ledger, ledger.fold(opening, { ...HERE, deadline: HERE.deadline + 1n }), "publicSignals.context: must name");
    await refused(ledger, ledger.fold(opening, { ...HERE, now: HERE.deadline + 1n }), "deadline: must not have passed");
  });

  it("refuses a proof about anything else than it says", async () => {
    const moved = { ...opening, signals: { ...opening.signals, newCommitment: opening.signals.newCommitment + 1n } };
    await refused(ledger, ledger.fold(moved, HERE), "proof: does not verify");
    await refused(ledger, ledger.lower(opening as never, HERE), "circuit: must be lower, got fold");
    const deeper = Ledger.create("M");
    await refused(deeper, deeper.fold(opening, HERE), "tier: must be one with trees of depth 30, got T");
  });

  it("opens one account for one owner", async () => {
    await refused(ledger, ledger.fold(await prove(foldInto(ledger, "T", []).statement), HERE), "publicSignals.openingNullifier: must not be spent");
  });

  it("spends a note once", async () => {
    await refused(ledger, ledger.fold(await prove(foldInto(ledger, account, [deposit]).statement), HERE), "publicSignals.nullifiers[0]: must not be spent");
  });

  it("wants the notes root of now", async () => {
    const { statement } = foldInto(ledger, account, []);
    expect(ledger.checkFold(statement, HERE)).toMatchObject({ slot: 0 });
    issue(ledger, DESK, [{ instrument: CREDIT, size: 5n }]);
    await refused(ledger, ledger.fold(await prove(statement), HERE), "publicSignals.notesRoot: must be the current one");
    expect(() => ledger.checkFold(statement, HERE)).toThrow("publicSignals.notesRoot: must be the current one");
  });

  it("lowers at initial margin alone", async () => {
    const { statement } = lowerStatement({ account, keys: KEYS, book, move: WITHDRAW, context: ledger.context(HERE), coverage: 9_999 });
    await refused(ledger, ledger.lower(await prove(statement), HERE), "publicSignals.claim.coverage: must be 10000, initial margin, got 9999");
  });

  it("lowers on the newest book, while that is good", async () => {
    const lowered = lowerStatement({ account, keys: KEYS, book, move: WITHDRAW, context: ledger.context(HERE) });
    lowering = await prove(lowered.statement);
    const ahead = decodeLedger(encodeLedger(ledger));
    ahead.publish(newer);
    await refused(ahead, ahead.lower(lowering, HERE), "publicSignals.bookRoot: must be of the newest book");
    const late = { ...HERE, deadline: NOW + 10_000n };
    const { statement } = lowerStatement({ account, keys: KEYS, book, move: WITHDRAW, context: ledger.context(late) });
    await refused(ledger, ledger.lower(await prove(statement), { ...late, now: NOW + 900n }), "publicSignals.bookRoot: must be of a book that is still good");

    expect((await ledger.lower(lowering, HERE)).slot).toBe(0);
    account = lowered.account;
    exit = lowered.exit!;
    expect(ledger.exitPath(exit.leaf).root).toBe(ledger.exitsRoot);
    await refused(ledger, ledger.lower(lowering, HERE), "publicSignals.exitLeaf: must be new");
    expect(() => ledger.accountPath(lowering.signals.oldCommitment)).toThrow("tree: must hold the leaf");
  });

  it("pays an exit once", async () => {
    payout = await prove(exitStatement(exit, ledger.exitPath(exit.leaf), ledger.context(HERE), "T"));
    await refused(ledger, ledger.exit(payout, { ...HERE, account: ledger.address }), "publicSignals.context: must name");
    expect(await ledger.exit(payout, HERE)).toEqual({ spent: exit.spent, instrument: BTC, lots: 20n, recipient: 0xabcdefn });
    expect(ledger.isPaid(exit.spent)).toBe(true);
    await refused(ledger, ledger.exit(payout, HERE), "publicSignals.spent: must not be paid twice");
  });

  it("is the same after a round trip through its file", async () => {
    const again = decodeLedger(encodeLedger(ledger));
    expect(again.state).toEqual(ledger.state);
    expect([again.accountsRoot, again.notesRoot, again.exitsRoot]).toEqual([ledger.accountsRoot, ledger.notesRoot, ledger.exitsRoot]);
    await refused(again, again.fold(opening, HERE), "publicSignals.notesRoot: must be the current one");
    await refused(again, again.exit(payout, HERE), "publicSignals.spent: must not be paid twice");
  });
});

it("lets an account of nothing but collateral out on a past book, and nobody on an unknown one", async () => {
  const ledger = Ledger.create("T");
  const deposit = issue(ledger, VAULT, [{ instrument: BTC, size: 100n }]);
  const { statement, account } = foldInto(ledger, "T", [deposit]);
  await ledger.fold(await prove(statement), HERE);
  const proof = await prove(lowerStatement({ account, keys: KEYS, book, move: WITHDRAW, context: ledger.context(HERE), anyBook: true }).statement);
  ledger.publish(newer);
  await refused(ledger, ledger.lower(proof, HERE), "publicSignals.bookRoot: must be of a book published here");
  const known = decodeLedger(encodeLedger(ledger).replace('"books": [', `"books": [{"root": "${book.root}", "epoch": 7, "notAfter": 5},`));
  await known.lower(proof, HERE);
  expect(known.history(0)).toHaveLength(2);
});

it("takes each serial of an issuer once and each epoch in turn", () => {
  const ledger = Ledger.create("T");
  const note = issue(ledger, VAULT, [{ instrument: BTC, size: 1n }]);
  expect(() => ledger.issue(new Note(VAULT, 0n, [{ instrument: BTC, size: 2n }], note.serial, 9n), 5n)).toThrow("note.serial: must not repeat at its issuer, got 1");
  expect(() => ledger.issue(new Note(VAULT, 0n, note.legs, 9n, 0n), 0n)).toThrow("note.recipient: must be an alias");
  expect(() => ledger.foldable(note, OWNER + 1n)).toThrow("tree: must hold the leaf");
  ledger.publish(newer);
  expect(() => ledger.publish(book)).toThrow("book.epoch: must be above 8, the newest here, got 7");
  for (let serial = 2n; serial <= 16n; serial++) ledger.issue(new Note(VAULT, 0n, note.legs, serial, 0n), 5n);
  expect(() => ledger.issue(new Note(VAULT, 0n, note.legs, 17n, 0n), 5n)).toThrow("note: finds the notes tree of issuer 1 full");
  expect(ledger.state.notes).toHaveLength(16);
});
