/**
 * A line as the contracts of desks and venues return it.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import type { NetworkIssuer } from "./network.ts";

/** In the order of the contracts' `Status`. */
export const STATUSES = ["none", "open", "closed", "defaulted"] as const;
export type Status = (typeof STATUSES)[number];

/** Times are Unix seconds, lots of the issuer's credit and release instruments. */
export interface Line {
  /** Index in {@link STATUSES}. */
  readonly status: bigint;
  readonly operator: string;
  readonly validUntil: bigint;
  readonly booked: bigint;
  readonly released: bigint;
  readonly received: bigint;
  readonly lapsedAt: bigint;
}

/** The contract of an issuer that keeps lines. Throws an InputError for a vault. */
export function lineContract({ kind, name }: Pick<NetworkIssuer, "kind" | "name">): "CreditDesk" | "VenueOutbox" {
  if (kind === "vault") throw new InputError("issuer", "must be a desk or a venue", name);
  return kind === "desk" ? "CreditDesk" : "VenueOutbox";
}
