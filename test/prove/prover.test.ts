import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import type { Groth16Proof } from "../../src/prove/groth16.ts";
import { formatProof, parseProof } from "../../src/prove/proof.ts";
import { createProver, type Backend } from "../../src/prove/prover.ts";
import { snarkjsBackend } from "../../src/prove/snarkjsProver.ts";
import { TOY_INPUTS, TOY_SECRET, toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST, proverRules, refusal } from "../support/proverRules.ts";

const backend = snarkjsBackend();
const prover = createProver(backend, toyArtifacts);
afterAll(() => prover.close());

describe("prover over snarkjs", () => {
  it("returns a proof with named signals that survives its JSON", async () => {
    const proof = await prover.prove(TOY_REQUEST);
    expect(proof.signals).toEqual({
      exitsRoot: TOY_INPUTS["exitsRoot"], spent: TOY_INPUTS["spent"], instrument: 65_537n, lots: 700n,
      recipient: 0xabcdefn, context: 99n,
    });
    const text = formatProof(proof);
    expect(parseProof(text)).toEqual(proof);
    expect(text).not.toContain(TOY_SECRET);
  });

  proverRules(prover);

  it("refuses an instance that there is none of", async () => {
    expect((await refusal(prover.prove({ ...TOY_REQUEST, tier: "L" }))).message).toBe("tier: exit has no tier L");
  });

  it("stops at its memory ceiling", async () => {
    const small = createProver(snarkjsBackend({ maxMemoryMiB: 40 }), toyArtifacts);
    expect((await refusal(small.prove(TOY_REQUEST))).message).toMatch(/^memory: must stay below 40 MiB, got \d+ MiB$/);
    await small.close();
  });

  it("ends with close while proving", async () => {
    const closing = createProver(snarkjsBackend(), toyArtifacts);
    const work = refusal(closing.prove(TOY_REQUEST, { onProgress: () => void closing.close() }));
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
    expect((await refusal(swapped.prove(TOY_REQUEST))).message).toMatch(/^proof: does not verify/);
  });

  it("never gets a proof of something else returned", async () => {
    const other: Backend = {
      name: "other",
      run: (artifacts, inputs, options) => backend.run(artifacts, { ...inputs, recipient: 5n }, options),
      close: async () => undefined,
    };
    expect((await refusal(createProver(other, toyArtifacts).prove(TOY_REQUEST))).message).toBe("publicSignals.recipient: must be as asked");
  });
});
