import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { ProofError } from "../../src/errors.ts";
import type { Groth16Proof } from "../../src/prove/groth16.ts";
import { formatProof, parseProof } from "../../src/prove/proof.ts";
import { createProver, type Backend, type Stage } from "../../src/prove/prover.ts";
import { snarkjsBackend } from "../../src/prove/snarkjsProver.ts";
import { TOY_INPUTS, TOY_SECRET, toyArtifacts } from "../fixtures/toy.ts";

const backend = snarkjsBackend();
const prover = createProver(backend, toyArtifacts);
const request = { circuit: "exit", tier: "T", inputs: TOY_INPUTS } as const;
afterAll(() => prover.close());

async function refusal(work: Promise<unknown>): Promise<ProofError> {
  const error = await work.then(() => undefined, (reason: unknown) => reason);
  expect(error).toBeInstanceOf(ProofError);
  expect(String(error)).not.toContain(TOY_SECRET);
  return error as ProofError;
}

describe("prover over snarkjs", () => {
  it("returns a proof with named signals that survives its JSON", async () => {
    const proof = await prover.prove(request);
    expect(proof.signals).toEqual({
      exitsRoot: TOY_INPUTS["exitsRoot"], spent: TOY_INPUTS["spent"], instrument: 65_537n, lots: 700n,
      recipient: 0xabcdefn, context: 99n,
    });
    const text = formatProof(proof);
    expect(parseProof(text)).toEqual(proof);
    expect(text).not.toContain(TOY_SECRET);
  });

  it("reports stages in order, each from 0 to 1", async () => {
    const seen: [Stage, number][] = [];
    await prover.prove(request, { onProgress: (stage, fraction) => seen.push([stage, fraction]) });
    expect([...new Set(seen.map(([stage]) => stage))]).toEqual(["witness", "prove", "verify"]);
    for (const stage of ["witness", "prove", "verify"]) {
      const fractions = seen.filter(([name]) => name === stage).map(([, fraction]) => fraction);
      expect(fractions[0]).toBe(0);
      expect(fractions.at(-1)).toBe(1);
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    }
  });

  it("takes requests made at once in turns", async () => {
    const proofs = await Promise.all([prover.prove(request), prover.prove(request)]);
    expect(proofs[0]!.points).not.toEqual(proofs[1]!.points);
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
    ["no bigint", { ...TOY_INPUTS, secret: TOY_SECRET as unknown as bigint }, /^inputs\.secret: must be a bigint, got string/],
  ])("refuses inputs: %s", async (_, inputs, message) => {
    expect((await refusal(prover.prove({ ...request, inputs }))).message).toMatch(message);
  });

  it("refuses an instance that there is none of", async () => {
    expect((await refusal(prover.prove({ ...request, tier: "L" }))).message).toBe("tier: exit has no tier L");
  });

  it("stops when aborted, at once or midway, and works again afterwards", async () => {
    await expect(prover.prove(request, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/i);
    const midway = new AbortController();
    const stopped = prover.prove(request, {
      signal: midway.signal,
      onProgress: (stage) => stage === "prove" && midway.abort(new Error("changed my mind")),
    });
    await expect(stopped).rejects.toThrow("changed my mind");
    await expect(prover.prove(request)).resolves.toBeDefined();
  });

  it("stops at its memory ceiling", async () => {
    const small = createProver(snarkjsBackend({ maxMemoryMiB: 40 }), toyArtifacts);
    expect((await refusal(small.prove(request))).message).toMatch(/^memory: must stay below 40 MiB, got \d+ MiB$/);
    await small.close();
  });

  it("ends with close while proving", async () => {
    const closing = createProver(snarkjsBackend(), toyArtifacts);
    const work = refusal(closing.prove(request, { onProgress: () => void closing.close() }));
    expect((await work).message).toMatch(/^prover: its process ended/);
  });

  it("keeps no program alive that forgets to close it", () => {
    const script = `
      const { createProver } = await import("./src/prove/prover.ts");
      const { snarkjsBackend } = await import("./src/prove/snarkjsProver.ts");
      const toy = await import("./test/fixtures/toy.ts");
      const prover = createProver(snarkjsBackend(), toy.toyArtifacts);
      await prover.prove({ circuit: "exit", tier: "T", inputs: toy.TOY_INPUTS });
      console.log("proved");`;
    const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], { timeout: 60_000 });
    expect(String(output)).toContain("proved");
  });
});

describe("any backend", () => {
  it("never gets a proof returned that does not verify", async () => {
    const wrong = (change: (points: Groth16Proof) => Groth16Proof): Backend => ({
      name: "wrong",
      run: async (...args) => {
        const { signals, proof } = await backend.run(...args);
        return { signals, proof: change(proof) };
      },
      close: async () => undefined,
    });
    const swapped = createProver(wrong(({ a, b, c }) => ({ a: c, b, c: a })), toyArtifacts);
    expect((await refusal(swapped.prove(request))).message).toMatch(/^proof: does not verify/);
  });

  it("never gets a proof of something else returned", async () => {
    const other: Backend = {
      name: "other",
      run: (artifacts, inputs, options) => backend.run(artifacts, { ...inputs, recipient: 5n }, options),
      close: async () => undefined,
    };
    expect((await refusal(createProver(other, toyArtifacts).prove(request))).message).toBe("publicSignals.recipient: must be as asked");
  });
});
