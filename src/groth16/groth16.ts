/**
 * Groth16 over bn254: points, proofs, verification keys, and the checks that come before either verifier looks.
 *
 * A point is affine and never infinity: (0, 0), infinity's encoding in Ethereum's precompiles, is not on a curve here.
 * An honest proof or key meets infinity with probability 2^-250, and accepting it would only help a forger.
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";

/** Order of the field that coordinates live in (EIP-196). */
export const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;

/** Affine point of G1. */
export type G1 = readonly [x: bigint, y: bigint];
/** c0 + c1·u in Fp². Ethereum writes c1 first; only `calldata` in proof.ts swaps. */
export type Fp2 = readonly [c0: bigint, c1: bigint];
/** Affine point of G2. */
export type G2 = readonly [x: Fp2, y: Fp2];

export interface Groth16Proof {
  readonly a: G1;
  readonly b: G2;
  readonly c: G1;
}

export interface VerificationKey {
  readonly alpha: G1;
  readonly beta: G2;
  readonly gamma: G2;
  readonly delta: G2;
  /** One point for the constant 1, then one for each public signal. */
  readonly ic: readonly G1[];
}

/** All that a verifier is asked: do these signals have this proof under this key? */
export interface ProvenStatement {
  readonly key: VerificationKey;
  readonly signals: readonly bigint[];
  readonly proof: Groth16Proof;
}

/**
 * Refuses every second spelling of a statement before a library reduces it away: a signal ≥ r (snarkjs #358), a
 * coordinate ≥ q (snarkjs #383), a missing or surplus signal. That points lie on their curve and in their subgroup
 * each verifier finds out by its own arithmetic.
 *
 * @throws ProofError naming the value
 */
export function checkCanonical({ key, signals, proof }: ProvenStatement): void {
  const expected = key.ic.length - 1;
  if (signals.length !== expected) {
    throw new ProofError("publicSignals", `the key has ${expected} public signals, got ${signals.length}`);
  }
  signals.forEach((signal, i) => below(signal, FIELD, `publicSignals[${i}]`));
  coordinates(proof.a, "proof.a");
  coordinates(proof.b, "proof.b");
  coordinates(proof.c, "proof.c");
  keyPoints(key).forEach(([path, point]) => coordinates(point, path));
}

/** Every point of a key with its path, in the order in which it is hashed. */
export const keyPoints = (key: VerificationKey): readonly (readonly [path: string, point: G1 | G2])[] => [
  ["key.alpha", key.alpha],
  ["key.beta", key.beta],
  ["key.gamma", key.gamma],
  ["key.delta", key.delta],
  ...key.ic.map((point, i) => [`key.ic[${i}]`, point] as const),
];

function coordinates(point: G1 | G2, path: string): void {
  const flat = point.flat();
  flat.forEach((value) => below(value, BASE_FIELD, path));
  if (flat.every((value) => value === 0n)) throw new ProofError(path, "must not be the point at infinity");
}

function below(value: bigint, limit: bigint, path: string): void {
  if (typeof value !== "bigint" || value < 0n || value >= limit) {
    throw new ProofError(path, `must be at least 0 and below the field's order, got ${value}`);
  }
}
