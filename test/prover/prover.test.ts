import { execFileSync } from "node:child_process";
import { afterAll, describe, expect, it } from "vitest";
import { ArtifactError } from "../../src/base/errors.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import type { Groth16Proof } from "../../src/groth16/groth16.ts";
import { formatProof, parseProof } from "../../src/groth16/proof.ts";
import { createProver, type Backend, type ProvingArtifacts } from "../../src/prover/prover.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { snarkjsBackend } from "../../src/prover/snarkjsProver.ts";
import { TOY_INPUTS, TOY_SECRET, toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST, proverRules, refusal } from "../support/proverRules.ts";

const backend = snarkjsBackend();
const prover = createProver(backend, toyArtifacts);
afterAll(() => prover.close());

describe("prover over snarkjs", () => {
  it("returns a proof with named signals that survives its JSON", async () => {
    const proof = await prover.prove(TOY_REQUEST);
    expect(proof.signals).toEqual({
      exitsRoot: TOY_INPUTS["exitsRoot"],
      spent: TOY_INPUTS["spent"],
      instrument: 65_537n,
      lots: 700n,
      recipient: 0xabcdefn,
      context: 99n,
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
    expect((await work).message).toBe("prover: was closed before the proof was done");
  });

  it("keeps no program alive that forgets to close it", () => {
    const script = `
      const { createProver } = await import("./src/prover/prover.ts");
      const { snarkjsBackend } = await import("./src/prover/snarkjsProver.ts");
      const toy = await import("./test/fixtures/toy.ts");
      const prover = createProver(snarkjsBackend(), toy.toyArtifacts);
      await prover.prove({ circuit: "exit", tier: "T", inputs: toy.TOY_INPUTS });
      console.log("proved");`;
    const output = execFileSync(process.execPath, ["--import", "tsx", "--input-type=module", "-e", script], {
      timeout: 60_000,
    });
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
    const swapped = createProver(
      wrong(({ a, b, c }) => ({ a: c, b, c: a })),
      toyArtifacts,
    );
    expect((await refusal(swapped.prove(TOY_REQUEST))).message).toMatch(/^proof: does not verify/);
  });

  it("never gets a proof of something else returned", async () => {
    const other: Backend = {
      name: "other",
      run: (artifacts, inputs, options) => backend.run(artifacts, { ...inputs, recipient: 5n }, options),
      close: async () => undefined,
    };
    expect((await refusal(createProver(other, toyArtifacts).prove(TOY_REQUEST))).message).toBe(
      "publicSignals.recipient: must be as asked",
    );
  });

  it("works on one request at a time, and leaves out those that are aborted while they wait", async () => {
    let [active, most, runs] = [0, 0, 0];
    const counted: Backend = {
      name: "counted",
      run: async (...args) => {
        runs++;
        most = Math.max(most, ++active);
        return backend.run(...args).finally(() => active--);
      },
      close: async () => undefined,
    };
    const one = createProver(counted, toyArtifacts);
    const controller = new AbortController();
    const order: string[] = [];
    const [first, second, third] = [
      one.prove(TOY_REQUEST, {
        onProgress: (stage) => stage === "prove" && controller.abort(new Error("changed my mind")),
      }),
      one.prove(TOY_REQUEST, { signal: controller.signal }),
      one.prove(TOY_REQUEST),
    ];
    await Promise.all([
      first.then(() => order.push("first")),
      third.then(() => order.push("third")),
      expect(second)
        .rejects.toThrow("changed my mind")
        .then(() => order.push("second")),
    ]);
    expect(order).toEqual(["second", "first", "third"]);
    expect([most, runs]).toEqual([1, 2]);
  });

  it("takes public inputs as they will stand in the proof, before anything is loaded; private ones it reduces", async () => {
    const untouched = createProver(backend, () => Promise.reject(new Error("was loaded")));
    const refused = async (request: ProofRequest): Promise<string> => (await refusal(untouched.prove(request))).message;
    for (const recipient of [-1n, FIELD, FIELD + 1n]) {
      expect(await refused({ ...TOY_REQUEST, inputs: { ...TOY_INPUTS, recipient } })).toBe(
        "inputs.recipient: must be at least 0 and below the field's order: it is public",
      );
    }
    expect(await refused({ circuit: "receive", tier: "T", inputs: { nullifiers: [0n, -1n] } })).toMatch(
      /^inputs\.nullifiers\[1\]: must be at least 0/,
    );
    const negative = { ...TOY_REQUEST, inputs: { ...TOY_INPUTS, secret: (TOY_INPUTS["secret"] as bigint) - FIELD } };
    expect((await prover.prove(negative)).signals.recipient).toBe(TOY_INPUTS["recipient"]);
  });

  it("keeps what it loads anew when an older load fails after it", async () => {
    const loads: Load[] = [];
    const loading = createProver(
      backend,
      () => new Promise<ProvingArtifacts>((resolve, reject) => loads.push({ resolve, reject })),
    );
    const first = loading.prove(TOY_REQUEST);
    const closed = loading.close();
    const second = loading.prove(TOY_REQUEST);
    loads[0]!.reject(new ArtifactError("circuit.zkey", "is missing"));
    await expect(first).rejects.toThrow("prover: was closed before the proof was done");
    const third = loading.prove(TOY_REQUEST);
    loads[1]!.resolve(await toyArtifacts());
    await Promise.all([closed, second, third]);
    expect(loads).toHaveLength(2);
    await loading.close();
  });
});

interface Load {
  readonly resolve: (artifacts: ProvingArtifacts) => void;
  readonly reject: (error: Error) => void;
}
