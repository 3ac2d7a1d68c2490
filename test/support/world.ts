/**
 * A small world to prove things in: a table, issuers with notes, one account among others.
 *
 * @module
 */
import { Account } from "../../src/account/account.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { instrumentId } from "../../src/protocol/instrument.ts";
import { spendKeys, type ProveKeys, type SpendKeys } from "../../src/account/keys.ts";
import { Note } from "../../src/account/note.ts";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { publicKey, type CommitteeKeys } from "../../src/committee/ciphertext.ts";
import { NO_ISSUER_CAP, NO_LOT_CAP, SCENARIO_THIRDS, TIERS, type TierName } from "../../src/protocol/constants.ts";
import type { ReceivableNote } from "../../src/statements/receive.ts";
import type { Row } from "../../src/risk/row.ts";
import { TableTree, type RiskTable } from "../../src/risk/tree.ts";

export const VAULT = 1;
export const VENUE = 2;
export const DESK = 3;

/** Instruments of {@link smallTable}: what each is for is in its name. */
export const BTC = instrumentId(VAULT, 1);
export const USDC = instrumentId(VAULT, 2);
export const PERP = instrumentId(VENUE, 1);
export const PUT = instrumentId(VENUE, 2);
export const CASH = instrumentId(VENUE, 3);
export const DEAD = instrumentId(VENUE, 4);
export const ETH_PERP = instrumentId(VENUE, 5);
export const CREDIT = instrumentId(DESK, 1);
export const RELEASE = instrumentId(DESK, 2);

const USD = 1_000_000n;
const base = {
  kind: "position",
  group: 0,
  dead: false,
  chargeLong: 0n,
  chargeShort: 0n,
  cap: NO_LOT_CAP,
  issuerCap: NO_ISSUER_CAP,
} as const;
const linear = (third: bigint): bigint[] => SCENARIO_THIRDS.map((k) => -BigInt(k) * third);
const flat = linear(0n);

/** Two groups, BTC at 60,000 USD and ETH at 3,000; a lot is 0.01 of either, or 1 USD. */
export function smallTable(changes: Partial<RiskTable> = {}): RiskTable {
  const venueCap = 40_000n * USD;
  const rows: Row[] = [
    {
      ...base,
      instrument: BTC,
      kind: "collateral",
      mark: 600n * USD,
      chargeLong: 12n * USD,
      chargeShort: 12n * USD,
      cap: 5_000n,
      pnl: linear(36n * USD),
    },
    {
      ...base,
      instrument: USDC,
      kind: "collateral",
      mark: USD,
      chargeLong: 10_000n,
      chargeShort: 10_000n,
      cap: 1_000_000n,
      pnl: flat,
    },
    {
      ...base,
      instrument: PERP,
      mark: 600n * USD,
      issuerCap: venueCap,
      chargeLong: USD,
      chargeShort: USD,
      pnl: linear(36n * USD),
    },
    {
      ...base,
      instrument: PUT,
      mark: 30n * USD,
      issuerCap: venueCap,
      chargeLong: 0n,
      chargeShort: 6n * USD,
      pnl: SCENARIO_THIRDS.map(
        (k, s) => (BigInt(k > 0 ? 25 * k * k : -6 * Math.abs(k)) * USD) / 4n + (s % 2 === 0 ? USD : -USD),
      ),
    },
    { ...base, instrument: CASH, kind: "collateral", mark: USD, issuerCap: venueCap, pnl: flat },
    { ...base, instrument: DEAD, mark: 0n, issuerCap: venueCap, dead: true, pnl: flat },
    {
      ...base,
      instrument: ETH_PERP,
      group: 1,
      mark: 30n * USD,
      issuerCap: venueCap,
      chargeLong: 50_000n,
      chargeShort: 50_000n,
      pnl: linear(2n * USD),
    },
    { ...base, instrument: CREDIT, kind: "credit", mark: USD, cap: 50_000n, pnl: flat },
    { ...base, instrument: RELEASE, kind: "release", mark: USD, pnl: flat },
  ];
  return {
    epoch: 7,
    asOf: 1_700_000_000,
    notAfter: 1_700_000_900,
    groups: ["BTC", "ETH"],
    correlations: [
      [10_000, 7_000],
      [7_000, 10_000],
    ],
    omega: 5_000,
    rows,
    ...changes,
  };
}

/** Notes of several issuers, and the receipt inputs for any of them. */
export class Issuers {
  private readonly trees = new Map<number, GrowingTree>();
  private serial = 0n;
  constructor(private readonly tier: TierName) {}

  /** A note to an owner, in its issuer's tree. */
  issue(owner: bigint, legs: readonly Holding[], salt = 0n, blinding = 0n): Note {
    const issuerId = legs[0]!.instrument >> 16;
    const note = new Note(issuerId, salt, legs, ++this.serial, blinding);
    this.tree(issuerId).add(note.leaf(owner));
    return note;
  }

  /** Leaves that are someone else's, so that paths aren't empty. */
  addNoise(issuerId: number, leaves: readonly bigint[]): void {
    leaves.forEach((leaf) => this.tree(issuerId).add(leaf));
  }

  receive(owner: bigint, note: Note): ReceivableNote {
    return {
      note,
      path: this.tree(note.issuerId).path(note.leaf(owner)),
      issuerSiblings: this.notes.siblings(note.issuerId),
    };
  }

  get notes(): NotesTree {
    return new NotesTree(new Map([...this.trees].map(([issuer, tree]) => [issuer, tree.root])));
  }

  private tree(issuerId: number): GrowingTree {
    let tree = this.trees.get(issuerId);
    if (tree === undefined) this.trees.set(issuerId, (tree = new GrowingTree(TIERS[this.tier].depth)));
    return tree;
  }
}

export const KEYS: SpendKeys = spendKeys(123456789123456789n);
/** As {@link KEYS}, without what spends. */
export const KEEPER: ProveKeys = { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock };
export const COMMITTEE: CommitteeKeys = [publicKey(11n), publicKey(22n), publicKey(33n)];
export const CONTEXT = 987654321n;

/** An account with these holdings at version 3, among other leaves. */
export function accountWith(
  tier: TierName,
  holdings: readonly Holding[],
  keys: SpendKeys = KEYS,
): { account: Account; accounts: GrowingTree } {
  let account = Account.open(tier, keys);
  for (let v = 0; v < 3; v++) account = account.next(v === 2 ? holdings : []);
  const accounts = new GrowingTree(TIERS[tier].depth, [5n, 6n, 7n, account.commitment, 8n]);
  return { account, accounts };
}

export const tableTree = (tier: TierName, table: RiskTable = smallTable()): Promise<TableTree> =>
  TableTree.build(table, TIERS[tier]);
