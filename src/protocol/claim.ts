/**
 * Claims: the small public values of a proof, packed into one signal, least significant first, with the widths of
 * CLAIMS in protocol.ts. A size of lots is stored as size + 2^38.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { CLAIMS, LOTS_BITS, SIZE_BITS } from "./constants.ts";

/** Circuits that make a claim. */
export type ClaimName = keyof typeof CLAIMS;

type Part = (typeof CLAIMS)[ClaimName][number];
type Value<P extends Part> = P[0] extends "sizeA" | "sizeB" ? bigint : P[1] extends 1 ? boolean : number;

/**
 * A claim taken apart: one-bit parts are booleans, sizes signed lots (bigint, |size| < 2^38), all others whole numbers
 * below 2^32: coverage in basis points, issuer, salt and instrument ids.
 */
export type Claim<C extends ClaimName> = {
  readonly [P in (typeof CLAIMS)[C][number] as P[0]]: Value<P>;
};

/** One part of a claim, for those who write or describe it: JSON, forms, schemas. */
export interface ClaimField {
  readonly name: string;
  readonly bits: number;
  readonly kind: "flag" | "number" | "lots";
}

/** The parts of a claim in packing order. */
export const claimFields = (circuit: ClaimName): readonly ClaimField[] =>
  CLAIMS[circuit].map(([name, bits]) => ({
    name,
    bits,
    kind: bits === SIZE_BITS ? "lots" : bits === 1 ? "flag" : "number",
  }));

export const isClaimName = (circuit: string): circuit is ClaimName => Object.hasOwn(CLAIMS, circuit);

const LOTS_LIMIT = 1n << BigInt(LOTS_BITS);

/**
 * A claim as one field element.
 *
 * @throws InputError naming `<path>.<part>` when a part is missing, unknown or out of range
 *
 * @example
 * ```ts
 * import { packClaim, protocol } from "plimsoll/toolkit";
 *
 * packClaim("spend", { coverage: protocol.COVERAGE_INITIAL, onAnyTable: false }); // 10000n
 * ```
 */
export function packClaim<C extends ClaimName>(circuit: C, claim: Claim<C>, path = "claim"): bigint {
  const fields = claimFields(circuit);
  const values = claim as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(values).find((name) => !fields.some((field) => field.name === name));
  if (unknown !== undefined) throw new InputError(`${path}.${unknown}`, `is no part of the claim of ${circuit}`);
  let packed = 0n;
  let shift = 0n;
  for (const field of fields) {
    packed += encodePart(field, values[field.name], `${path}.${field.name}`) << shift;
    shift += BigInt(field.bits);
  }
  return packed;
}

/**
 * A field element as a claim: the inverse of {@link packClaim}.
 *
 * @throws InputError when bits lie above the last part, or a size is −2^38, which no holding has
 *
 * @example
 * ```ts
 * import { unpackClaim } from "plimsoll/toolkit";
 *
 * const { coverage, issuerId, instrumentA, sizeA } = unpackClaim("solvency", proof.signals.claim);
 * ```
 */
export function unpackClaim<C extends ClaimName>(circuit: C, packed: bigint, path = "claim"): Claim<C> {
  const fields = claimFields(circuit);
  const total = fields.reduce((sum, { bits }) => sum + bits, 0);
  if (packed < 0n || packed >> BigInt(total) !== 0n) throw new InputError(path, `must be below 2^${total}`, packed);
  let rest = packed;
  const parts = fields.map((field) => {
    const raw = rest & ((1n << BigInt(field.bits)) - 1n);
    rest >>= BigInt(field.bits);
    return [field.name, decodePart(field, raw, `${path}.${field.name}`)];
  });
  return Object.fromEntries(parts) as Claim<C>;
}

function encodePart({ kind, bits }: ClaimField, value: unknown, path: string): bigint {
  if (kind === "flag") {
    if (typeof value !== "boolean") throw new InputError(path, "must be true or false", value);
    return value ? 1n : 0n;
  }
  if (kind === "lots") {
    if (typeof value !== "bigint") throw new InputError(path, "must be a whole number of lots", value);
    if (value <= -LOTS_LIMIT || value >= LOTS_LIMIT)
      throw new InputError(path, `must be below 2^${LOTS_BITS} lots`, value);
    return value + LOTS_LIMIT;
  }
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) >= 2 ** bits) {
    throw new InputError(path, `must be a whole number below 2^${bits}`, value);
  }
  return BigInt(value as number);
}

function decodePart({ kind }: ClaimField, raw: bigint, path: string): boolean | bigint | number {
  if (kind === "flag") return raw === 1n;
  if (kind === "number") return Number(raw);
  if (raw === 0n) throw new InputError(path, `must be below 2^${LOTS_BITS} lots`, -LOTS_LIMIT);
  return raw - LOTS_LIMIT;
}
