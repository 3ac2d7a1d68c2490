/**
 * What a desk lends: its token, and amounts of it as people write them.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import type { NetworkIssuer } from "./network.ts";
import type { Node } from "./node.ts";

export interface Asset {
  readonly address: string;
  readonly symbol: string;
  /** Digits of a unit: the token's smallest units are 10^-decimals. */
  readonly decimals: number;
}

/** A desk's asset, asked of its chain. */
export async function assetOf(node: Node, desk: NetworkIssuer): Promise<Asset> {
  const address = await node.read<string>("CreditDesk", desk.contract, "asset");
  const [symbol, decimals] = await Promise.all([
    node.read<string>("IERC20Metadata", address, "symbol"),
    node.read<bigint>("IERC20Metadata", address, "decimals"),
  ]);
  return { address, symbol, decimals: Number(decimals) };
}

/** Smallest units as a decimal: 4000500000n with six decimals → "4000.5". */
export function assetUnits(amount: bigint, { decimals }: Asset): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return digits.slice(0, digits.length - decimals) + (decimals === 0 || fraction === "" ? "" : `.${fraction}`);
}

/** A decimal as smallest units. Throws an InputError whose path is `amount` unless it is above 0 and whole. */
export function parseAsset(text: string, { decimals }: Asset): bigint {
  const [whole, fraction = ""] = text.split(".");
  if (!/^\d{1,60}(\.\d+)?$/.test(text) || fraction.length > decimals) {
    throw new InputError("amount", `must be a decimal with at most ${decimals} places`, text);
  }
  const value = BigInt(whole + fraction.padEnd(decimals, "0"));
  if (value === 0n) throw new InputError("amount", "must be above 0", text);
  return value;
}
