/**
 * Verification keys as snarkjs writes them in JSON, and the hash that names one.
 *
 * @module
 */
import { numberToBytesBE } from "@noble/curves/utils.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { ArtifactError } from "../base/errors.ts";
import { BASE_FIELD, keyPoints, type Groth16Proof, type VerificationKey } from "./groth16.ts";
import { decimal, firstIssue } from "../base/schema.ts";

const coordinate = decimal(BASE_FIELD, "the base field's order");
// The third, projective coordinate must say "affine": "0" would be the point at infinity.
const g1 = v.pipe(
  v.strictTuple([coordinate, coordinate, v.literal("1")]),
  v.transform(([x, y]) => [x, y] as const),
);
const fp2 = v.strictTuple([coordinate, coordinate]);
const g2 = v.pipe(
  v.strictTuple([fp2, fp2, v.strictTuple([v.literal("1"), v.literal("0")])]),
  v.transform(([x, y]) => [x, y] as const),
);

/** `vk_alphabeta_12`, a shortcut that no verifier here uses, may be there and is ignored. */
const schema = v.object({
  protocol: v.literal("groth16"),
  curve: v.literal("bn128"),
  nPublic: v.pipe(v.number(), v.integer(), v.minValue(0)),
  vk_alpha_1: g1,
  vk_beta_2: g2,
  vk_gamma_2: g2,
  vk_delta_2: g2,
  IC: v.array(g1),
});

/**
 * Reads the JSON that snarkjs exports.
 *
 * @param json parsed JSON
 * @param path what to call it in an error, a file name for instance
 * @throws ArtifactError naming the field
 *
 * @example
 * ```ts
 * import { parseVerificationKey } from "plimsoll/verify";
 *
 * const path = "artifacts/solvency.M/vkey.json";
 * const key = parseVerificationKey(await (await fetch(path)).json(), path);
 * ```
 */
export function parseVerificationKey(json: unknown, path = "verificationKey"): VerificationKey {
  const parsed = v.safeParse(schema, json);
  if (!parsed.success) {
    const { at, rule } = firstIssue(parsed.issues);
    throw new ArtifactError(at === "" ? path : `${path}.${at}`, rule);
  }
  const { nPublic, IC: ic, vk_alpha_1: alpha, vk_beta_2: beta, vk_gamma_2: gamma, vk_delta_2: delta } = parsed.output;
  if (ic.length !== nPublic + 1)
    throw new ArtifactError(`${path}.IC`, `must have nPublic + 1 points, got ${ic.length}`);
  return { alpha, beta, gamma, delta, ic };
}

/**
 * SHA-256 over all points, coordinates as 32 big-endian bytes, in hex: the same for every layout of the JSON.
 *
 * @example
 * ```ts
 * import { verificationKeyHash } from "plimsoll/verify";
 *
 * console.log(verificationKeyHash(key) === proof.key.hash);
 * ```
 */
export function verificationKeyHash(key: VerificationKey): string {
  const hash = sha256.create();
  for (const [, point] of keyPoints(key)) {
    for (const value of point.flat()) hash.update(numberToBytesBE(value, 32));
  }
  return bytesToHex(hash.digest());
}

/** The key as snarkjs takes it. */
export const snarkjsKey = (key: VerificationKey): Record<string, unknown> => ({
  protocol: "groth16",
  curve: "bn128",
  nPublic: key.ic.length - 1,
  vk_alpha_1: [...key.alpha, 1n],
  vk_beta_2: [...key.beta, [1n, 0n]],
  vk_gamma_2: [...key.gamma, [1n, 0n]],
  vk_delta_2: [...key.delta, [1n, 0n]],
  IC: key.ic.map((point) => [...point, 1n]),
});

/** A proof as snarkjs takes it. */
export const snarkjsProof = ({ a, b, c }: Groth16Proof): Record<string, unknown> => ({
  protocol: "groth16",
  curve: "bn128",
  pi_a: [...a, 1n],
  pi_b: [...b, [1n, 0n]],
  pi_c: [...c, 1n],
});
