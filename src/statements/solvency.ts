/**
 * "One account under accountsRoot is mine and is covered": to a desk, a venue or the Report.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { sizeOf } from "../account/holdings.ts";
import { aliasOf, type ProveKeys, type SpendKeys } from "../account/keys.ts";
import type { TreePath } from "../account/trees.ts";
import {
  committeeCoordinates,
  committeeHash,
  randomScalar,
  encryptReadKey,
  encryptTotals,
  type CommitteeKeys,
} from "../committee/ciphertext.ts";
import { InputError } from "../base/errors.ts";
import { MICRO_USD, REPORT_BITS, TIERS } from "../protocol/constants.ts";
import { packClaim } from "../protocol/claim.ts";
import type { TableTree } from "../risk/tree.ts";
import { coveredInputs, marginIn } from "./covered.ts";
import type { Statement } from "./statement.ts";
import { assertCovered } from "../margin/worst.ts";

export interface SolvencyRequest {
  readonly account: Account;
  /** With a spend key the proof says so; a desk opens a line on no other. */
  readonly keys: ProveKeys | SpendKeys;
  /** The account's leaf under accountsRoot. */
  readonly path: TreePath;
  readonly table: TableTree;
  /** Basis points of the requirement that equity must cover, 1 to 16,383. */
  readonly coverage: number;
  /** At whom the proof is shown, and the salt of the alias there: 0 at desks and venues, the epoch at the Report. */
  readonly issuerId: number;
  readonly salt?: number;
  /** Encrypted totals for the Report, instead of the read key for a desk or venue. */
  readonly report?: boolean;
  /** Two distinct instruments whose sizes are shown, such as a desk's credit and release; 0 shows nothing. */
  readonly show?: readonly [number, number];
  readonly committee: CommitteeKeys;
  /** Chain, contract, submitter and deadline, hashed to a field element. */
  readonly context: bigint;
  /** r of the committee ciphertext; only tests choose it. */
  readonly ciphertextScalar?: bigint;
}

/**
 * The statement that an account is covered; it shows the owner's alias and what `show` names. Whether `path` is the
 * account's turns out when it is proven.
 *
 * @throws MarginError when the account isn't covered
 * @throws InputError when a holding has no row, `show` names one instrument twice, or the totals are too large to
 *   report
 *
 * @example
 * ```ts
 * import { proofRequest, protocol, solvencyStatement } from "plimsoll/toolkit";
 *
 * const coverage = protocol.COVERAGE_INITIAL;
 * const statement = solvencyStatement({ account, keys, path, table, coverage, issuerId: 16, committee, context });
 * const proof = await prover.prove(proofRequest(statement));
 * ```
 */
export function solvencyStatement(request: SolvencyRequest): Statement<"solvency"> {
  const { account, keys, path, table, coverage, issuerId, committee, context } = request;
  const tier = TIERS[account.tier];
  const { salt = 0, report = false, show = [0, 0], ciphertextScalar = randomScalar() } = request;
  if (show[0] === show[1] && show[0] !== 0) throw new InputError("show", "must be two distinct instruments", show[0]);
  const margin = marginIn(account.holdings, table);
  assertCovered(margin, coverage, table.table.groups);

  const spendKey = "spendKey" in keys ? keys.spendKey : undefined;
  const sizes = show.map((instrument) => sizeOf(account.holdings, instrument));
  const claim = {
    coverage,
    report,
    withSpendKey: spendKey !== undefined,
    issuerId,
    salt,
    instrumentA: show[0],
    sizeA: sizes[0]!,
    instrumentB: show[1],
    sizeB: sizes[1]!,
  };
  return {
    circuit: "solvency",
    tier: account.tier,
    signals: {
      accountsRoot: path.root,
      tableRoot: table.root,
      alias: aliasOf(account.owner, issuerId, BigInt(salt)),
      claim: packClaim("solvency", claim),
      committee: committeeHash(committee),
      ciphertext: report
        ? encryptTotals(
            committee,
            ciphertextScalar,
            wholeUsd("equity", margin.equity),
            wholeUsd("requirement", margin.requirement + BigInt(MICRO_USD - 1)),
          )
        : encryptReadKey(committee, ciphertextScalar, account.readKey),
      context,
    },
    inputs: {
      ...coveredInputs(account.holdings, margin, table, tier),
      coverage: BigInt(coverage),
      report: report ? 1n : 0n,
      withSpendKey: spendKey === undefined ? 0n : 1n,
      issuerId: BigInt(issuerId),
      salt: BigInt(salt),
      shown: show.map(BigInt),
      shownSizes: sizes,
      spendLock: keys.spendLock,
      proveKey: keys.proveKey,
      spendKey: spendKey ?? 0n,
      version: BigInt(account.version),
      readKey: account.readKey,
      accountDepth: BigInt(path.depth),
      accountIndex: path.index,
      accountSiblings: path.siblings,
      committeeKeys: committeeCoordinates(committee),
      ciphertextScalar,
    },
  };
}

function wholeUsd(name: string, micro: bigint): bigint {
  const usd = micro / BigInt(MICRO_USD);
  if (usd >> BigInt(REPORT_BITS) !== 0n)
    throw new InputError(name, `must be below 2^${REPORT_BITS} USD to be reported`, usd);
  return usd;
}
