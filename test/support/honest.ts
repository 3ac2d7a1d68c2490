/**
 * Honest statements of the tiny tier, one for each circuit: what the negative tests start from.
 *
 * @module
 */
import type { Holding } from "../../src/account/holdings.ts";
import { ownerOf } from "../../src/account/keys.ts";
import { Exit } from "../../src/account/exit.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import type { CircuitInput } from "../../src/statements/request.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { receiveStatement, type ReceiveRequest } from "../../src/statements/receive.ts";
import { spendStatement, type SpendRequest } from "../../src/statements/spend.ts";
import { solvencyStatement, type SolvencyRequest } from "../../src/statements/solvency.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import {
  BTC,
  CASH,
  COMMITTEE,
  CONTEXT,
  CREDIT,
  DESK,
  ETH_PERP,
  Issuers,
  KEYS,
  PERP,
  PUT,
  RELEASE,
  VENUE,
  accountWith,
} from "./world.ts";

/** Inputs a test may change: a fresh copy each time. */
export type Inputs = Record<string, CircuitInput>;
export const inputsOf = (statement: Statement): Inputs => structuredClone(proofRequest(statement).inputs) as Inputs;

/** Coin in a vault, hedged by a short perpetual at a venue with the cash it was sold for, and a line at a desk. */
export const HEDGED: readonly Holding[] = [
  { instrument: BTC, size: 100n },
  { instrument: PERP, size: -90n },
  { instrument: CASH, size: 54_500n },
  { instrument: CREDIT, size: -1_000n },
];

/** Long one group and the other: both fall together. */
export const LONG_LONG: readonly Holding[] = [
  { instrument: BTC, size: 90n },
  { instrument: CASH, size: -30_000n },
  { instrument: ETH_PERP, size: 1_000n },
];

/** Long one group against the other: they part. */
export const LONG_SHORT: readonly Holding[] = [
  { instrument: BTC, size: 90n },
  { instrument: CASH, size: 30_000n },
  { instrument: ETH_PERP, size: -1_000n },
];

export function honestSolvency(
  table: TableTree,
  changes: Partial<SolvencyRequest> = {},
  holdings = HEDGED,
): Statement<"solvency"> {
  const { account, accounts } = accountWith("T", holdings);
  return solvencyStatement({
    account,
    keys: KEYS,
    path: accounts.path(account.commitment),
    table,
    coverage: 10_000,
    issuerId: DESK,
    show: [CREDIT, RELEASE],
    committee: COMMITTEE,
    context: CONTEXT,
    ciphertextScalar: 424242n,
    ...changes,
  });
}

export function honestSpend(
  table: TableTree,
  changes: Partial<SpendRequest> = {},
  holdings = HEDGED,
): ReturnType<typeof spendStatement> {
  const move = { kind: "collateral", instrument: BTC, lots: 20n, recipient: 0xabcdefn } as const;
  return spendStatement({
    account: accountWith("T", holdings).account,
    keys: KEYS,
    table,
    move,
    context: CONTEXT,
    ...changes,
  });
}

/** Two notes: a vault's deposit, and a venue's batch that closes the perpetual and opens a put against cash. */
export function honestReceive(changes: Partial<ReceiveRequest> = {}): ReturnType<typeof receiveStatement> {
  const owner = ownerOf(KEYS);
  const issuers = new Issuers("T");
  issuers.addNoise(1, [11n, 12n, 13n]);
  const deposit = issuers.issue(owner, [{ instrument: BTC, size: 50n }], 777n);
  issuers.addNoise(1, [14n, 15n]);
  issuers.addNoise(VENUE, [21n]);
  const batch = issuers.issue(
    owner,
    [
      { instrument: PERP, size: 90n },
      { instrument: PUT, size: 5n },
      { instrument: CASH, size: -54_150n },
    ],
    0n,
    99n,
  );
  return receiveStatement({
    keys: KEYS,
    from: accountWith("T", HEDGED).account,
    notesRoot: issuers.notes.root,
    context: CONTEXT,
    notes: [issuers.receive(owner, deposit), issuers.receive(owner, batch)],
    ...changes,
  });
}

export function honestExit(): { statement: Statement<"exit">; exit: Exit; exits: GrowingTree } {
  const exit = new Exit(BTC, 20n, 0xabcdefn, 31337n);
  const exits = new GrowingTree(TIERS.T.depth, [1n, 2n, exit.leaf, 4n, 5n]);
  return { statement: exitStatement(exit, exits.path(exit.leaf), CONTEXT, "T"), exit, exits };
}
