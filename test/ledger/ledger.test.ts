import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openingNullifier, type Account } from "../../src/account/account.ts";
import type { Exit } from "../../src/account/exit.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { Note, noteNullifier } from "../../src/account/note.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { decodeLedger, encodeLedger } from "../../src/ledger/ledgerFile.ts";
import type { Submission } from "../../src/ledger/state.ts";
import type { Proof } from "../../src/groth16/proof.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import type { CircuitName, TierName } from "../../src/protocol/constants.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { build } from "../../src/setup/build.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { spendStatement, type Move } from "../../src/statements/spend.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { BTC, CASH, CREDIT, DESK, KEYS, PERP, VAULT, VENUE, tableTree, smallTable } from "../support/world.ts";

const OWNER = ownerOf(KEYS);
const NOW = 1_700_000_100n;
const HERE: Submission = { account: "0x00000000000000000000000000000000000a11ce", deadline: NOW + 600n, now: NOW };
const WITHDRAW: Move = { kind: "collateral", instrument: BTC, lots: 20n, recipient: 0xabcdefn };

const prover = snarkjsProver();
let table: TableTree;
let newer: TableTree;
beforeAll(async () => {
  await build((["receive", "spend", "exit"] as const).map((circuit) => ({ circuit, tier: "T" })));
  table = await tableTree("T");
  newer = await tableTree("T", smallTable({ epoch: 8, omega: 5_001 }));
});
afterAll(() => prover.close());

const prove = <C extends CircuitName>(statement: Statement<C>): Promise<Proof<C>> => prover.prove(proofRequest(statement));
const issue = (ledger: Ledger, issuerId: number, legs: readonly Holding[]): Note => {
  const note = new Note(issuerId, 0n, legs, ledger.nextSerial(issuerId), 0n);
  ledger.issue(note, aliasOf(OWNER, issuerId));
  return note;
};
const receiveInto = (ledger: Ledger, from: Account | TierName, notes: readonly Note[]): ReturnType<typeof receiveStatement> =>
  receiveStatement({
    keys: KEYS, from, notes: notes.map((note) => ledger.receivable(note, OWNER)), notesRoot: ledger.notesRoot,
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
  let opening: Proof<"receive">;
  let account: Account;
  let exit: Exit;
  let spending: Proof<"spend">;
  let payout: Proof<"exit">;

  it("opens with two notes of hidden issuers", async () => {
    ledger.publish(table);
    deposit = issue(ledger, VAULT, [{ instrument: BTC, size: 100n }]);
    const batch = issue(ledger, VENUE, [{ instrument: PERP, size: -90n }, { instrument: CASH, size: 54_500n }]);
    const received = receiveInto(ledger, "T", [deposit, batch]);
    opening = await prove(received.statement);
    account = received.account;
    expect(await ledger.receive(opening, HERE)).toEqual({
      slot: 0, tier: "T", commitment: account.commitment, cipher: account.cipher, time: Number(NOW),
    });
    expect(ledger.isOpen(openingNullifier(OWNER))).toBe(true);
    expect(ledger.isSpent(noteNullifier(OWNER, deposit.leaf(OWNER)))).toBe(true);
    expect(ledger.accountPath(account.commitment).root).toBe(ledger.accountsRoot);
  });

  it("refuses the same proof again, and a copy of it elsewhere, by others or too late", async () => {
    await refused(ledger, ledger.receive(opening, HERE), "publicSignals.openingNullifier: must not be spent: one owner has one account");
    const elsewhere = Ledger.create("T");
    await refused(elsewhere, elsewhere.receive(opening, HERE), "publicSignals.context: must name this ledger, its submitter and the deadline");
    const thief = { ...HERE, account: "0x0000000000000000000000000000000000000bad" };
    await refused(ledger, ledger.receive(opening, thief), "publicSignals.context: must name");
    await refused(ledger, ledger.receive(opening, { ...HERE, deadline: HERE.deadline + 1n }), "publicSignals.context: must name");
    await refused(ledger, ledger.receive(opening, { ...HERE, now: HERE.deadline + 1n }), "deadline: must not have passed");
  });

  it("refuses a proof about anything else than it says", async () => {
    const moved = { ...opening, signals: { ...opening.signals, newCommitment: opening.signals.newCommitment + 1n } };
    await refused(ledger, ledger.receive(moved, HERE), "proof: does not verify");
    await refused(ledger, ledger.spend(opening as never, HERE), "circuit: must be spend, got receive");
    const deeper = Ledger.create("M");
    await refused(deeper, deeper.receive(opening, HERE), "tier: must be one with trees of depth 30, got T");
  });

  it("opens one account for one owner", async () => {
    await refused(ledger, ledger.receive(await prove(receiveInto(ledger, "T", []).statement), HERE), "publicSignals.openingNullifier: must not be spent");
  });

  it("spends a note once", async () => {
    await refused(ledger, ledger.receive(await prove(receiveInto(ledger, account, [deposit]).statement), HERE), "publicSignals.nullifiers[0]: must not be spent");
  });

  it("wants the notes root of now", async () => {
    const { statement } = receiveInto(ledger, account, []);
    expect(ledger.checkReceive(statement, HERE)).toMatchObject({ slot: 0 });
    issue(ledger, DESK, [{ instrument: CREDIT, size: 5n }]);
    await refused(ledger, ledger.receive(await prove(statement), HERE), "publicSignals.notesRoot: must be the current one");
    expect(() => ledger.checkReceive(statement, HERE)).toThrow("publicSignals.notesRoot: must be the current one");
  });

  it("spends at initial margin alone", async () => {
    const { statement } = spendStatement({ account, keys: KEYS, table, move: WITHDRAW, context: ledger.context(HERE), coverage: 9_999 });
    await refused(ledger, ledger.spend(await prove(statement), HERE), "publicSignals.claim.coverage: must be 10000, initial margin, got 9999");
  });

  it("spends on the newest table, while that is good", async () => {
    const spent = spendStatement({ account, keys: KEYS, table, move: WITHDRAW, context: ledger.context(HERE) });
    spending = await prove(spent.statement);
    const ahead = decodeLedger(encodeLedger(ledger));
    ahead.publish(newer);
    await refused(ahead, ahead.spend(spending, HERE), "publicSignals.tableRoot: must be of the newest table");
    const late = { ...HERE, deadline: NOW + 10_000n };
    const { statement } = spendStatement({ account, keys: KEYS, table, move: WITHDRAW, context: ledger.context(late) });
    await refused(ledger, ledger.spend(await prove(statement), { ...late, now: NOW + 900n }), "publicSignals.tableRoot: must be of a table that is still good");

    expect((await ledger.spend(spending, HERE)).slot).toBe(0);
    account = spent.account;
    exit = spent.exit!;
    expect(ledger.exitPath(exit.leaf).root).toBe(ledger.exitsRoot);
    await refused(ledger, ledger.spend(spending, HERE), "publicSignals.exitLeaf: must be new");
    expect(() => ledger.accountPath(spending.signals.oldCommitment)).toThrow("tree: must hold the leaf");
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
    await refused(again, again.receive(opening, HERE), "publicSignals.notesRoot: must be the current one");
    await refused(again, again.exit(payout, HERE), "publicSignals.spent: must not be paid twice");
  });
});

it("lets an account of nothing but collateral out on a past table, and nobody on an unknown one", async () => {
  const ledger = Ledger.create("T");
  const deposit = issue(ledger, VAULT, [{ instrument: BTC, size: 100n }]);
  const { statement, account } = receiveInto(ledger, "T", [deposit]);
  await ledger.receive(await prove(statement), HERE);
  const proof = await prove(spendStatement({ account, keys: KEYS, table, move: WITHDRAW, context: ledger.context(HERE), onAnyTable: true }).statement);
  ledger.publish(newer);
  await refused(ledger, ledger.spend(proof, HERE), "publicSignals.tableRoot: must be of a table published here");
  const known = decodeLedger(encodeLedger(ledger).replace('"tables": [', `"tables": [{"root": "${table.root}", "epoch": 7, "notAfter": 5},`));
  await known.spend(proof, HERE);
  expect(known.history(0)).toHaveLength(2);
});

it("takes each serial of an issuer once and each epoch in turn", () => {
  const ledger = Ledger.create("T");
  const note = issue(ledger, VAULT, [{ instrument: BTC, size: 1n }]);
  expect(() => ledger.issue(new Note(VAULT, 0n, [{ instrument: BTC, size: 2n }], note.serial, 9n), 5n)).toThrow("note.serial: must not repeat at its issuer, got 1");
  expect(() => ledger.issue(new Note(VAULT, 0n, note.legs, 9n, 0n), 0n)).toThrow("note.recipient: must be an alias");
  expect(() => ledger.receivable(note, OWNER + 1n)).toThrow("tree: must hold the leaf");
  ledger.publish(newer);
  expect(() => ledger.publish(table)).toThrow("table.epoch: must be above 8, the newest here, got 7");
  for (let serial = 2n; serial <= 16n; serial++) ledger.issue(new Note(VAULT, 0n, note.legs, serial, 0n), 5n);
  expect(() => ledger.issue(new Note(VAULT, 0n, note.legs, 17n, 0n), 5n)).toThrow("note: finds the notes tree of issuer 1 full");
  expect(ledger.state.notes).toHaveLength(16);
});
