/**
 * snarkjs, noble and the contract give the same verdict on valid proofs and on every mutation.
 */
import { type Contract } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { proofArgument } from "../../src/chain/calls.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import {
  BASE_FIELD,
  type Groth16Proof,
  type VerificationKey,
  type ProvenStatement,
} from "../../src/groth16/groth16.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { signalList, type Proof } from "../../src/groth16/proof.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verifyStatement } from "../../src/groth16/verify.ts";
import { verificationKeyHash } from "../../src/groth16/verificationKey.ts";
import { verifierName } from "../../src/setup/verifierSolidity.ts";
import { proofRequest, type Statement as Provable } from "../../src/statements/statement.ts";
import { refusal, startChain, type Chain } from "../support/chain.ts";
import { honestExit, honestReceive, honestSpend, honestSolvency } from "../support/honest.ts";
import { Random } from "../support/random.ts";
import { tableTree } from "../support/world.ts";

const prover = snarkjsProver();
const snarkjs = snarkjsVerifier();
let chain: Chain;
let contract: Contract;
let key: VerificationKey;
let proof: Proof<"exit">;
let other: Proof<"exit">;

beforeAll(async () => {
  chain = await startChain(31337);
  contract = await chain.deploy(verifierName("exit", "T"));
  ({ verificationKey: key } = await loadVerificationKey("exit", "T"));
  const { statement } = honestExit();
  proof = await prover.prove(proofRequest(statement));
  other = await prover.prove(proofRequest(statement));
});
afterAll(() => Promise.all([prover.close(), snarkjs.close(), chain.stop()]));

const onChain = (signals: readonly bigint[], points: Groth16Proof): Promise<boolean> =>
  contract.getFunction("verify").staticCall(proofArgument({ ...proof, points }), signals) as Promise<boolean>;
async function offChain(statement: ProvenStatement): Promise<boolean> {
  try {
    await verifyStatement(statement, [nobleVerifier, snarkjs]);
    return true;
  } catch (error) {
    expect(String(error)).not.toContain("disagree");
    return false;
  }
}
async function verdict(signals: readonly bigint[], points: Groth16Proof): Promise<boolean> {
  const accepted = await offChain({ key, signals, proof: points });
  expect(await onChain(signals, points)).toBe(accepted);
  return accepted;
}

type Flat = [bigint, bigint, bigint, bigint, bigint, bigint, bigint, bigint];
const flat = ({ a, b, c }: Groth16Proof): Flat => [...a, ...b[0], ...b[1], ...c] as Flat;
const points = ([ax, ay, b0, b1, b2, b3, cx, cy]: Flat): Groth16Proof => ({
  a: [ax, ay],
  b: [
    [b0, b1],
    [b2, b3],
  ],
  c: [cx, cy],
});

it("valid proofs, and their mirror image, which is one too", async () => {
  const {
    a: [ax, ay],
    b: [bx, [b0, b1]],
    c,
  } = proof.points;
  expect(await verdict(signalList(proof), proof.points)).toBe(true);
  expect(await verdict(signalList(proof), other.points)).toBe(true);
  const mirrored = { a: [ax, BASE_FIELD - ay], b: [bx, [BASE_FIELD - b0, BASE_FIELD - b1]], c } as const;
  expect(await verdict(signalList(proof), mirrored)).toBe(true);
});

it("every coordinate changed: by one, negated, by the field's order, to zero, swapped", async () => {
  const honest = flat(proof.points);
  const random = Random.named("mutations");
  for (let i = 0; i < honest.length; i++) {
    const value = honest[i]!;
    for (const changed of [
      value + 1n,
      BASE_FIELD - value,
      value + BASE_FIELD,
      0n,
      honest[(i + 1) % 8]!,
      random.field(),
    ]) {
      const mutated = [...honest] as Flat;
      mutated[i] = changed;
      expect(await verdict(signalList(proof), points(mutated))).toBe(false);
    }
  }
});

it("points at infinity and of another proof", async () => {
  const { a, b, c } = proof.points;
  const zero = [0n, 0n] as const;
  for (const mutated of [
    { a: zero, b, c },
    { a, b: [zero, zero] as const, c },
    { a, b, c: zero },
    { a: zero, b: [zero, zero] as const, c: zero },
    { a: other.points.a, b, c },
    { a, b: other.points.b, c },
    { a, b, c: other.points.c },
  ]) {
    expect(await verdict(signalList(proof), mutated)).toBe(false);
  }
});

it("every signal changed: by one, by the field's order, missing, surplus", async () => {
  const signals = signalList(proof);
  for (let i = 0; i < signals.length; i++) {
    for (const changed of [signals[i]! + 1n, signals[i]! + FIELD, 0n, FIELD - 1n]) {
      if (changed === signals[i]) continue;
      expect(
        await verdict(
          signals.map((signal, j) => (i === j ? changed : signal)),
          proof.points,
        ),
      ).toBe(false);
    }
  }
  expect(await verdict(signals.slice(0, -1), proof.points)).toBe(false);
  expect(await verdict([...signals, 0n], proof.points)).toBe(false);
});

it("no signal of any circuit passes for another by the field's order", async () => {
  const table = await tableTree("T");
  const statements: Provable[] = [
    honestSolvency(table),
    honestReceive().statement,
    honestSpend(table).statement,
    honestExit().statement,
  ];
  for (const statement of statements) {
    const made = await prover.prove(proofRequest(statement));
    const verifier = await chain.deploy(verifierName(made.circuit, "T"));
    const verify = (list: readonly bigint[]): Promise<boolean> =>
      verifier.getFunction("verify").staticCall(proofArgument(made), list) as Promise<boolean>;
    const signals = signalList(made);
    expect(await verify(signals), made.circuit).toBe(true);
    for (const [i, signal] of signals.entries()) {
      for (const aliased of [signal + FIELD, signal + 2n * FIELD]) {
        expect(await verify(signals.map((other, j) => (i === j ? aliased : other))), `${made.circuit} ${i}`).toBe(
          false,
        );
      }
    }
  }
});

it("a verifier says whose key it has, and a development key stays on local chains", async () => {
  expect(await contract.getFunction("keyKind")()).toBe("development");
  expect(await contract.getFunction("keyHash")()).toBe(`0x${verificationKeyHash(key)}`);
  const entry = [3, 0, await contract.getAddress()];
  await expect(chain.deploy("Verifiers", [entry, entry])).rejects.toThrow();
  const verifiers = await chain.deploy("Verifiers", [entry]);
  expect(await refusal(verifiers, "verifierOf", 3, 1)).toBe("NoVerifier");

  const main = await startChain(1);
  try {
    const foreign = await main.deploy(verifierName("exit", "T"));
    await expect(main.deploy("Verifiers", [[3, 0, await foreign.getAddress()]])).rejects.toThrow();
  } finally {
    await main.stop();
  }
});
