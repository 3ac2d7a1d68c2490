/**
 * A solvency statement about a portfolio that no registry knows: an account with a key drawn here, alone in its tree.
 *
 * @module
 */
import type { ProofRequest } from "plimsoll/prove";
import {
  Account,
  TableTree,
  GrowingTree,
  proofRequest,
  protocol,
  publicKey,
  randomScalar,
  randomSpendKey,
  solvencyStatement,
  spendKeys,
  type Portfolio,
  type RiskTable,
} from "plimsoll/toolkit";

/** @throws InputError or MarginError saying why the portfolio can't be proven */
export async function rehearsal(
  table: RiskTable,
  { tier, positions }: Portfolio,
  { issuerId, coverage }: { readonly issuerId: number; readonly coverage: number },
): Promise<ProofRequest> {
  const keys = spendKeys(randomSpendKey());
  const account = Account.open(
    tier,
    keys,
    positions.map(({ row, size }) => ({ instrument: row.instrument, size })),
  );
  return proofRequest(
    solvencyStatement({
      account,
      keys,
      table: await TableTree.build(table, protocol.TIERS[tier]),
      issuerId,
      coverage,
      path: new GrowingTree(protocol.TIERS[tier].depth, [account.commitment]).path(account.commitment),
      // Nobody can open what is encrypted to keys that nobody keeps, and no contract takes a proof without a context.
      committee: [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())],
      context: 0n,
    }),
  );
}
