/**
 * "One account under accountsRoot is mine and floats": to a desk, a venue or the Report.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { sizeOf } from "../account/holdings.ts";
import { aliasOf, type ProveKeys, type SpendKeys } from "../account/keys.ts";
import type { TreePath } from "../account/trees.ts";
import {
  committeeCoordinates, committeeHash, randomScalar, sealReadKey, sealTotals, type CommitteeKeys,
} from "../compliance/seal.ts";
import { InputError } from "../errors.ts";
import { MICRO_USD, REPORT_BITS, TIERS } from "../protocol.ts";
import { packClaim } from "../prove/claim.ts";
import type { BookTree } from "../risk/tree.ts";
import { floatingInputs, marginIn } from "./floating.ts";
import type { Statement } from "./statement.ts";
import { assertFloats } from "../worst.ts";

export interface SolvencyRequest {
  readonly account: Account;
  /** With a spend key the proof says so; a desk opens a line on no other. */
  readonly keys: ProveKeys | SpendKeys;
  /** The account's leaf under accountsRoot. */
  readonly path: TreePath;
  readonly book: BookTree;
  /** Basis points of the requirement that equity must cover, 1 to 16,383. */
  readonly coverage: number;
  /** At whom the proof is shown, and the salt of the alias there: 0 at desks and venues, the epoch at the Report. */
  readonly issuerId: number;
  readonly salt?: number;
  /** Sealed totals for the Report, instead of the read key for a desk or venue. */
  readonly report?: boolean;
  /** Two distinct instruments whose sizes are shown, such as a desk's credit and release; 0 shows nothing. */
  readonly show?: readonly [number, number];
  readonly committee: CommitteeKeys;
  /** Chain, contract, submitter and deadline, hashed to a field element. */
  readonly context: bigint;
  /** r of the seal; only tests choose it. */
  readonly sealScalar?: bigint;
}

/**
 * Throws a MarginError when the account doesn't float, an InputError when a holding has no row, the path is another
 * account's, or the totals are too large to report.
 */
export function solvencyStatement(request: SolvencyRequest): Statement<"solvency"> {
  const { account, keys, path, book, coverage, issuerId, committee, context } = request;
  const tier = TIERS[account.tier];
  const { salt = 0, report = false, show = [0, 0], sealScalar = randomScalar() } = request;
  if (show[0] === show[1] && show[0] !== 0) throw new InputError("show", "must be two distinct instruments", show[0]);
  const margin = marginIn(account.holdings, book);
  assertFloats(margin, coverage, book.book.groups);

  const spendKey = "spendKey" in keys ? keys.spendKey : undefined;
  const sizes = show.map((instrument) => sizeOf(account.holdings, instrument));
  const claim = {
    coverage, report, withSpendKey: spendKey !== undefined, issuerId, salt,
    instrumentA: show[0], sizeA: sizes[0]!, instrumentB: show[1], sizeB: sizes[1]!,
  };
  return {
    circuit: "solvency",
    tier: account.tier,
    signals: {
      accountsRoot: path.root,
      bookRoot: book.root,
      alias: aliasOf(account.owner, issuerId, BigInt(salt)),
      claim: packClaim("solvency", claim),
      committee: committeeHash(committee),
      seal: report
        ? sealTotals(committee, sealScalar, wholeUsd("equity", margin.equity), wholeUsd("requirement", margin.requirement + BigInt(MICRO_USD - 1)))
        : sealReadKey(committee, sealScalar, account.readKey),
      context,
    },
    inputs: {
      ...floatingInputs(account.holdings, margin, book, tier),
      coverage: BigInt(coverage), report: report ? 1n : 0n, withSpendKey: spendKey === undefined ? 0n : 1n,
      issuerId: BigInt(issuerId), salt: BigInt(salt), shown: show.map(BigInt), shownSizes: sizes,
      spendLock: keys.spendLock, proveKey: keys.proveKey, spendKey: spendKey ?? 0n,
      version: BigInt(account.version), readKey: account.readKey,
      accountDepth: BigInt(path.depth), accountIndex: path.index, accountSiblings: path.siblings,
      committeeKeys: committeeCoordinates(committee), sealScalar,
    },
  };
}

function wholeUsd(name: string, micro: bigint): bigint {
  const usd = micro / BigInt(MICRO_USD);
  if (usd >> BigInt(REPORT_BITS) !== 0n) throw new InputError(name, `must be below 2^${REPORT_BITS} USD to be reported`, usd);
  return usd;
}
