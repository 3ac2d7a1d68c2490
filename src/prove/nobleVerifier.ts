/**
 * The verifier for browsers and auditors: Groth16's one equation on @noble/curves' audited pairing.
 *
 *   e(A, B) = e(α, β) · e(IC_0 + Σ signal_i · IC_i, γ) · e(C, δ)
 *
 * @module
 */
import { bn254 } from "@noble/curves/bn254.js";
import { ProofError } from "../errors.ts";
import { checkCanonical, type G1, type G2, type Statement } from "./groth16.ts";
import type { Verifier } from "./verify.ts";

const G1Point = bn254.G1.Point;
const G2Point = bn254.G2.Point;
type PointG1 = typeof G1Point.BASE;

/**
 * Checks a proof; takes about 60 ms. Returns only if it verifies.
 *
 * @throws ProofError naming the signal, point or equation that is wrong
 */
export function verifyWithNoble(statement: Statement): void {
  checkCanonical(statement);
  const { key, signals, proof } = statement;
  const a = pointG1(proof.a, "proof.a");
  const b = pointG2(proof.b, "proof.b");
  const c = pointG1(proof.c, "proof.c");
  const sum = signals.reduce((acc, signal, i) => {
    const ic = pointG1(key.ic[i + 1]!, `key.ic[${i + 1}]`);
    return signal === 0n ? acc : acc.add(ic.multiplyUnsafe(signal));
  }, pointG1(key.ic[0]!, "key.ic[0]"));
  const pairs = [
    { g1: a.negate(), g2: b },
    { g1: pointG1(key.alpha, "key.alpha"), g2: pointG2(key.beta, "key.beta") },
    { g1: c, g2: pointG2(key.delta, "key.delta") },
  ];
  // Signals may be chosen so that their sum is infinity, whose pairing is 1; noble refuses to pair it.
  const gamma = pointG2(key.gamma, "key.gamma");
  if (!sum.is0()) pairs.push({ g1: sum, g2: gamma });
  const { Fp12 } = bn254.fields;
  if (!Fp12.eql(bn254.pairingBatch(pairs), Fp12.ONE)) throw new ProofError("proof", "does not verify for these public signals");
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
function pointG2([[x0, x1], [y0, y1]]: G2, path: string): typeof G2Point.BASE {
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
