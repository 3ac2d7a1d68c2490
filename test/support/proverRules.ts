/**
 * What every backend's prover must do, over the toy circuit. A test file calls {@link proverRules} with its own.
 *
 * @module
 */
import { expect, it } from "vitest";
import { ProofError } from "../../src/base/errors.ts";
import type { Prover, Stage } from "../../src/prover/prover.ts";
import { TOY_INPUTS, TOY_SECRET } from "../fixtures/toy.ts";

export const TOY_REQUEST = { circuit: "exit", tier: "T", inputs: TOY_INPUTS } as const;

/** The ProofError that `work` must end with; no secret may be in it. */
export async function refusal(work: Promise<unknown>): Promise<ProofError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ProofError);
  expect(String(error)).not.toContain(TOY_SECRET);
  return error as ProofError;
}

export function proverRules(prover: Prover): void {
  it("takes requests made at once in turns, and blinds: proofs of one statement share no point", async () => {
    const [one, two] = await Promise.all([prover.prove(TOY_REQUEST), prover.prove(TOY_REQUEST)]);
    for (const point of ["a", "b", "c"] as const) expect(one!.points[point]).not.toEqual(two!.points[point]);
  });

  it("reports stages in order, each from 0 to 1", async () => {
    const seen: [Stage, number][] = [];
    await prover.prove(TOY_REQUEST, { onProgress: (stage, fraction) => seen.push([stage, fraction]) });
    expect([...new Set(seen.map(([stage]) => stage))]).toEqual(["witness", "prove", "verify"]);
    for (const stage of ["witness", "prove", "verify"]) {
      const fractions = seen.filter(([name]) => name === stage).map(([, fraction]) => fraction);
      expect([fractions[0], fractions.at(-1)]).toEqual([0, 1]);
      expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
    }
  });

  it("names template and line of a broken constraint, not the values", async () => {
    const error = await refusal(prover.prove({ ...TOY_REQUEST, inputs: { ...TOY_INPUTS, spent: 1n } }));
    expect(error.message).toMatch(/^inputs: break a constraint of template Toy, line \d+$/);
  });

  it.each([
    ["unknown", { ...TOY_INPUTS, surplus: 1n }, /^inputs\.surplus: is no input/],
    ["missing", { exitsRoot: 1n }, /^inputs: must be complete: 1 of 7/],
    ["too long", { ...TOY_INPUTS, lots: [1n, 2n] }, /^inputs\.lots: is no input of the circuit or has too many values/],
    ["too short", { ...TOY_INPUTS, lots: [] }, /^inputs\.lots: has too few values/],
    [
      "no bigint",
      { ...TOY_INPUTS, secret: TOY_SECRET as unknown as bigint },
      /^inputs\.secret: must be a bigint, got string/,
    ],
  ])("refuses inputs: %s", async (_, inputs, message) => {
    expect((await refusal(prover.prove({ ...TOY_REQUEST, inputs }))).message).toMatch(message);
  });

  it("stops when aborted, at once or midway, and works again afterwards", async () => {
    await expect(prover.prove(TOY_REQUEST, { signal: AbortSignal.abort() })).rejects.toThrow(/aborted/i);
    const midway = new AbortController();
    const stopped = prover.prove(TOY_REQUEST, {
      signal: midway.signal,
      onProgress: (stage) => stage === "prove" && midway.abort(new Error("changed my mind")),
    });
    await expect(stopped).rejects.toThrow("changed my mind");
    await expect(prover.prove(TOY_REQUEST)).resolves.toBeDefined();
  });
}
