/**
 * "An exit leaf under exitsRoot pays this recipient."
 *
 * @module
 */
import type { Exit } from "../account/exit.ts";
import type { TreePath } from "../account/trees.ts";
import type { TierName } from "../protocol/constants.ts";
import type { Statement } from "./statement.ts";

/**
 * The statement that has a vault pay an exit. Exits of all tiers share a tree, so tier L takes tier M's circuit.
 *
 * @param path of the exit's leaf under an exits root that the vault knows
 * @param context `contextSignal` of the vault, with the recipient as its account
 *
 * @example
 * ```ts
 * import { GrowingTree, exitStatement, proofRequest } from "plimsoll/toolkit";
 *
 * const tree = new GrowingTree(30, [exit.leaf]);
 * const statement = exitStatement(exit, tree.path(exit.leaf), context);
 * const proof = await prover.prove(proofRequest(statement));
 * ```
 */
export function exitStatement(exit: Exit, path: TreePath, context: bigint, tier: TierName = "M"): Statement<"exit"> {
  const { lots, recipient, salt } = exit;
  return {
    circuit: "exit",
    tier: tier === "L" ? "M" : tier,
    signals: { exitsRoot: path.root, spent: exit.spent, instrument: BigInt(exit.instrument), lots, recipient, context },
    inputs: { salt, depth: BigInt(path.depth), index: path.index, siblings: path.siblings },
  };
}
