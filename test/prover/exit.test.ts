import { afterAll, beforeAll, expect, it } from "vitest";
import { Exit } from "../../src/account/exit.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { formatProof, parseProof, type Proof } from "../../src/groth16/proof.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { build } from "../../src/setup/build.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { proofRequest } from "../../src/statements/statement.ts";

const prover = snarkjsProver();
const snarkjs = snarkjsVerifier();
beforeAll(() => build([{ circuit: "exit", tier: "T" }]));
afterAll(() => Promise.all([prover.close(), snarkjs.close()]));

it("an exit is proven, written, read and verified twice", async () => {
  const exit = new Exit(0x010002, 250n, 0x1234567890123456789012345678901234567890n, 77n);
  const tree = new GrowingTree(TIERS.T.depth, [11n, 12n, exit.leaf, 13n, 14n]);
  const statement = exitStatement(exit, tree.path(exit.leaf), 5n, "T");

  const made = await prover.prove(proofRequest(statement));
  expect(made.signals).toEqual(statement.signals);

  const text = formatProof(made);
  const read = parseProof(text) as Proof<"exit">;
  expect(read).toEqual(made);
  const { verificationKey } = await loadVerificationKey("exit", "T");
  await verify(read, verificationKey, [nobleVerifier, snarkjs]);

  const richer = { ...read, signals: { ...read.signals, lots: 251n } };
  await expect(verify(richer, verificationKey, [nobleVerifier, snarkjs])).rejects.toThrow("proof: does not verify");
  await expect(prover.prove(proofRequest({ ...statement, signals: richer.signals }))).rejects.toThrow(
    /^inputs: break a constraint of template Exit, line \d+/,
  );
});
