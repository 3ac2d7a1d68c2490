/**
 * One trader's life with real proofs of the tiny tier, between two nodes: deposit, receive, debt, proof of solvency, draw,
 * repayment, release, exit, payout; and at every step what must be refused.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { Note } from "../../src/account/note.ts";
import type { Exit } from "../../src/account/exit.ts";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { proofArgument, tierNumber } from "../../src/chain/calls.ts";
import { TIERS, type CircuitName } from "../../src/protocol/constants.ts";
import type { Proof } from "../../src/groth16/proof.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { receiveStatement, type ReceivableNote } from "../../src/statements/receive.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { refusal, send } from "../support/chain.ts";
import {
  RECEIVE_INTERVAL,
  attestation,
  pass,
  publishTable,
  relay,
  type Away,
  type Home,
} from "../support/deployment.ts";
import { BTC, COMMITTEE, CREDIT, DESK, KEEPER, KEYS, RELEASE, tableTree } from "../support/world.ts";
import { TRADER, contextAt, depositBtc, publishOnBoth, twoChains } from "./support/twoChains.ts";

const T = tierNumber("T");
const owner = ownerOf(KEYS);
const prover = snarkjsProver();
let home: Home;
let away: Away;
let stop: () => Promise<void>;
let table: TableTree;

beforeAll(async () => {
  ({ home, away, stop } = await twoChains("T"));
  table = await tableTree("T");
  await publishOnBoth({ home, away }, table);
});
afterAll(() => Promise.all([prover.close(), stop()]));

const prove = <C extends CircuitName>(statement: Statement<C>): Promise<Proof<C>> =>
  prover.prove(proofRequest(statement));
const trader = (): string => home.chain.addresses[TRADER];
const as = (name: "registry" | "desk" | "vault" | "usd", who = TRADER): Home["registry"] => {
  const contract = name === "registry" ? home.registry : away[name];
  const chain = name === "registry" ? home.chain : away.chain;
  return contract.connect(chain.signers[who]!) as Home["registry"];
};

// What a wallet keeps.
let account: Account;
let exit: Exit;
const accounts = new GrowingTree(TIERS.T.depth);
const exits = new GrowingTree(TIERS.T.depth);
const notes = new Map<number, GrowingTree>();
const received = (note: Note): ReceivableNote => {
  const roots = new NotesTree(new Map([...notes].map(([issuer, tree]) => [issuer, tree.root])));
  return {
    note,
    path: notes.get(note.issuerId)!.path(note.leaf(owner)),
    issuerSiblings: roots.siblings(note.issuerId),
  };
};
const addNote = (note: Note): void => {
  const tree = notes.get(note.issuerId) ?? new GrowingTree(TIERS.T.depth);
  tree.add(note.leaf(owner));
  notes.set(note.issuerId, tree);
};
const signalsOf = <C extends CircuitName>({ signals }: Proof<C>): Record<string, unknown> => ({ ...signals });

it("a deposit is received into an account that opens", async () => {
  const note = await depositBtc({ home, away }, 200n);
  addNote(note);

  const { deadline, context } = await contextAt(home.registry, home.chain, trader());
  const notesRoot = (await home.notes.getFunction("notesRoot")()) as bigint;
  const { statement, account: opened } = receiveStatement({
    keys: KEYS,
    from: "T",
    notes: [received(note)],
    notesRoot,
    context,
  });
  const proof = await prove(statement);
  const args = [T, signalsOf(proof), proofArgument(proof), deadline] as const;
  expect(await refusal(as("registry", 2), "open", ...args)).toBe("InvalidProof");
  expect(await refusal(as("registry"), "open", T, { ...signalsOf(proof), newCommitment: 5n }, args[2], deadline)).toBe(
    "InvalidProof",
  );
  expect(await refusal(as("registry"), "open", tierNumber("M"), ...args.slice(1))).toBe("SignalLength");
  await send(as("registry"), "open", ...args);
  expect(await refusal(as("registry"), "open", ...args)).toBe("NullifierSpent");

  account = opened;
  accounts.add(account.commitment);
  expect(await home.registry.getFunction("commitmentAt")(0)).toBe(account.commitment);
});

it("a debt is booked in the account before the desk sees it", async () => {
  const { deadline, context } = await contextAt(home.registry, home.chain, trader());
  const move = { kind: "credit", instrument: CREDIT, lots: 5_000n } as const;
  const { statement, account: spent } = spendStatement({ account, keys: KEYS, table, move, context });
  const proof = await prove(statement);
  const args = [0, false, signalsOf(proof), proofArgument(proof), deadline] as const;
  expect(await refusal(as("registry", 2), "spend", ...args)).toBe("InvalidProof");
  expect(await refusal(as("registry"), "spend", 0, true, ...args.slice(2))).toBe("InvalidProof");
  await send(as("registry"), "spend", ...args);
  expect(await refusal(as("registry"), "spend", ...args)).toBe("NotCurrent");
  account = spent;
  accounts.replace(0, account.commitment);
});

async function shown(withSpendKey: boolean, sender = trader()): Promise<Record<string, unknown>> {
  const { deadline, context } = await contextAt(away.desk, away.chain, sender);
  const keys = withSpendKey ? KEYS : KEEPER;
  const statement = solvencyStatement({
    account,
    keys,
    path: accounts.path(account.commitment),
    table,
    coverage: 10_000,
    issuerId: DESK,
    show: [CREDIT, RELEASE],
    committee: COMMITTEE,
    context,
  });
  const proof = await prove(statement);
  const { accountsRoot, tableRoot, alias, ciphertext } = proof.signals;
  return {
    tier: T,
    alias_: alias,
    accountsRoot,
    tableRoot,
    coverage: 10_000,
    withSpendKey,
    booked: 5_000,
    released: account.holdings.find(({ instrument }) => instrument === RELEASE)?.size ?? 0n,
    ciphertext,
    deadline,
    proof: proofArgument(proof),
  };
}

it("a proof of solvency opens a line, and draws stay within it", async () => {
  await send(away.usd, "mint", away.chain.addresses[0], 10n ** 12n);
  await send(away.usd, "approve", await away.desk.getAddress(), 10n ** 12n);
  await send(away.desk, "fund", 10n ** 11n);

  const line = await shown(true);
  expect(await refusal(as("desk"), "authorise", line)).toBe("UnknownAccountsRoot");
  await relay(away, home, home.registry, "accounts");
  const keeper = await shown(false, away.chain.addresses[2]);
  expect(await refusal(as("desk", 2), "authorise", line)).toBe("InvalidProof");
  expect(await refusal(as("desk"), "authorise", { ...line, booked: 5_001 })).toBe("InvalidProof");
  expect(await refusal(as("desk", 2), "authorise", keeper)).toBe("SpendKeyNeeded");
  expect(await refusal(as("desk", 2), "authorise", { ...keeper, withSpendKey: true })).toBe("InvalidProof");
  await send(as("desk"), "authorise", line);
  await send(as("desk", 2), "prove", keeper);
  expect(await refusal(as("desk", 2), "draw", line["alias_"], 1, trader())).toBe("NotOperator");
  expect(await refusal(as("desk"), "draw", line["alias_"], 5_000_000_000n, trader())).toBe("BeyondLine");
  await send(as("desk"), "draw", line["alias_"], 4_000_000_000n, trader());
  expect(await away.usd.getFunction("balanceOf")(trader())).toBe(4_000_000_000n);
  expect(await refusal(as("desk"), "release", line["alias_"], 4_000)).toBe("BeyondLine");
});

it("what is repaid is released, received, and drops out of the account", async () => {
  const alias = aliasOf(owner, DESK);
  await send(away.usd, "mint", trader(), 1_000_000_000n);
  await send(as("usd"), "approve", await away.desk.getAddress(), 10n ** 12n);
  await send(as("desk"), "repay", alias, 10n ** 12n);
  await send(as("desk"), "release", alias, 5_000);
  const note = new Note(DESK, 0n, [{ instrument: RELEASE, size: 5_000n }], 1n, 0n);
  addNote(note);
  await pass(RECEIVE_INTERVAL, home.chain, away.chain);
  await relay(home, away, away.desk, "notes");
  await send(home.notes, "join", DESK);

  const receive = await contextAt(home.registry, home.chain, trader());
  const notesRoot = (await home.notes.getFunction("notesRoot")()) as bigint;
  const { statement, account: next } = receiveStatement({
    keys: KEYS,
    from: account,
    notes: [received(note)],
    notesRoot,
    context: receive.context,
  });
  const proof = await prove(statement);
  await send(as("registry"), "receiveNotes", 0, signalsOf(proof), proofArgument(proof), receive.deadline);
  account = next;

  const drop = await contextAt(home.registry, home.chain, trader());
  const spent = spendStatement({
    account,
    keys: KEYS,
    table,
    move: { kind: "pair", instrument: CREDIT },
    context: drop.context,
  });
  const dropped = await prove(spent.statement);
  await send(as("registry"), "spend", 0, false, signalsOf(dropped), proofArgument(dropped), drop.deadline);
  account = spent.account;
  await send(as("desk"), "close", alias);
});

it("collateral leaves the account, crosses, and is paid once", async () => {
  const { deadline, context } = await contextAt(home.registry, home.chain, trader());
  const recipient = "0x00000000000000000000000000000000000b0b01";
  const move = { kind: "collateral", instrument: BTC, lots: 120n, recipient: BigInt(recipient) } as const;
  // Nothing but collateral is left, so that a table which is over will do.
  const spent = spendStatement({ account, keys: KEYS, table, move, context, onAnyTable: true });
  await pass(4_000, home.chain, away.chain);
  await publishTable(home, 12345n, table.table.epoch + 1);
  const proof = await prove(spent.statement);
  expect(await refusal(as("registry"), "spend", 0, false, signalsOf(proof), proofArgument(proof), deadline)).toBe(
    "NotNewestTable",
  );
  await send(as("registry"), "spend", 0, true, signalsOf(proof), proofArgument(proof), deadline);
  exit = spent.exit!;
  exits.add(exit.leaf);
  expect(await home.registry.getFunction("queuedExits")()).toBe(1n);
  await send(as("registry", 2), "addExits", 100);
  expect(await refusal(as("registry"), "addExits", 100)).toBe("NothingQueued");

  const paid = await contextAt(away.vault, away.chain, recipient);
  const exiting = await prove(exitStatement(exit, exits.path(exit.leaf), paid.context, "T"));
  const args = [T, signalsOf(exiting), proofArgument(exiting), paid.deadline] as const;
  expect(await refusal(as("vault", 2), "exit", ...args)).toBe("UnknownExitsRoot");
  await relay(away, home, home.registry, "exits");
  expect(await refusal(as("vault", 2), "exit", T, { ...signalsOf(exiting), lots: 121n }, ...args.slice(2))).toBe(
    "InvalidProof",
  );
  await send(as("vault", 2), "exit", ...args);
  expect(await refusal(as("vault", 2), "exit", ...args)).toBe("ExitSpent");
  await send(as("vault", 2), "claim", 0, recipient);
  expect(await away.btc.getFunction("balanceOf")(recipient)).toBe(120_000_000n);
  expect(await refusal(as("vault", 2), "claim", 0, recipient)).toBe("NothingPayable");
});

it("two signed headers of one height freeze the route", async () => {
  const number = BigInt(await home.chain.provider.getBlockNumber()) - 1n;
  for (const hash of [`0x${"11".repeat(32)}`, `0x${"22".repeat(32)}`]) {
    await send(away.mirror, "attest", number, hash, 1, await attestation(away, home, number, hash));
  }
  expect(await away.mirror.getFunction("isFrozen")()).toBe(true);
  await expect(relay(away, home, home.registry, "exits")).rejects.toThrow();
});
