import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { environment } from "../../src/base/environment.ts";
import { plimsollBackend } from "../../src/prover/plimsollBackend.ts";
import { signalList } from "../../src/groth16/proof.ts";
import { createProver, type Backend } from "../../src/prover/prover.ts";
import { rapidsnarkBackend } from "../../src/prover/rapidsnarkBackend.ts";
import { snarkjsBackend } from "../../src/prover/snarkjsProver.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { parseVerificationKey } from "../../src/groth16/verificationKey.ts";
import { writeDevelopmentKey } from "../../src/setup/devKey.ts";
import { exportVerificationKey } from "../../src/setup/exportKey.ts";
import { hashFile } from "../../src/groth16/manifestFile.ts";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST, proverRules, refusal } from "../support/proverRules.ts";

/** 1,000 by hand: PLIMSOLL_PROOFS=1000 npx vitest run test/prover/backends.test.ts */
const PROOFS = Number(environment("PLIMSOLL_PROOFS") ?? 40);
const prover = createProver(plimsollBackend({ threads: 2 }), toyArtifacts);
const other = snarkjsVerifier();
afterAll(() => Promise.all([prover.close(), other.close()]));

describe("prover over the kernel", () => {
  it.each([1, 2, 3, 8])("proves on %i threads what snarkjs verifies", async (threads) => {
    const mine = createProver(plimsollBackend({ threads }), toyArtifacts);
    const proof = await mine.prove(TOY_REQUEST);
    const { verificationKey } = await toyArtifacts();
    await other.verify({ key: verificationKey, signals: signalList(proof), proof: proof.points });
    await mine.close();
  });

  proverRules(prover);

  it("ends with close while proving, and proves again afterwards", async () => {
    const closing = createProver(plimsollBackend({ threads: 2 }), toyArtifacts);
    const work = refusal(
      closing.prove(TOY_REQUEST, { onProgress: (stage) => void (stage === "prove" && closing.close()) }),
    );
    expect((await work).message).toBe("prover: was closed before the proof was done");
    await closing.prove(TOY_REQUEST);
    await closing.close();
  });

  it("notices that a key's file holds another key", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-test-"));
    const backend = plimsollBackend({ threads: 2 });
    const toy = await toyArtifacts();
    const zkeyPath = join(folder, "key.zkey");
    for (let round = 0; round < 2; round++) {
      await writeDevelopmentKey(join(dirname(toy.zkeyPath), "toy.r1cs"), zkeyPath, { threads: 1 });
      const verificationKey = parseVerificationKey(await exportVerificationKey(zkeyPath));
      const artifacts = { ...toy, zkeyPath, zkeySha256: await hashFile(zkeyPath), verificationKey };
      // No fallback: a proof with the key that was there before would be refused.
      await createProver(backend, () => Promise.resolve(artifacts)).prove(TOY_REQUEST);
    }
    await backend.close();
    await rm(folder, { recursive: true });
  });

  // The threads' garbage alone takes tens of MiB, so only many proofs tell a small leak here; memory.test.ts needs few.
  it(`proves ${PROOFS} times in a row without a mismatch or a leak`, async () => {
    for (let i = 0; i < 10; i++) await prover.prove(TOY_REQUEST);
    const before = process.memoryUsage.rss();
    for (let i = 0; i < PROOFS; i++) await prover.prove(TOY_REQUEST);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe("fallback", () => {
  /** A defective backend: its proofs are of another statement, or of none. */
  const wrong = (
    points: (good: Awaited<ReturnType<Backend["run"]>>) => Awaited<ReturnType<Backend["run"]>>,
  ): Backend => {
    const inner = plimsollBackend({ threads: 1 });
    return { name: "wrong", close: () => inner.close(), run: async (...args) => points(await inner.run(...args)) };
  };

  it.each([
    ["swapped points", wrong(({ signals, proof }) => ({ signals, proof: { ...proof, a: proof.c, c: proof.a } }))],
    ["another statement", wrong(({ signals, proof }) => ({ signals: signals.with(0, signals[0]! + 1n), proof }))],
    ["infinity", wrong(({ signals, proof }) => ({ signals, proof: { ...proof, c: [0n, 0n] } }))],
  ])("replaces a proof that does not verify and says so: %s", async (_, backend) => {
    const told: string[] = [];
    const safe = createProver(backend, toyArtifacts, {
      fallback: snarkjsBackend(),
      onFallback: (name, error) => told.push(`${name} ${error.path}`),
    });
    expect((await safe.prove(TOY_REQUEST)).circuit).toBe("exit");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^wrong /);
    await safe.close();
    const unsafe = createProver(backend, toyArtifacts);
    await refusal(unsafe.prove(TOY_REQUEST));
    await unsafe.close();
  });

  it("does not run for inputs that no witness satisfies", async () => {
    const told: string[] = [];
    const safe = createProver(plimsollBackend({ threads: 1 }), toyArtifacts, {
      fallback: snarkjsBackend(),
      onFallback: (name) => told.push(name),
    });
    await refusal(safe.prove({ ...TOY_REQUEST, inputs: { ...TOY_INPUTS, spent: 1n } }));
    expect(told).toEqual([]);
    await safe.close();
  });
});

describe("rapidsnark backend", () => {
  it("says that the program is missing", async () => {
    const missing = createProver(rapidsnarkBackend("no-such-prover"), toyArtifacts);
    expect((await refusal(missing.prove(TOY_REQUEST))).message).toBe("prover: no-such-prover must be on PATH");
  });

  it("runs a program with rapidsnark's arguments and files: snarkjs stands in for it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-test-"));
    const program = join(folder, "rapidsnark");
    const cli = join(import.meta.dirname, "../../node_modules/snarkjs/build/cli.cjs");
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${cli}" groth16 prove "$@"\n`);
    await chmod(program, 0o755);
    const native = createProver(rapidsnarkBackend(program), toyArtifacts);
    expect((await native.prove(TOY_REQUEST)).circuit).toBe("exit");
    await rm(folder, { recursive: true });
  });
});
