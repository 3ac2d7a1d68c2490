import { mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { calculateWitness } from "../../src/prover/threads/witness.ts";
import { ROOT } from "../../src/setup/build.ts";
import { runCircom } from "../../src/setup/circom.ts";
import { mergeFunctions } from "../../src/setup/witnessCode.ts";

const SCRATCH = `build/test/witness-code-${process.pid}`;
const SOURCE = `pragma circom 2.2.0;
include "poseidon.circom";
template Hashes() {
    signal input a;
    signal input b;
    signal output out;
    signal low <== Poseidon(2)([a, b]);
    out <== Poseidon(3)([low, a, b]);
    assert(a != b);
}
component main = Hashes();
`;
const CODE = join(ROOT, SCRATCH, "hashes_js/hashes.wasm");

beforeAll(async () => {
  await mkdir(join(ROOT, SCRATCH), { recursive: true });
  await writeFile(join(ROOT, SCRATCH, "hashes.circom"), SOURCE);
  await runCircom(ROOT, `${SCRATCH}/hashes.circom`, SCRATCH);
});
afterAll(() => rm(join(ROOT, SCRATCH), { recursive: true }));

test("merged code is smaller and calculates the same witnesses, errors included", async () => {
  const before = { code: await WebAssembly.compile(await readFile(CODE)), bytes: (await stat(CODE)).size };
  await mergeFunctions(CODE);
  const code = await WebAssembly.compile(await readFile(CODE));
  expect((await stat(CODE)).size).toBeLessThan(0.75 * before.bytes);
  for (const inputs of [
    { a: 1n, b: 2n },
    { a: 0n, b: -1n },
    { a: 2n ** 200n, b: 12345n },
  ]) {
    expect(await calculateWitness(code, inputs)).toEqual(await calculateWitness(before.code, inputs));
  }
  const broken = { a: 7n, b: 7n };
  const words = await calculateWitness(before.code, broken).catch(String);
  expect(words).toMatch(/Assert Failed[\s\S]*Hashes/);
  expect(await calculateWitness(code, broken).catch(String)).toBe(words);
});

test("what is no code is refused in the optimizer's words, and left as it is", async () => {
  const path = join(ROOT, SCRATCH, "nothing.wasm");
  await writeFile(path, "nothing");
  await expect(mergeFunctions(path)).rejects.toThrow(/nothing\.wasm: can't be optimized:\n.*\w/);
  expect(await readFile(path, "utf8")).toBe("nothing");
});
