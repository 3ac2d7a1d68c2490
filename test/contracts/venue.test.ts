/**
 * A venue's batches with real proofs of the tiny tier, between two nodes: a line booked with the venue's own pair, notes
 * encrypted and posted, relayed, read from the chain with the prove key alone, received, proven again, closed; and at every
 * step what must be refused.
 */
import { getBytes, type Contract, type EventLog, type Result } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { sizeOf, type Holding } from "../../src/account/holdings.ts";
import { instrumentId } from "../../src/protocol/instrument.ts";
import { aliasOf, ownerOf, type ProveKeys } from "../../src/account/keys.ts";
import type { Note } from "../../src/account/note.ts";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { receiveCall, spendCall, lineCall } from "../../src/chain/proofCalls.ts";
import type { Call } from "../../src/chain/sender.ts";
import { TIERS, type CircuitName } from "../../src/protocol/constants.ts";
import { localProver } from "../../src/prover/backends.ts";
import type { Proof } from "../../src/groth16/proof.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { receiveStatement, type ReceivableNote } from "../../src/statements/receive.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { buildBatch, type Batch, type BatchPosting } from "../../src/venue/batch.ts";
import { openEncryptedNotes } from "../../src/account/encryptedNotes.ts";
import { refusal, send, type Chain } from "../support/chain.ts";
import { RECEIVE_INTERVAL, pass, relay, type Away, type Home } from "../support/deployment.ts";
import {
  BTC,
  CASH,
  COMMITTEE,
  KEEPER,
  KEYS,
  PERP,
  PUT,
  VAULT,
  VENUE,
  tableTree,
  smallTable,
} from "../support/world.ts";
import { TRADER, contextAt, depositBtc, publishOnBoth, twoChains } from "./support/twoChains.ts";

/** The venue's own pair has the serials that the deployment gives every line, so its perpetual takes another. */
const CREDIT = instrumentId(VENUE, 1);
const RELEASE = instrumentId(VENUE, 2);
const SWAP = instrumentId(VENUE, 6);
const LINE = 2_000n;
const DEPTH = 2;

const owner = ownerOf(KEYS);
const alias = aliasOf(owner, VENUE);
const prover = localProver();
let home: Home;
let away: Away;
let stop: () => Promise<void>;
let table: TableTree;

beforeAll(async () => {
  ({ home, away, stop } = await twoChains("T"));
  table = await tableTree("T", venueTable());
  await publishOnBoth({ home, away }, table);
});
afterAll(() => Promise.all([prover.close(), stop()]));

function venueTable(): ReturnType<typeof smallTable> {
  const { rows, ...rest } = smallTable();
  const perp = rows.find(({ instrument }) => instrument === PERP)!;
  const cash = rows.find(({ instrument }) => instrument === CASH)!;
  const pair = [
    { ...cash, instrument: CREDIT, kind: "credit" as const, cap: 50_000n },
    { ...cash, instrument: RELEASE, kind: "release" as const },
  ];
  const changed = [
    ...rows.filter(({ instrument }) => instrument !== PERP && instrument !== PUT),
    ...pair,
    { ...perp, instrument: SWAP },
  ];
  return { ...rest, rows: changed.sort((a, b) => a.instrument - b.instrument) };
}

// What a wallet keeps, and what it reads of the chains.
let account: Account;
const accounts = new GrowingTree(TIERS.T.depth);
const vaultNotes = new GrowingTree(TIERS.T.depth);
const batches: Batch[] = [];

const prove = <C extends CircuitName>(statement: Statement<C>): Promise<Proof<C>> =>
  prover.prove(proofRequest(statement));
const trader = (): string => home.chain.addresses[TRADER];
const venueAs = (who: number): Contract => away.venue.connect(away.chain.signers[who]!) as Contract;
const contractOf = ({ name, address }: Call, chain: Chain): Contract => chain.at(name, address, chain.signers[TRADER]!);
const make = async (call: Call, chain: Chain): Promise<unknown> =>
  send(contractOf(call, chain), call.method, ...call.args);
const refused = async (call: Call, chain: Chain): Promise<string | undefined> =>
  refusal(contractOf(call, chain), call.method, ...call.args);

async function receive(notes: (roots: NotesTree) => readonly ReceivableNote[]): Promise<void> {
  const tree = new GrowingTree(
    TIERS.T.depth,
    batches.map(({ root }) => root),
  );
  const roots = new NotesTree(
    new Map([[VAULT, vaultNotes.root], ...(batches.length === 0 ? [] : [[VENUE, tree.root] as const])]),
  );
  const { deadline, context } = await contextAt(home.registry, home.chain, trader());
  const slot = accounts.leaves.length === 0 ? undefined : 0;
  const { statement, account: next } = receiveStatement({
    keys: KEEPER,
    from: slot === undefined ? "T" : account,
    notes: notes(roots),
    notesRoot: roots.root,
    context,
  });
  await make(receiveCall(await home.registry.getAddress(), slot, await prove(statement), deadline), home.chain);
  if (slot === undefined) accounts.add(next.commitment);
  else accounts.replace(slot, next.commitment);
  account = next;
}

/** A proof for the venue; of an earlier state of the account if `path` was taken then. */
async function shown(
  keys: ProveKeys,
  coverage: number,
  of = { account, path: accounts.path(account.commitment) },
): Promise<Call> {
  const { deadline, context } = await contextAt(away.venue, away.chain, trader());
  const statement = solvencyStatement({
    ...of,
    keys,
    table,
    coverage,
    issuerId: VENUE,
    show: [CREDIT, RELEASE],
    committee: COMMITTEE,
    context,
  });
  return lineCall(
    "VenueOutbox",
    await away.venue.getAddress(),
    "spendKey" in keys ? "authorise" : "prove",
    await prove(statement),
    deadline,
  );
}

async function batchOf(
  legs: readonly Holding[],
  posting: Pick<BatchPosting, "released" | "unreceived" | "exposed">,
): Promise<Batch> {
  const events = await away.venue.queryFilter(away.venue.filters["NoteKeySet"]!(alias));
  const key = (events.at(-1) as EventLog | undefined)?.args["key"] as string | undefined;
  return buildBatch({
    issuerId: VENUE,
    batchDepth: DEPTH,
    batchNumber: BigInt(batches.length),
    release: RELEASE,
    postings: [{ alias, noteKey: key === undefined ? undefined : getBytes(key), legs, ...posting }],
  });
}
const line = async (): Promise<object> => ((await away.venue.getFunction("lineOf")(alias)) as Result).toObject();
/** As the next batch. */
const args = ({ root, postings, encryptedNotes }: Batch): unknown[] => [batches.length, root, postings, encryptedNotes];

/** The wallet's own notes of all batches, from the chain and the prove key, with their paths. */
async function received(): Promise<{ note: Note; index: number; batch: number; siblings: readonly bigint[] }[]> {
  const posted = (await away.venue.queryFilter("BatchPosted")) as EventLog[];
  const found = [];
  for (const {
    args: { batch, root, encryptedNotes },
  } of posted) {
    for (const opened of await openEncryptedNotes(
      getBytes(encryptedNotes as string),
      noteSecret(KEYS.proveKey, VENUE),
      { issuerId: VENUE, alias, batchDepth: DEPTH },
    )) {
      expect([opened.batch, opened.root, opened.leaf]).toEqual([batch, root, opened.note.leaf(owner)]);
      found.push({ ...opened, batch: Number(batch) });
    }
  }
  return found;
}

it("a line is booked with the venue's own pair and opens a line", async () => {
  const deposit = await depositBtc({ home, away }, 200n);
  vaultNotes.add(deposit.leaf(owner));
  await receive((roots) => [
    { note: deposit, path: vaultNotes.path(deposit.leaf(owner)), issuerSiblings: roots.siblings(VAULT) },
  ]);

  const { deadline, context } = await contextAt(home.registry, home.chain, trader());
  const booked = spendStatement({
    account,
    keys: KEYS,
    table,
    move: { kind: "credit", instrument: CREDIT, lots: LINE },
    context,
  });
  await make(spendCall(await home.registry.getAddress(), 0, await prove(booked.statement), deadline), home.chain);
  account = booked.account;
  accounts.replace(0, account.commitment);

  const early = await batchOf([], { released: 1n, unreceived: 0n, exposed: false });
  expect(await refusal(venueAs(0), "post", ...args(early))).toBe("WrongStatus");
  expect(await refusal(venueAs(TRADER), "setNoteKey", alias, "0x")).toBe("WrongStatus");
  await relay(away, home, home.registry, "accounts");
  await make(await shown(KEYS, 10_000), away.chain);
  expect(await away.venue.getFunction("usableLots")(alias)).toBe(LINE);
});

it("its operator names a key, and a batch goes no further than the line", async () => {
  const key = noteKey(noteSecret(KEYS.proveKey, VENUE));
  expect(await refusal(venueAs(2), "setNoteKey", alias, key)).toBe("NotOperator");
  await send(venueAs(TRADER), "setNoteKey", alias, key);

  const legs = [
    { instrument: SWAP, size: -5n },
    { instrument: CASH, size: 3_000n },
  ];
  const batch = await batchOf(legs, { released: 400n, unreceived: 600n, exposed: true });
  expect(await refusal(venueAs(TRADER), "post", ...args(batch))).toBe("NotEngine");
  const [posting] = batch.postings;
  expect(await refusal(venueAs(0), "post", batches.length, batch.root, [posting, posting], batch.encryptedNotes)).toBe(
    "BadBatch",
  );
  expect(
    await refusal(
      venueAs(0),
      "post",
      batches.length,
      batch.root,
      [{ ...posting, unreceived: LINE - 399n }],
      batch.encryptedNotes,
    ),
  ).toBe("BeyondLine");
  expect(
    await refusal(venueAs(0), "post", batches.length, batch.root, [{ ...posting, released: 0n }], batch.encryptedNotes),
  ).toBe("NothingReleased");
  expect(await refusal(venueAs(0), "post", 1, ...args(batch).slice(1))).toBe("NotNextBatch");
  await send(venueAs(0), "post", ...args(batch));
  expect(await refusal(venueAs(0), "post", ...args(batch))).toBe("NotNextBatch");
  batches.push(batch);
  expect(await refusal(venueAs(0), "post", ...args(batch))).toBe("WindowNotOver");
  expect(await received()).toMatchObject([
    { batch: 0, note: { legs: [...legs, { instrument: RELEASE, size: 400n }] } },
  ]);
});

it("a note that is held back counts all the same", async () => {
  // The trader shows the account without the note: allowed, and it understates.
  await make(await shown(KEEPER, 8_000), away.chain);
  expect(await line()).toMatchObject({ received: 0n, released: 400n });
  expect(await away.venue.getFunction("usableLots")(alias)).toBe(LINE - 400n);
  await pass(60, home.chain, away.chain);
  const beyond = await batchOf([], { released: 1_000n, unreceived: 601n, exposed: true });
  expect(await refusal(venueAs(0), "post", ...args(beyond))).toBe("BeyondLine");
  expect(await refusal(venueAs(TRADER), "close", alias)).toBe("StillOpen");
});

it("positions, cash and release come in one note, and are received together", async () => {
  const legs = [
    { instrument: SWAP, size: 5n },
    { instrument: CASH, size: -2_900n },
  ];
  const batch = await batchOf(legs, { released: LINE - 400n, unreceived: 0n, exposed: false });
  await send(venueAs(0), "post", ...args(batch));
  batches.push(batch);
  // Nothing is exposed and all is released, but the alias has received none of it.
  expect(await refusal(venueAs(TRADER), "close", alias)).toBe("StillOpen");
  const before = { account, path: accounts.path(account.commitment) };

  await pass(RECEIVE_INTERVAL, home.chain, away.chain);
  await relay(home, away, away.venue, "notes");
  await send(home.notes, "join", VENUE);
  const mine = await received();
  expect(mine).toHaveLength(2);
  const tree = new GrowingTree(
    TIERS.T.depth,
    batches.map(({ root }) => root),
  );
  await receive((roots) =>
    mine.map(({ note, index, batch: number, siblings }) => {
      const outer = tree.path(batches[number]!.root);
      const path = {
        root: tree.root,
        depth: DEPTH + outer.depth,
        index: BigInt(index) + (outer.index << BigInt(DEPTH)),
        siblings: [...siblings, ...outer.siblings].slice(0, TIERS.T.depth),
      };
      return { note, path, issuerSiblings: roots.siblings(VENUE) };
    }),
  );
  expect(account.holdings).toEqual([
    { instrument: BTC, size: 200n },
    { instrument: CREDIT, size: -LINE },
    { instrument: RELEASE, size: LINE },
    { instrument: CASH, size: 100n },
  ]);

  // Before the receipt is mirrored, and with the state before it, nothing is closed.
  expect(await refused(await shown(KEEPER, 8_000), away.chain)).toBe("UnknownAccountsRoot");
  await make(await shown(KEEPER, 8_000, before), away.chain);
  expect(await refusal(venueAs(TRADER), "close", alias)).toBe("StillOpen");
});

it("what is proven received to the last lot closes the line for good", async () => {
  await relay(away, home, home.registry, "accounts");
  await make(await shown(KEEPER, 8_000), away.chain);
  expect(await line()).toMatchObject({ received: LINE, released: LINE, booked: LINE });
  expect(sizeOf(account.holdings, RELEASE)).toBe(LINE);
  expect(await refusal(venueAs(2), "close", alias)).toBe("NotOperator");
  await send(venueAs(TRADER), "close", alias);
  await pass(60, home.chain, away.chain);
  const late = await batchOf([], { released: 1n, unreceived: 0n, exposed: false });
  expect(await refusal(venueAs(0), "post", ...args(late))).toBe("WrongStatus");
});
