/**
 * What a proof encrypts for the committee (PROTOCOL.md, sections 6 and 8), on Baby Jubjub (EIP-2494). The keys here are
 * whole; sharing one among t of n parties is the committee's matter and changes nothing for provers.
 *
 * @module
 */
import { mod } from "@noble/curves/abstract/modular.js";
import { bytesToNumberBE } from "@noble/curves/utils.js";
import { babyjubjub } from "@noble/curves/misc.js";
import { randomBytes } from "@noble/hashes/utils.js";
import { InputError } from "../base/errors.ts";
import { hash } from "../protocol/hash.ts";
import { FIELD, CIPHERTEXT_SCALAR_BITS } from "../protocol/constants.ts";

const { Point } = babyjubjub;
export type CurvePoint = InstanceType<typeof Point>;

/** PK_1 and PK_2 encrypt totals, PK_3 read keys: three independent keys, so that one r serves. */
export type CommitteeKeys = readonly [CurvePoint, CurvePoint, CurvePoint];

/** PK_1, PK_2, PK_3 as x and y. */
export const committeeCoordinates = (keys: CommitteeKeys): bigint[] =>
  keys.flatMap((key) => {
    const { x, y } = key.toAffine();
    return [x, y];
  });

/**
 * P(COMMITTEE, PK_1, PK_2, PK_3): what a contract pins.
 *
 * @example
 * ```ts
 * import { committeeHash } from "plimsoll/toolkit";
 *
 * const pinned = committeeHash(committee);
 * ```
 */
export const committeeHash = (keys: CommitteeKeys): bigint => hash("COMMITTEE", ...committeeCoordinates(keys));

/**
 * Reads keys from coordinates: x and y of PK_1, PK_2 and PK_3. Throws an InputError for a point off the curve or
 * outside the prime subgroup.
 *
 * @example
 * ```ts
 * import { committeeKeys, publicKey, randomScalar } from "plimsoll/toolkit";
 *
 * const points = [1, 2, 3].map(() => publicKey(randomScalar()).toAffine());
 * const committee = committeeKeys(points.flatMap(({ x, y }) => [x, y]));
 * ```
 */
export function committeeKeys(coordinates: readonly bigint[], path = "committee"): CommitteeKeys {
  if (coordinates.length !== 6) throw new InputError(path, "must be x and y of three points", coordinates.length);
  const keys = [0, 1, 2].map((i) => {
    try {
      const point = Point.fromAffine({ x: coordinates[2 * i]!, y: coordinates[2 * i + 1]! });
      point.assertValidity();
      if (point.isSmallOrder() || !point.isTorsionFree()) throw new RangeError("outside the prime subgroup");
      return point;
    } catch (cause) {
      throw new InputError(`${path}[${i}]`, "must be a point of Baby Jubjub's prime subgroup", undefined, { cause });
    }
  });
  return keys as unknown as CommitteeKeys;
}

/**
 * A fresh r in (0, order): a committee's secret, or the randomness of one ciphertext.
 *
 * @example
 * ```ts
 * import { publicKey, randomScalar } from "plimsoll/toolkit";
 *
 * const secret = randomScalar();
 * const shown = publicKey(secret).toAffine();
 * ```
 */
export function randomScalar(): bigint {
  return mod(bytesToNumberBE(randomBytes(48)), Point.CURVE().n - 1n) + 1n;
}

/**
 * G · secret, for a secret in (0, order); another throws a RangeError.
 *
 * @example
 * ```ts
 * import { publicKey, randomScalar, type CommitteeKeys } from "plimsoll/toolkit";
 *
 * const committee: CommitteeKeys = [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())];
 * ```
 */
export const publicKey = (secret: bigint): CurvePoint => Point.BASE.multiply(secret);

/** To a desk or venue: r·G, readKey + P(MASK, r·PK_3), and three zeros. */
export function encryptReadKey(keys: CommitteeKeys, scalar: bigint, readKey: bigint): bigint[] {
  const shared = multiply(keys[2], scalar).toAffine();
  const nonce = publicKey(scalar).toAffine();
  return [nonce.x, nonce.y, mod(readKey + hash("MASK", shared.x, shared.y), FIELD), 0n, 0n, 0n];
}

/**
 * Opens what `encryptReadKey` encrypted: six elements of a solvency proof to a desk or venue.
 *
 * @param secret of PK_3: any other gives another key
 * @throws InputError or RangeError for a secret out of range, without its value
 *
 * @example
 * ```ts
 * import { Account, openReadKey } from "plimsoll/toolkit";
 *
 * const readKey = openReadKey(proof.signals.ciphertext, 42n); // the secret of PK_3
 * const { commitment, cipher, version } = account; // as the home chain shows them
 * const { holdings } = Account.decrypt("M", { commitment, cipher }, readKey, version);
 * ```
 */
export function openReadKey(ciphertext: readonly bigint[], secret: bigint): bigint {
  const shared = multiply(Point.fromAffine({ x: ciphertext[0]!, y: ciphertext[1]! }), secret).toAffine();
  return mod(ciphertext[2]! - hash("MASK", shared.x, shared.y), FIELD);
}

/** To the Report: r·G, r·PK_1 + equity·G, r·PK_2 + requirement·G; both in whole USD below 2^36. */
export function encryptTotals(keys: CommitteeKeys, scalar: bigint, equity: bigint, requirement: bigint): bigint[] {
  const points = [
    publicKey(scalar),
    multiply(keys[0], scalar).add(times(equity)),
    multiply(keys[1], scalar).add(times(requirement)),
  ];
  return points.flatMap((point) => {
    const { x, y } = point.toAffine();
    return [x, y];
  });
}

const times = (value: bigint): CurvePoint => (value === 0n ? Point.ZERO : Point.BASE.multiply(value));

function multiply(point: CurvePoint, scalar: bigint): CurvePoint {
  if (scalar <= 0n || scalar >> BigInt(CIPHERTEXT_SCALAR_BITS) !== 0n)
    throw new InputError("scalar", "must be above 0 and below the group's order");
  return point.multiply(scalar);
}
