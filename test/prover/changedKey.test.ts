/**
 * Circuits and keys that change on disk while a prover lives: no backend is blamed, and what was built anew works at the
 * next proof.
 */
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArtifactError } from "../../src/base/errors.ts";
import { loadProvingArtifacts } from "../../src/prover/artifacts.ts";
import { plimsollBackend } from "../../src/prover/plimsollBackend.ts";
import { createProver, type Backend, type Prover } from "../../src/prover/prover.ts";
import { snarkjsBackend } from "../../src/prover/snarkjsProver.ts";
import { KEY_FILES, describeFiles } from "../../src/setup/build.ts";
import { COMPILED_FILES } from "../../src/setup/compile.ts";
import { writeDevelopmentKey } from "../../src/setup/devKey.ts";
import { exportVerificationKey } from "../../src/setup/exportKey.ts";
import { writeEntry } from "../../src/groth16/manifestFile.ts";
import { toyArtifacts } from "../fixtures/toy.ts";
import { TOY_REQUEST } from "../support/proverRules.ts";

let dir: string;
let zkey: string;
let wasm: string;

/** A folder of artifacts with the toy circuit as exit.T. */
beforeEach(async () => {
  const toy = dirname((await toyArtifacts()).zkeyPath);
  dir = await mkdtemp(join(tmpdir(), "plimsoll-changed-"));
  const folder = join(dir, "exit.T");
  await mkdir(folder);
  [zkey, wasm] = [join(folder, KEY_FILES.zkey), join(folder, COMPILED_FILES.wasm)];
  await cp(join(toy, "toy.r1cs"), join(folder, COMPILED_FILES.r1cs));
  await cp(join(toy, "toy_js/toy.wasm"), wasm);
  await writeFile(join(folder, COMPILED_FILES.sym), "");
  await build();
});
afterEach(() => rm(dir, { recursive: true }));

/** A new key, as `npm run build` puts it in place of the old one. */
async function build(): Promise<void> {
  const folder = dirname(zkey);
  await writeDevelopmentKey(join(folder, COMPILED_FILES.r1cs), zkey, { threads: 1 });
  await writeFile(join(folder, KEY_FILES.vkey), JSON.stringify(await exportVerificationKey(zkey)));
  const files = await describeFiles(folder);
  await writeEntry(dir, "exit.T", {
    circuit: "exit",
    tier: "T",
    inputs: "0".repeat(64),
    tools: {},
    constraints: 2,
    wires: 8,
    publicSignals: 6,
    domain: 16,
    files,
    key: { kind: "development", r1cs: files.r1cs.sha256 },
  });
}

/** `change` happens between the check of the files and their use. */
function proverOver(
  backend: Backend,
  change: () => Promise<unknown>,
  fallback?: Backend,
): { prover: Prover; blamed: string[] } {
  const blamed: string[] = [];
  let changes = 0;
  const prover = createProver(
    backend,
    async (circuit, tier) => {
      const artifacts = await loadProvingArtifacts(circuit, tier, dir);
      if (changes++ === 0) await change();
      return artifacts;
    },
    { fallback, onFallback: (name) => blamed.push(name) },
  );
  return { prover, blamed };
}

async function changedFile(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(ArtifactError);
  expect((error as ArtifactError).rule).toBe("changed since it was checked");
  return (error as ArtifactError).path;
}

const BACKENDS: readonly (readonly [name: string, make: () => Backend])[] = [
  ["plimsoll", () => plimsollBackend({ threads: 2 })],
  ["snarkjs", () => snarkjsBackend()],
];

describe.each(BACKENDS)("%s", (_, make) => {
  it("says which key changed, and proves with the one that was built anew", async () => {
    const { prover, blamed } = proverOver(make(), build, snarkjsBackend());
    expect(await changedFile(prover.prove(TOY_REQUEST))).toBe(zkey);
    expect((await prover.prove(TOY_REQUEST)).circuit).toBe("exit");
    expect(blamed).toEqual([]);
    await prover.close();
  });

  it("proves again once the checked bytes are back", async () => {
    const good = await readFile(zkey);
    const bad = Buffer.from(good);
    bad.fill(0, bad.length / 2);
    const { prover } = proverOver(make(), () => writeFile(zkey, bad));
    expect(await changedFile(prover.prove(TOY_REQUEST))).toBe(zkey);
    await expect(prover.prove(TOY_REQUEST)).rejects.toThrow(
      /circuit\.zkey: must have SHA-256 .* changed since it was built/,
    );
    await writeFile(zkey, good);
    // Nothing of the bad key may be left in memory, although it went by the same hash.
    expect((await prover.prove(TOY_REQUEST)).circuit).toBe("exit");
    await prover.close();
  });

  it("says that the circuit is gone", async () => {
    const { prover } = proverOver(make(), () => rm(wasm));
    expect(await changedFile(prover.prove(TOY_REQUEST))).toBe(wasm);
    await prover.close();
  });
});

it("leaves the requests that wait behind it in order", async () => {
  const { prover } = proverOver(plimsollBackend({ threads: 2 }), build);
  const [first, second] = await Promise.allSettled([prover.prove(TOY_REQUEST), prover.prove(TOY_REQUEST)]);
  for (const { status, reason } of [first, second] as PromiseRejectedResult[]) {
    expect(status).toBe("rejected");
    expect(reason).toBeInstanceOf(ArtifactError);
  }
  expect((await prover.prove(TOY_REQUEST)).circuit).toBe("exit");
  await prover.close();
});
