/**
 * What must fail, tried on the same chains after the same story. An attempt that passes ends the demo.
 *
 * @module
 */
import { id, type Wallet } from "ethers";
import type { TreePath } from "../../src/account/trees.ts";
import type { Account } from "../../src/account/account.ts";
import { ATTESTATION_TYPES, signingDomain } from "../../src/chain/calls.ts";
import type { NetworkIssuer } from "../../src/chain/network.ts";
import { receiveCall, lineCall } from "../../src/chain/proofCalls.ts";
import type { Call } from "../../src/chain/sender.ts";
import { MarginError, RefusedError } from "../../src/base/errors.ts";
import { COVERAGE_MAINTENANCE } from "../../src/protocol/constants.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { receiveStatement, type ReceivableNote } from "../../src/statements/receive.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { contextOf, creditOf } from "../../src/wallet/submissions.ts";
import type { TraderNote } from "../../src/wallet/traderView.ts";
import type { Actors } from "./actors.ts";
import { DEPLOYER, GRACE, SIGNERS, TRADER, VALIDITY } from "./network.ts";

/** What the story leaves for those who would abuse it. */
export interface Leftovers {
  readonly deskB: NetworkIssuer;
  /** A deposit's note with its path, as it was before it was received. */
  readonly spentNote: ReceivableNote;
  readonly spentUnder: bigint;
  /** The account and its path as desk-b knew them before the last changes, and the table of then. */
  readonly oldAccount: Account;
  readonly oldPath: TreePath;
  readonly oldTable: TableTree;
}

export async function attack(actors: Actors, left: Leftovers): Promise<void> {
  const { trader, meter, sent, network } = actors;
  const { deskB } = left;
  meter.chapter("9. What must fail");
  const instrument = (name: string): number =>
    actors.table.listings.find((listing) => listing.name === name)!.instrument;
  const lastOf = (method: string): Call => sent.findLast(({ call }) => call.method === method)!.call;

  await refused(actors, "an under-margined portfolio: the other 9 WBTC out of the account", MarginError, () =>
    trader.spendCollateral(instrument("vault-ethereum:WBTC"), 90_000n),
  );
  await refused(actors, "a second pledge: another account on a deposit that is received", "NullifierSpent", () =>
    secondAccount(actors, left),
  );
  await refused(actors, "a replayed receipt", "NotCurrent", () => tried(actors, network.home, lastOf("receiveNotes")));
  await refused(actors, "a replayed exit", "ExitSpent", () => tried(actors, "ethereum", lastOf("exit")));
  await refused(actors, "someone else's proof: a stranger shows the trader's", "InvalidProof", () =>
    tried(actors, deskB.chain, lastOf("authorise"), DEPLOYER),
  );

  await hoursLater(actors);
  await refused(actors, "a stale root: what the account was hours ago, on the newest table", "StaleProof", async () =>
    showing(actors, left, "root"),
  );
  await refused(actors, "a stale price: the account of now on the first table", "StaleTable", async () =>
    showing(actors, left, "table"),
  );
  const line = await actors.lineAt(deskB);
  await refused(actors, "a lapsed line: drawing on desk-b's", "NotValid", () =>
    tried(actors, deskB.chain, {
      name: "CreditDesk",
      address: deskB.contract,
      method: "draw",
      args: [line.alias, 1n, TRADER.address],
    }),
  );
  await (
    await actors.sender(deskB.chain, DEPLOYER)
  ).send({ name: "CreditDesk", address: deskB.contract, method: "lapse", args: [line.alias] });
  await meter.done("anyone marks desk-b's line as lapsed; a fresh proof would cure it");

  await conflict(actors);
  await refused(actors, "a conflicting header: the route is frozen and takes nothing", "Frozen", () =>
    tried(actors, network.home, headerOf(actors)),
  );
}

/**
 * A release note that the desk issued and the account hasn't received: a proof can't know of it, the desk does.
 *
 * @param amount beyond what is left of the line, within what the last proof showed
 */
export async function heldBack(actors: Actors, desk: NetworkIssuer, amount: bigint): Promise<void> {
  const { alias } = await actors.lineAt(desk);
  await refused(actors, "a held-back release note: drawing on what was given back", "BeyondLine", () =>
    tried(actors, desk.chain, {
      name: "CreditDesk",
      address: desk.contract,
      method: "draw",
      args: [alias, amount, TRADER.address],
    }),
  );
}

/** @param by the contract's error, or the class of the wallet's */
async function refused(
  { meter }: Actors,
  what: string,
  by: string | typeof MarginError,
  attempt: () => Promise<unknown>,
): Promise<void> {
  try {
    await attempt();
  } catch (error) {
    const expected =
      typeof by === "string" ? error instanceof RefusedError && error.refusal === by : error instanceof by;
    if (!expected) throw error;
    console.log(`  refused: ${what}\n           ${(error as Error).message}`);
    await meter.done(`refused: ${what}`, { quiet: true });
    return;
  }
  throw new Error(`accepted, and must not be: ${what}`);
}

const tried = async (actors: Actors, chain: string, call: Call, who: Wallet = TRADER): Promise<void> =>
  (await actors.sender(chain, who)).check(call);

/** One owner has one account, and a note is spent once: a valid proof, and nothing it could open. */
async function secondAccount(actors: Actors, { spentNote, spentUnder }: Leftovers): Promise<void> {
  const { network, keys } = actors;
  const home = actors.node(network.home);
  const { context, deadline } = await contextOf(home, network.registry, TRADER.address);
  const { statement } = receiveStatement({ keys, from: "M", notes: [spentNote], notesRoot: spentUnder, context });
  await tried(actors, network.home, receiveCall(network.registry, undefined, await actors.prove(statement), deadline));
}

/** A true proof of what is no longer so: an old state on the newest table, or the state of now on an old table. */
async function showing(
  actors: Actors,
  { deskB, oldAccount, oldPath, oldTable }: Leftovers,
  old: "root" | "table",
): Promise<void> {
  const { network, keys, trader } = actors;
  const view = await trader.view();
  const node = actors.node(deskB.chain);
  const credit = await creditOf(node, deskB);
  const { context, deadline } = await contextOf(node, deskB.contract, TRADER.address);
  const statement = solvencyStatement({
    ...(old === "root"
      ? { account: oldAccount, path: oldPath, table: await actors.tree() }
      : { account: view.account!, path: (await view.accountPath(deskB.chain))!, table: oldTable }),
    keys,
    coverage: COVERAGE_MAINTENANCE,
    issuerId: deskB.id,
    show: [credit, credit + 1],
    committee: network.committee,
    context,
  });
  await tried(
    actors,
    deskB.chain,
    lineCall("CreditDesk", deskB.contract, "prove", await actors.prove(statement), deadline),
  );
}

/** Relayers and reporters go on; nobody refreshes the line. */
async function hoursLater(actors: Actors): Promise<void> {
  const hops = 2;
  for (let hop = 1; hop <= hops; hop++) {
    await actors.chains.pass(Math.ceil((VALIDITY + GRACE + 600) / hops));
    await actors.nextEpoch({}, `hours pass, hop ${hop} of ${hops}: a new epoch`);
    await actors.relay("relayers keep roots fresh");
  }
}

/** All attestors sign a second hash for a height: proof that they lie. */
async function conflict(actors: Actors): Promise<void> {
  const { number } = await actors.node("arbitrum").finalised();
  for (const hash of [id("one block"), id("another block")]) {
    await (await actors.sender(actors.network.home, DEPLOYER)).send(await attested(actors, number + 1, hash));
  }
  await actors.meter.done("attestors sign two blocks of one height: anyone shows both");
}

const mirrorOf = ({ network }: Actors): string =>
  network.chains.find(({ name }) => name === network.home)!.roots["arbitrum"]!;

async function attested(actors: Actors, number: number, blockHash: string): Promise<Call> {
  const { network } = actors;
  const home = actors.node(network.home).chain;
  const message = { chainId: actors.node("arbitrum").chain.chainId, number, blockHash, set: 1 };
  const domain = signingDomain("RootMirror", BigInt(home.chainId), mirrorOf(actors));
  const signatures = await Promise.all(
    SIGNERS.map(async (signer, place) => ({
      place,
      data: await signer.signTypedData(domain, ATTESTATION_TYPES, message),
    })),
  );
  return { name: "RootMirror", address: mirrorOf(actors), method: "attest", args: [number, blockHash, 1, signatures] };
}

/** Any header at all: a frozen route looks at none. */
const headerOf = (actors: Actors): Call => ({
  name: "RootMirror",
  address: mirrorOf(actors),
  method: "mirror",
  args: ["0x", []],
});

/** The deposit's note among those that can be received. */
export const spentLater = (notes: readonly TraderNote[]): ReceivableNote =>
  notes.find(({ received }) => received !== undefined)!.received!;
