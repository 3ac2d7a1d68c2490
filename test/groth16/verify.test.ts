import { bn254 } from "@noble/curves/bn254.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ProofError } from "../../src/base/errors.ts";
import {
  BASE_FIELD,
  type G1,
  type G2,
  type Groth16Proof,
  type VerificationKey,
  type ProvenStatement,
} from "../../src/groth16/groth16.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import type { Proof } from "../../src/groth16/proof.ts";
import { createProver } from "../../src/prover/prover.ts";
import { encodeSignals } from "../../src/protocol/signals.ts";
import { snarkjsBackend } from "../../src/prover/snarkjsProver.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { parseVerificationKey, snarkjsKey, verificationKeyHash } from "../../src/groth16/verificationKey.ts";
import { verify, verifyStatement } from "../../src/groth16/verify.ts";
import type { Verifier } from "../../src/groth16/verifier.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";

const { Fp2 } = bn254.fields;
const snarkjs = snarkjsVerifier();
const both: readonly Verifier[] = [nobleVerifier, snarkjs];
let proof: Proof<"exit">;
let key: VerificationKey;
let valid: ProvenStatement;

beforeAll(async () => {
  const prover = createProver(snarkjsBackend(), toyArtifacts);
  proof = await prover.prove({ circuit: "exit", tier: "T", inputs: TOY_INPUTS });
  await prover.close();
  key = (await toyArtifacts()).verificationKey;
  valid = { key, signals: encodeSignals("exit", "T", proof.signals), proof: proof.points };
});
afterAll(() => snarkjs.close());

const withProof = (change: Partial<Groth16Proof>): ProvenStatement => ({
  ...valid,
  proof: { ...valid.proof, ...change },
});
const withSignal = (i: number, value: bigint): ProvenStatement => ({ ...valid, signals: valid.signals.with(i, value) });
const negate1 = ([x, y]: G1): G1 => [x, BASE_FIELD - y];
const negate2 = ([x, [y0, y1]]: G2): G2 => [x, [(BASE_FIELD - y0) % BASE_FIELD, (BASE_FIELD - y1) % BASE_FIELD]];
const swap = ([c0, c1]: readonly [bigint, bigint]) => [c1, c0] as const;

/** A point on the twist y² = x³ + 3/(9 + u) that is not in the subgroup of order r. */
function outsideSubgroup(): G2 {
  const b = bn254.G2.Point.CURVE().b;
  for (let n = 1n; ; n++) {
    const x = Fp2.fromBigTuple([n, 1n]);
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), b);
    let y: typeof x;
    try {
      y = Fp2.sqrt(square);
    } catch {
      continue;
    }
    if (!bn254.G2.Point.fromAffine({ x, y }).isTorsionFree())
      return [
        [x.c0, x.c1],
        [y.c0, y.c1],
      ];
  }
}

/** The refusal of each verifier asked alone, without the shared checks of `verifyStatement`; undefined if it accepts. */
async function verdicts(statement: ProvenStatement): Promise<(string | undefined)[]> {
  return Promise.all(
    both.map((verifier) =>
      verifier.verify(statement).then(
        () => undefined,
        (error: unknown) => {
          expect(error).toBeInstanceOf(ProofError);
          return (error as ProofError).message;
        },
      ),
    ),
  );
}

async function bothRefuse(statement: ProvenStatement, message: string | RegExp): Promise<void> {
  const [noble, other] = await verdicts(statement);
  expect(noble).toMatch(message);
  expect(other).toBe(noble);
  await expect(verifyStatement(statement, both)).rejects.toThrow(message);
}

describe("both verifiers", () => {
  it("accept an honest proof", async () => {
    expect(await verdicts(valid)).toEqual([undefined, undefined]);
    await verify(proof, key, both);
  });

  it("refuse every signal plus one", async () => {
    for (let i = 0; i < valid.signals.length; i++)
      await bothRefuse(withSignal(i, valid.signals[i]! + 1n), "proof: does not verify");
  });

  it("refuse every signal plus r, which stands for the same element (snarkjs #358)", async () => {
    for (let i = 0; i < valid.signals.length; i++) {
      await bothRefuse(withSignal(i, valid.signals[i]! + FIELD), `publicSignals[${i}]: must be at least 0 and below`);
      await bothRefuse(withSignal(i, valid.signals[i]! - FIELD), `publicSignals[${i}]: must be at least 0 and below`);
    }
  });

  it("refuse every coordinate plus q (snarkjs #383)", async () => {
    const {
      a,
      b: [[x0, x1], [y0, y1]],
      c,
    } = valid.proof;
    const q = BASE_FIELD;
    const aliases: [string, Partial<Groth16Proof>][] = [
      ["proof.a", { a: [a[0] + q, a[1]] }],
      ["proof.a", { a: [a[0], a[1] + q] }],
      ["proof.a", { a: [a[0], a[1] - q] }],
      [
        "proof.b",
        {
          b: [
            [x0 + q, x1],
            [y0, y1],
          ],
        },
      ],
      [
        "proof.b",
        {
          b: [
            [x0, x1 + q],
            [y0, y1],
          ],
        },
      ],
      [
        "proof.b",
        {
          b: [
            [x0, x1],
            [y0 + q, y1],
          ],
        },
      ],
      [
        "proof.b",
        {
          b: [
            [x0, x1],
            [y0, y1 + q],
          ],
        },
      ],
      ["proof.c", { c: [c[0] + q, c[1]] }],
      ["proof.c", { c: [c[0], c[1] + q] }],
    ];
    for (const [path, change] of aliases) await bothRefuse(withProof(change), `${path}: must be at least 0 and below`);
  });

  it("refuse points off the curve, coordinates swapped among them", async () => {
    const { a, b, c } = valid.proof;
    await bothRefuse(withProof({ a: [a[1], a[0]] }), "proof.a: must be a point of G1");
    await bothRefuse(withProof({ a: [a[0], a[1] + 1n] }), "proof.a: must be a point of G1");
    await bothRefuse(withProof({ c: [c[1], c[0]] }), "proof.c: must be a point of G1");
    await bothRefuse(withProof({ b: [swap(b[0]), swap(b[1])] }), "proof.b: must be a point of G2");
    await bothRefuse(withProof({ b: [b[1], b[0]] }), "proof.b: must be a point of G2");
  });

  it("refuse points of the twist outside G2, in a proof or a key", async () => {
    const stray = outsideSubgroup();
    await bothRefuse(withProof({ b: stray }), "proof.b: must be a point of G2");
    for (const part of ["beta", "gamma", "delta"] as const) {
      await bothRefuse({ ...valid, key: { ...key, [part]: stray } }, `key.${part}: must be a point of G2`);
    }
  });

  it("refuse infinity, in a proof or a key", async () => {
    const none: G1 = [0n, 0n];
    const none2: G2 = [none, none];
    await bothRefuse(withProof({ a: none }), "proof.a: must not be the point at infinity");
    await bothRefuse(withProof({ b: none2 }), "proof.b: must not be the point at infinity");
    await bothRefuse(withProof({ c: none }), "proof.c: must not be the point at infinity");
    await bothRefuse({ ...valid, key: { ...key, gamma: none2 } }, "key.gamma: must not be the point at infinity");
    await bothRefuse(
      { ...valid, key: { ...key, ic: key.ic.with(2, none) } },
      "key.ic[2]: must not be the point at infinity",
    );
  });

  it("refuse the wrong number of signals", async () => {
    await bothRefuse({ ...valid, signals: valid.signals.slice(1) }, "the key has 6 public signals, got 5");
    await bothRefuse({ ...valid, signals: [...valid.signals, 0n] }, "the key has 6 public signals, got 7");
  });

  it("refuse points of other proofs and each sign change alone", async () => {
    const { a, b, c } = valid.proof;
    for (const change of [
      { a: c },
      { c: a },
      { a: negate1(a) },
      { b: negate2(b) },
      { c: negate1(c) },
      { a: key.alpha, b: key.beta },
    ]) {
      await bothRefuse(withProof(change), "proof: does not verify");
    }
  });

  it("refuse a key whose points are swapped", async () => {
    await bothRefuse({ ...valid, key: { ...key, gamma: key.delta, delta: key.gamma } }, "proof: does not verify");
    await bothRefuse({ ...valid, key: { ...key, ic: key.ic.with(1, key.ic[2]!) } }, "proof: does not verify");
  });

  it("read a key anew that was changed after a proof", async () => {
    const changing = { ...key, ic: [...key.ic] };
    await verifyStatement({ ...valid, key: changing }, both);
    changing.ic.reverse();
    await bothRefuse({ ...valid, key: changing }, "proof: does not verify");
  });

  it("accept (−A, −B, C): a proof's points name nothing, its signals do", async () => {
    const { a, b } = valid.proof;
    expect(await verdicts(withProof({ a: negate1(a), b: negate2(b) }))).toEqual([undefined, undefined]);
  });

  it("agree where the signals' sum is infinity", async () => {
    // IC_1 = −IC_0 and signal_1 = 1, the others 0: the sum vanishes, and α·β = A·B with C·δ left to balance.
    const ic = key.ic.with(1, negate1(key.ic[0]!));
    const signals = valid.signals.map((_, i) => (i === 0 ? 1n : 0n));
    await bothRefuse({ ...valid, key: { ...key, ic }, signals }, "proof: does not verify");
    const { Point } = bn254.G1;
    const delta = bn254.G2.Point.fromAffine({
      x: Fp2.fromBigTuple([...key.gamma[0]]),
      y: Fp2.fromBigTuple([...key.gamma[1]]),
    }).toAffine();
    const g2: G2 = [
      [delta.x.c0, delta.x.c1],
      [delta.y.c0, delta.y.c1],
    ];
    const multiple = (n: bigint): G1 => {
      const { x, y } = Point.BASE.multiply(n).toAffine();
      return [x, y];
    };
    // With β = δ = B: A = α + C solves the equation.
    const balanced = { ...key, ic, alpha: multiple(5n), beta: g2, delta: g2 };
    expect(await verdicts({ key: balanced, signals, proof: { a: multiple(12n), b: g2, c: multiple(7n) } })).toEqual([
      undefined,
      undefined,
    ]);
  });
});

describe("verify", () => {
  it("refuses a proof that names another key", async () => {
    const other = { ...proof, key: { ...proof.key, hash: "00".repeat(32) } };
    await expect(verify(other, key)).rejects.toThrow("key.hash: must be that of the key at hand");
  });

  it("refuses every named signal plus one", async () => {
    for (const [name, value] of Object.entries(proof.signals)) {
      await expect(verify({ ...proof, signals: { ...proof.signals, [name]: value + 1n } }, key)).rejects.toThrow(
        "does not verify",
      );
    }
  });

  it("says so when verifiers disagree, and lets other errors through", async () => {
    const lenient: Verifier = { name: "lenient", verify: async () => undefined, close: async () => undefined };
    const broken: Verifier = { ...lenient, verify: () => Promise.reject(new TypeError("defect")) };
    await expect(verifyStatement(withSignal(0, 1n), [lenient, nobleVerifier])).rejects.toThrow(
      "proof: verifiers disagree: lenient accepts, noble refuses",
    );
    await expect(verifyStatement(valid, [broken])).rejects.toThrow(TypeError);
    await expect(verifyStatement(valid, [])).rejects.toThrow(RangeError);
  });
});

describe("verification key", () => {
  const json = (): Record<string, unknown> =>
    JSON.parse(
      JSON.stringify(snarkjsKey(key), (_, value: unknown) => (typeof value === "bigint" ? String(value) : value)),
    ) as Record<string, unknown>;

  it("survives its JSON, and every point counts in its hash", () => {
    expect(parseVerificationKey(json())).toEqual(key);
    const hashes = [
      key,
      { ...key, gamma: key.delta },
      { ...key, ic: key.ic.slice(1) },
      { ...key, ic: key.ic.toReversed() },
    ].map(verificationKeyHash);
    expect(new Set(hashes).size).toBe(4);
  });

  it.each([
    ["protocol", "plonk", "protocol"],
    ["curve", "bls12381", "curve"],
    ["nPublic", 7, "IC: must have nPublic + 1 points"],
    ["vk_alpha_1", ["0", "1", "0"], "vk_alpha_1[2]"],
    ["IC", [["1", "2"]], "IC[0]"],
    ["vk_beta_2", undefined, "vk_beta_2"],
  ])("refuses %s = %j", (field, value, message) => {
    expect(() => parseVerificationKey({ ...json(), [field]: value })).toThrow(`verificationKey.${message}`);
  });
});
