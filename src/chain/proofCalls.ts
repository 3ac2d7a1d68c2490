/**
 * Calls that carry a proof: its signals by name and its points as the contracts take them. What a contract fills in
 * itself, claim and context, goes along and is not read.
 *
 * @module
 */
import type { Proof } from "../prove/proof.ts";
import { unpackClaim } from "../prove/claim.ts";
import { proofArgument, tierNumber } from "./calls.ts";
import type { Call } from "./sender.ts";

/** Opens an account (slot undefined) or folds into the one at a slot. The sender is named in the proof's context. */
export const foldCall = (registry: string, slot: number | undefined, proof: Proof<"fold">, deadline: bigint): Call => ({
  name: "AccountRegistry", address: registry, method: slot === undefined ? "open" : "fold",
  args: [slot ?? tierNumber(proof.tier), proof.signals, proofArgument(proof), deadline],
});

/** Lowers a holding of the account at a slot. */
export const lowerCall = (registry: string, slot: number, proof: Proof<"lower">, deadline: bigint): Call => ({
  name: "AccountRegistry", address: registry, method: "lower",
  args: [slot, unpackClaim("lower", proof.signals.claim, "publicSignals.claim").anyBook, proof.signals, proofArgument(proof), deadline],
});

/** Takes an exit at its vault; anyone may send it. */
export const exitCall = (vault: string, proof: Proof<"exit">, deadline: bigint): Call => ({
  name: "CollateralVault", address: vault, method: "exit", args: [tierNumber(proof.tier), proof.signals, proofArgument(proof), deadline],
});

/**
 * Shows a desk or venue that the account floats: `authorise` opens the standing and makes the sender its operator,
 * `prove` refreshes or extends it.
 */
export function standingCall(
  name: "CreditDesk" | "VenueOutbox", address: string, method: "authorise" | "prove", proof: Proof<"solvency">, deadline: bigint,
): Call {
  const { accountsRoot, bookRoot, alias, claim, seal } = proof.signals;
  const { coverage, withSpendKey, sizeA, sizeB } = unpackClaim("solvency", claim, "publicSignals.claim");
  const shown = {
    tier: tierNumber(proof.tier), alias_: alias, accountsRoot, bookRoot, coverage, withSpendKey, booked: -sizeA, released: sizeB, seal, deadline,
    proof: proofArgument(proof),
  };
  return { name, address, method, args: [shown] };
}
