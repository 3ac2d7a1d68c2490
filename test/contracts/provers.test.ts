/**
 * Proofs of our own kernel before the contract: every circuit's are accepted, as snarkjs and noble accept them, and none
 * that was changed is.
 */
import type { Contract } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { proofArgument } from "../../src/chain/calls.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { localProver } from "../../src/prover/backends.ts";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import type { Groth16Proof } from "../../src/groth16/groth16.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { signalList, type AnyProof, type Proof } from "../../src/groth16/proof.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { verifierName } from "../../src/setup/verifierSolidity.ts";
import { proofRequest, type Statement } from "../../src/statements/statement.ts";
import { startChain, type Chain } from "../support/chain.ts";
import { honestExit, honestReceive, honestSpend, honestSolvency } from "../support/honest.ts";
import { Random } from "../support/random.ts";
import { tableTree } from "../support/world.ts";

const told: string[] = [];
const prover = localProver({ backend: "plimsoll", onFallback: (name) => told.push(name) });
const snarkjs = snarkjsVerifier();
let chain: Chain;
beforeAll(async () => void (chain = await startChain(31337)));
afterAll(() => Promise.all([prover.close(), snarkjs.close(), chain.stop()]));

const statements: readonly (readonly [AnyProof["circuit"], () => Promise<Statement>])[] = [
  ["receive", async () => honestReceive().statement],
  ["spend", async () => honestSpend(await tableTree("T")).statement],
  ["solvency", async () => honestSolvency(await tableTree("T"))],
  ["exit", async () => honestExit().statement],
];

describe.each(statements)("the kernel's proof of %s", (circuit, statement) => {
  let contract: Contract;
  let proof: Proof;
  const accepts = (signals: readonly bigint[], points: Groth16Proof): Promise<boolean> =>
    contract.getFunction("verify").staticCall(proofArgument({ ...proof, points }), signals) as Promise<boolean>;

  beforeAll(async () => {
    contract = await chain.deploy(verifierName(circuit, "T"));
    proof = await prover.prove(proofRequest(await statement()));
    // snarkjs stood in for nothing here.
    expect(told).toEqual([]);
  });

  it("is accepted by contract, snarkjs and noble", async () => {
    const { verificationKey } = await loadVerificationKey(circuit, "T");
    await verify(proof, verificationKey, [nobleVerifier, snarkjs]);
    expect(await accepts(signalList(proof), proof.points)).toBe(true);
  });

  it("is refused with any signal changed", async () => {
    const signals = signalList(proof);
    const random = Random.named(`signals of ${circuit}`);
    for (const [i, value] of signals.entries()) {
      for (const changed of [(value + 1n) % FIELD, random.field()])
        expect(await accepts(signals.with(i, changed), proof.points)).toBe(false);
    }
  });

  it("is refused with points swapped, negated or of another proof", async () => {
    const signals = signalList(proof);
    const { a, b, c } = proof.points;
    const other = (await prover.prove(proofRequest(await statement()))).points;
    for (const points of [
      { a: c, b, c: a },
      { a: other.a, b, c },
      { a, b: other.b, c },
      { a, b, c: other.c },
      { a, b: [b[1], b[0]] as const, c },
    ])
      expect(await accepts(signals, points)).toBe(false);
    expect(await accepts(signals, other)).toBe(true);
  });
});
