/**
 * What the bench proves: that the sample portfolio is covered on the sample market's table.
 *
 * @module
 */
import { Account } from "../../src/account/account.ts";
import { randomSpendKey, spendKeys } from "../../src/account/keys.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { publicKey, randomScalar } from "../../src/committee/ciphertext.ts";
import type { Position } from "../../src/margin/rule.ts";
import { TIERS, type TierName } from "../../src/protocol/constants.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { TableTree, type RiskTable } from "../../src/risk/tree.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { proofRequest } from "../../src/statements/statement.ts";

export async function solvencyRequest(
  tier: TierName,
  positions: readonly Position[],
  table: RiskTable,
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
      path: new GrowingTree(TIERS[tier].depth, [account.commitment]).path(account.commitment),
      table: await TableTree.build(table, TIERS[tier]),
      coverage: 10_000,
      issuerId: positions[0]!.row.instrument >> 16,
      committee: [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())],
      context: 1n,
    }),
  );
}
