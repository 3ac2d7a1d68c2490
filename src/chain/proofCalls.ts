/**
 * Calls that carry a proof: its signals by name and its points as the contracts take them. What a contract fills in
 * itself, claim and context, goes along and is not read.
 *
 * @module
 */
import type { Proof } from "../groth16/proof.ts";
import { unpackClaim } from "../protocol/claim.ts";
import { proofArgument, tierNumber } from "./calls.ts";
import type { Call } from "./sender.ts";

/** Opens an account (slot undefined) or receives into the one at a slot. The sender is named in the proof's context. */
export const receiveCall = (
  registry: string,
  slot: number | undefined,
  proof: Proof<"receive">,
  deadline: bigint,
): Call => ({
  name: "AccountRegistry",
  address: registry,
  method: slot === undefined ? "open" : "receiveNotes",
  args: [slot ?? tierNumber(proof.tier), proof.signals, proofArgument(proof), deadline],
});

/** Spends a holding of the account at a slot. */
export const spendCall = (registry: string, slot: number, proof: Proof<"spend">, deadline: bigint): Call => ({
  name: "AccountRegistry",
  address: registry,
  method: "spend",
  args: [
    slot,
    unpackClaim("spend", proof.signals.claim, "publicSignals.claim").onAnyTable,
    proof.signals,
    proofArgument(proof),
    deadline,
  ],
});

/** Takes an exit at its vault; anyone may send it. */
export const exitCall = (vault: string, proof: Proof<"exit">, deadline: bigint): Call => ({
  name: "CollateralVault",
  address: vault,
  method: "exit",
  args: [tierNumber(proof.tier), proof.signals, proofArgument(proof), deadline],
});

/**
 * Shows a desk or venue that the account is covered: `authorise` opens the line and makes the sender its operator,
 * `prove` refreshes or extends it.
 */
export function lineCall(
  name: "CreditDesk" | "VenueOutbox",
  address: string,
  method: "authorise" | "prove",
  proof: Proof<"solvency">,
  deadline: bigint,
): Call {
  const { accountsRoot, tableRoot, alias, claim, ciphertext } = proof.signals;
  const { coverage, withSpendKey, sizeA, sizeB } = unpackClaim("solvency", claim, "publicSignals.claim");
  const shown = {
    tier: tierNumber(proof.tier),
    alias_: alias,
    accountsRoot,
    tableRoot,
    coverage,
    withSpendKey,
    booked: -sizeA,
    released: sizeB,
    ciphertext,
    deadline,
    proof: proofArgument(proof),
  };
  return { name, address, method, args: [shown] };
}
