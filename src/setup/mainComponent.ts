/**
 * The main component of a circuit instance. No main component is written by hand: names and order of the public
 * signals, and every number, come from protocol.ts.
 *
 * @module
 */
import { TIERS, publicSignals, type CircuitName, type TierName } from "../protocol/constants.ts";

export interface Instance {
  readonly circuit: CircuitName;
  readonly tier: TierName;
}

/** `solvency.M`: names folders, manifest entries and messages. */
export const instanceName = ({ circuit, tier }: Instance): string => `${circuit}.${tier}`;

/** Numbers of a tier in the order of the templates' parameters. */
function templateArguments({ circuit, tier }: Instance): number[] {
  const { holdings, groups, tableLevels, tableCap, depth, notes } = TIERS[tier];
  return circuit === "exit" ? [depth] : [holdings, groups, tableLevels, tableCap, depth, notes];
}

/** Circom source of an instance. */
export function mainComponent(instance: Instance): string {
  const template = instance.circuit[0]!.toUpperCase() + instance.circuit.slice(1);
  const names = publicSignals(instance.circuit, TIERS[instance.tier]).map(([name]) => name);
  return [
    "// Generated from src/protocol/constants.ts by the build; do not edit.",
    "pragma circom 2.2.0;",
    "",
    `include "${instance.circuit}.circom";`,
    "",
    `component main {public [${names.join(", ")}]} = ${template}(${templateArguments(instance).join(", ")});`,
    "",
  ].join("\n");
}
