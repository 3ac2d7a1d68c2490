/**
 * Exits of an account, derived: what left between two versions, under the salt of the second. The one thing that keys don't
 * give is the recipient; it is whoever among some candidates gives the leaf that the registry has.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { Exit, exitSalt, exitSpent } from "../account/exit.ts";
import { issuerOf } from "../account/holdings.ts";
import type { SlotChange } from "./homeView.ts";
import { leftBetween } from "./versions.ts";

/** Collateral that left an account by one change, for a recipient who is not known yet. */
export interface Departure {
  readonly version: number;
  readonly issuerId: number;
  readonly instrument: number;
  readonly lots: bigint;
  readonly leaf: bigint;
  readonly salt: bigint;
  /** By which the vault notes that it was taken. */
  readonly spent: bigint;
}

/** Every exit of an account, in the order they left. `changes[v]` made `versions[v]`. */
export const departuresOf = (versions: readonly Account[], changes: readonly SlotChange[]): Departure[] =>
  versions.flatMap((after, version) => {
    const leaf = changes[version]?.exitLeaf;
    const left = version === 0 || leaf === undefined ? undefined : leftBetween(versions[version - 1]!, after)[0];
    if (left === undefined) return [];
    const salt = exitSalt(after.readKey);
    return [{ version, issuerId: issuerOf(left.instrument), ...left, leaf: leaf!, salt, spent: exitSpent(leaf!, salt) }];
  });

/** The exit for the first candidate that gives its leaf. */
export function exitFor({ instrument, lots, leaf, salt }: Departure, candidates: Iterable<bigint>): Exit | undefined {
  for (const recipient of candidates) {
    const exit = new Exit(instrument, lots, recipient, salt);
    if (exit.leaf === leaf) return exit;
  }
  return undefined;
}
