/**
 * The verifier for browsers and auditors: Groth16's one equation on @noble/curves' audited pairing.
 *
 *   e(A, B) = e(α, β) · e(IC_0 + Σ signal_i · IC_i, γ) · e(C, δ)
 *
 * @module
 */
import { interleavedMSMUnsafe } from "@noble/curves/abstract/curve.js";
import { bn254 } from "@noble/curves/bn254.js";
import { ProofError } from "../base/errors.ts";
import { checkCanonical, keyPoints, type G1, type G2, type ProvenStatement, type VerificationKey } from "./groth16.ts";
import type { Verifier } from "./verifier.ts";

const G1Point = bn254.G1.Point;
const G2Point = bn254.G2.Point;
type PointG1 = typeof G1Point.BASE;
type PointG2 = typeof G2Point.BASE;
/** The lines of a Miller loop, which depend on the point of G2 alone. */
type Lines = ReturnType<typeof bn254.utils.calcPairingPrecomputes>;

const { calcPairingPrecomputes: linesOf } = bn254.utils;
/** Bits of the digits that signals are cut into: twenty points, which one proof more must pay for, want small tables. */
const WINDOW = 4;

/** What is the same for every proof under a key. */
interface PreparedKey {
  /** The points that it was prepared from: a key may be a mutable object, whatever its type says. */
  readonly points: string;
  readonly alpha: PointG1;
  readonly beta: Lines;
  readonly gamma: Lines;
  readonly delta: Lines;
  /** IC_0 + Σ signal_i · IC_i */
  sum(signals: readonly bigint[]): PointG1;
}

const prepared = new WeakMap<VerificationKey, PreparedKey>();

/**
 * Checks a proof; takes about 50 ms, and half of that once it knows the key. Returns only if it verifies.
 *
 * @throws ProofError naming the signal, point or equation that is wrong
 *
 * @example
 * ```ts
 * import { calldata, verifyWithNoble } from "plimsoll/verify";
 *
 * verifyWithNoble({ key, signals: calldata(proof).publicSignals, proof: proof.points });
 * ```
 */
export function verifyWithNoble(statement: ProvenStatement): void {
  checkCanonical(statement);
  const { key, signals, proof } = statement;
  const a = pointG1(proof.a, "proof.a");
  const b = pointG2(proof.b, "proof.b");
  const c = pointG1(proof.c, "proof.c");
  const { alpha, beta, gamma, delta, sum } = preparedKey(key);
  const pairs: [Lines, PointG1][] = [
    [linesOf(b), a.negate()],
    [beta, alpha],
    [gamma, sum(signals)],
    [delta, c],
  ];
  const { Fp12 } = bn254.fields;
  // Signals may be chosen so that their sum is infinity, whose pairing is 1; it has no affine coordinates. (0, 0) in its
  // place would come to 1 only because the final exponentiation makes it so; leaving the pair out says it.
  const finite = pairs
    .filter(([, point]) => !point.is0())
    .map(([lines, point]): [Lines, bigint, bigint] => [lines, point.x, point.y]);
  if (!Fp12.eql(Fp12.finalExponentiate(bn254.millerLoopBatch(finite)), Fp12.ONE))
    throw new ProofError("proof", "does not verify for these public signals");
}

function preparedKey(key: VerificationKey): PreparedKey {
  const points = String(keyPoints(key));
  const known = prepared.get(key);
  if (known?.points === points) return known;
  const [first, ...rest] = key.ic.map((point, i) => pointG1(point, `key.ic[${i}]`)) as [PointG1, ...PointG1[]];
  const combine = interleavedMSMUnsafe(G1Point, rest, WINDOW);
  const made = {
    points,
    alpha: pointG1(key.alpha, "key.alpha"),
    beta: linesOf(pointG2(key.beta, "key.beta")),
    gamma: linesOf(pointG2(key.gamma, "key.gamma")),
    delta: linesOf(pointG2(key.delta, "key.delta")),
    sum: (signals: readonly bigint[]) => first.add(combine([...signals])),
  };
  prepared.set(key, made);
  return made;
}

/** As a {@link Verifier}; there is nothing to close. */
export const nobleVerifier: Verifier = {
  name: "noble",
  verify: async (statement) => verifyWithNoble(statement),
  close: async () => undefined,
};

/** G1 is the whole curve: on it is in it. */
function pointG1([x, y]: G1, path: string): PointG1 {
  return valid(G1Point.fromAffine({ x, y }), path, "must be a point of G1");
}

/** The twist has more points than G2, so noble also checks the subgroup here. */
function pointG2([[x0, x1], [y0, y1]]: G2, path: string): PointG2 {
  const { Fp2 } = bn254.fields;
  const point = G2Point.fromAffine({ x: Fp2.fromBigTuple([x0, x1]), y: Fp2.fromBigTuple([y0, y1]) });
  return valid(point, path, "must be a point of G2, on the twist and in the subgroup of order r");
}

function valid<P extends { assertValidity(): void }>(point: P, path: string, rule: string): P {
  try {
    point.assertValidity();
  } catch (cause) {
    throw new ProofError(path, rule, { cause });
  }
  return point;
}
