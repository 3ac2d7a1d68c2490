/**
 * "An exit leaf under exitsRoot pays this recipient."
 *
 * @module
 */
import type { Exit } from "../account/exit.ts";
import type { TreePath } from "../account/trees.ts";
import type { TierName } from "../protocol/constants.ts";
import type { Statement } from "./statement.ts";

/** Exits of all tiers share a tree, so tier L takes tier M's circuit. */
export function exitStatement(exit: Exit, path: TreePath, context: bigint, tier: TierName = "M"): Statement<"exit"> {
  const { lots, recipient, salt } = exit;
  return {
    circuit: "exit",
    tier: tier === "L" ? "M" : tier,
    signals: { exitsRoot: path.root, spent: exit.spent, instrument: BigInt(exit.instrument), lots, recipient, context },
    inputs: { salt, depth: BigInt(path.depth), index: path.index, siblings: path.siblings },
  };
}
