import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { ProofError } from "../../src/errors.ts";
import { plimsollBackend } from "../../src/prove/plimsollBackend.ts";
import { signalList } from "../../src/prove/proof.ts";
import { createProver, type Backend, type Stage } from "../../src/prove/prover.ts";
import { rapidsnarkBackend } from "../../src/prove/rapidsnarkBackend.ts";
import { snarkjsBackend } from "../../src/prove/snarkjsProver.ts";
import { snarkjsVerifier } from "../../src/prove/snarkjsVerifier.ts";
import { TOY_INPUTS, TOY_SECRET, toyArtifacts } from "../fixtures/toy.ts";

const request = { circuit: "exit", tier: "T", inputs: TOY_INPUTS } as const;
/** 1,000 by hand: PLIMSOLL_PROOFS=1000 npx vitest run test/prove/backends.test.ts */
const PROOFS = Number(process.env["PLIMSOLL_PROOFS"] ?? 40);
const prover = createProver(plimsollBackend({ threads: 2 }), toyArtifacts);
const other = snarkjsVerifier();
afterAll(() => Promise.all([prover.close(), other.close()]));

async function refusal(work: Promise<unknown>): Promise<ProofError> {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProofError);
  expect(String(error)).not.toContain(TOY_SECRET);
  return error as ProofError;
}

describe("prover over the kernel", () => {
  it.each([1, 2, 3, 8])("proves on %i threads what snarkjs verifies", async (threads) => {
    const mine = createProver(plimsollBackend({ threads }), toyArtifacts);
    const proof = await mine.prove(request);
    const { verificationKey } = await toyArtifacts();
    await other.verify({ key: verificationKey, signals: signalList(proof), proof: proof.points });
    await mine.close();
  });

  it("blinds: two proofs of one statement share no point", async () => {
    const [one, two] = await Promise.all([prover.prove(request), prover.prove(request)]);
    for (const point of ["a", "b", "c"] as const) expect(one!.points[point]).not.toEqual(two!.points[point]);
  });

  it("reports stages in order, each from 0 to 1", async () => {
    const seen: [Stage, number][] = [];
    await prover.prove(request, { onProgress: (stage, fraction) => seen.push([stage, fraction]) });
    expect([...new Set(seen.map(([stage]) => stage))]).toEqual(["witness", "prove", "verify"]);
    for (const stage of ["witness", "prove", "verify"]) {
      const fractions = seen.filter(([name]) => name === stage).map(([, fraction]) => fraction);
      expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    }
  });

  it("names template and line of a broken constraint, not the values", async () => {
    const error = await refusal(prover.prove({ ...request, inputs: { ...TOY_INPUTS, spent: 1n } }));
    expect(error.message).toMatch(/^inputs: break a constraint of template Toy, line \d+$/);
  });

  it.each([
    ["unknown", { ...TOY_INPUTS, surplus: 1n }, /^inputs\.surplus: is no input/],
    ["missing", { exitsRoot: 1n }, /^inputs: must be complete: 1 of 7/],
    ["too long", { ...TOY_INPUTS, lots: [1n, 2n] }, /^inputs\.lots: is no input of the circuit or has too many values/],
    ["too short", { ...TOY_INPUTS, lots: [] }, /^inputs\.lots: has too few values/],
  ])("refuses inputs: %s", async (_, inputs, message) => {
    expect((await refusal(prover.prove({ ...request, inputs }))).message).toMatch(message);
  });

  it("stops when aborted, at once or midway, and works again afterwards", async () => {
    await expect(prover.prove(request, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/i);
    const midway = new AbortController();
    const stopped = prover.prove(request, {
      signal: midway.signal, onProgress: (stage) => stage === "prove" && midway.abort(new Error("changed my mind")),
    });
    await expect(stopped).rejects.toThrow("changed my mind");
    await expect(prover.prove(request)).resolves.toBeDefined();
  });

  it("ends with close while proving, and proves again afterwards", async () => {
    const closing = createProver(plimsollBackend({ threads: 2 }), toyArtifacts);
    const work = refusal(closing.prove(request, { onProgress: (stage) => void (stage === "prove" && closing.close()) }));
    expect((await work).message).toMatch(/^prover: its thread ended/);
    await closing.prove(request);
    await closing.close();
  });

  it(`proves ${PROOFS} times in a row without a mismatch or a leak`, async () => {
    for (let i = 0; i < 10; i++) await prover.prove(request);
    const before = process.memoryUsage.rss();
    for (let i = 0; i < PROOFS; i++) await prover.prove(request);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
  });
});

describe("fallback", () => {
  /** A defective backend: its proofs are of another statement, or of none. */
  const wrong = (points: (good: Awaited<ReturnType<Backend["run"]>>) => Awaited<ReturnType<Backend["run"]>>): Backend => {
    const inner = plimsollBackend({ threads: 1 });
    return { name: "wrong", close: () => inner.close(), run: async (...args) => points(await inner.run(...args)) };
  };

  it.each([
    ["swapped points", wrong(({ signals, proof }) => ({ signals, proof: { ...proof, a: proof.c, c: proof.a } }))],
    ["another statement", wrong(({ signals, proof }) => ({ signals: signals.with(0, signals[0]! + 1n), proof }))],
    ["infinity", wrong(({ signals, proof }) => ({ signals, proof: { ...proof, c: [0n, 0n] } }))],
  ])("replaces a proof that does not verify and says so: %s", async (_, backend) => {
    const told: string[] = [];
    const safe = createProver(backend, toyArtifacts, { fallback: snarkjsBackend(), onFallback: (name, error) => told.push(`${name} ${error.path}`) });
    expect((await safe.prove(request)).circuit).toBe("exit");
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^wrong /);
    await safe.close();
    const unsafe = createProver(backend, toyArtifacts);
    await refusal(unsafe.prove(request));
    await unsafe.close();
  });

  it("does not run for inputs that no witness satisfies", async () => {
    const told: string[] = [];
    const safe = createProver(plimsollBackend({ threads: 1 }), toyArtifacts, { fallback: snarkjsBackend(), onFallback: (name) => told.push(name) });
    await refusal(safe.prove({ ...request, inputs: { ...TOY_INPUTS, spent: 1n } }));
    expect(told).toEqual([]);
    await safe.close();
  });
});

describe("rapidsnark backend", () => {
  it("says that the program is missing", async () => {
    const missing = createProver(rapidsnarkBackend("no-such-prover"), toyArtifacts);
    expect((await refusal(missing.prove(request))).message).toBe("prover: no-such-prover must be on PATH");
  });

  it("runs a program with rapidsnark's arguments and files: snarkjs stands in for it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "plimsoll-test-"));
    const program = join(folder, "rapidsnark");
    const cli = join(import.meta.dirname, "../../node_modules/snarkjs/build/cli.cjs");
    await writeFile(program, `#!/bin/sh\nexec "${process.execPath}" "${cli}" groth16 prove "$@"\n`);
    await chmod(program, 0o755);
    const native = createProver(rapidsnarkBackend(program), toyArtifacts);
    expect((await native.prove(request)).circuit).toBe("exit");
    await rm(folder, { recursive: true });
  });
});
