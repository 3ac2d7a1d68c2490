import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { ArtifactError } from "../../src/base/errors.ts";
import { loadArtifacts, loadProvingArtifacts, loadVerificationKey } from "../../src/prover/artifacts.ts";
import { COMPILED_FILES } from "../../src/setup/compile.ts";
import { KEY_FILES, describeFiles } from "../../src/setup/build.ts";
import { emptyManifest, type ManifestEntry } from "../../src/groth16/manifest.ts";
import { writeEntry } from "../../src/groth16/manifestFile.ts";
import { withLock } from "../../src/base/lock.ts";
import { toyArtifacts } from "../fixtures/toy.ts";

let toy: string;
let dir: string;
let folder: string;

beforeAll(async () => {
  toy = join((await toyArtifacts()).zkeyPath, "..");
});

/** A folder of artifacts with the toy circuit as exit.M. */
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "plimsoll-artifacts-"));
  folder = join(dir, "exit.M");
  await mkdir(folder);
  await cp(join(toy, "toy.r1cs"), join(folder, COMPILED_FILES.r1cs));
  await cp(join(toy, "toy_js/toy.wasm"), join(folder, COMPILED_FILES.wasm));
  await writeFile(join(folder, COMPILED_FILES.sym), "");
  await cp(join(toy, "toy.zkey"), join(folder, KEY_FILES.zkey));
  await cp(join(toy, "vkey.json"), join(folder, KEY_FILES.vkey));
  await record({});
});
afterEach(() => rm(dir, { recursive: true }));

async function record(change: Partial<ManifestEntry>): Promise<void> {
  const files = await describeFiles(folder);
  await writeEntry(dir, "exit.M", {
    circuit: "exit",
    tier: "M",
    inputs: "0".repeat(64),
    tools: {},
    constraints: 2,
    wires: 8,
    publicSignals: 6,
    domain: 16,
    files,
    key: { kind: "development", r1cs: files.r1cs.sha256 },
    ...change,
  });
}

test("returns what a prover and a verifier need", async () => {
  const proving = await loadProvingArtifacts("exit", "M", dir);
  expect(proving).toMatchObject({ keyKind: "development", zkeyPath: join(folder, "circuit.zkey") });
  expect((await loadVerificationKey("exit", "M", dir)).verificationKey).toEqual(proving.verificationKey);
});

test("tier L exits with tier M's circuit", async () => {
  expect((await loadArtifacts("exit", "L", ["r1cs"], dir)).entry.tier).toBe("M");
});

test("looks where PLIMSOLL_ARTIFACTS says", async () => {
  vi.stubEnv("PLIMSOLL_ARTIFACTS", dir);
  expect((await loadArtifacts("exit", "M", ["wasm"])).paths.wasm).toBe(join(folder, "circuit.wasm"));
  vi.unstubAllEnvs();
});

test("a changed byte, a truncated file, a missing one: refused by path", async () => {
  const zkey = join(folder, KEY_FILES.zkey);
  const good = await readFile(zkey);
  for (const at of [0, 200, good.length - 1]) {
    const bad = Buffer.from(good);
    bad[at]! ^= 1;
    await writeFile(zkey, bad);
    await expect(loadProvingArtifacts("exit", "M", dir)).rejects.toThrow(
      /circuit\.zkey: must have SHA-256 .* changed since/,
    );
  }
  await truncate(zkey, 100);
  await expect(loadProvingArtifacts("exit", "M", dir)).rejects.toThrow(/circuit\.zkey: must have \d+ bytes, has 100/);
  await rm(zkey);
  const failure = await loadProvingArtifacts("exit", "M", dir).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ArtifactError);
  expect(failure).toMatchObject({ path: zkey, rule: expect.stringMatching(/^is missing/) as string });
  await expect(loadVerificationKey("exit", "M", dir)).resolves.toBeDefined();
});

test("a file that changed since it was checked, by path: written over, put in its place, or gone", async () => {
  const zkey = join(folder, KEY_FILES.zkey);
  const good = await readFile(zkey);
  const { checkUnchanged } = await loadProvingArtifacts("exit", "M", dir);
  await expect(checkUnchanged!()).resolves.toBeUndefined();
  const { atime, mtime } = await stat(zkey);
  // Written over within the clock's grain, and then with another time.
  await writeFile(zkey, good.subarray(1));
  await utimes(zkey, atime, mtime);
  await expect(checkUnchanged!()).rejects.toThrow(new ArtifactError(zkey, "changed since it was checked"));
  await writeFile(zkey, good);
  await utimes(zkey, atime, new Date(mtime.getTime() + 1000));
  const second = await loadProvingArtifacts("exit", "M", dir);
  await expect(second.checkUnchanged!()).resolves.toBeUndefined();
  await writeFile(join(folder, "draft"), good);
  await utimes(join(folder, "draft"), atime, (await stat(zkey)).mtime);
  await rename(join(folder, "draft"), zkey);
  await expect(second.checkUnchanged!()).rejects.toThrow(/circuit\.zkey: changed since it was checked/);
  const third = await loadProvingArtifacts("exit", "M", dir);
  await rm(join(folder, COMPILED_FILES.wasm));
  await expect(third.checkUnchanged!()).rejects.toThrow(/circuit\.wasm: changed since it was checked/);
});

test("an r1cs and a key that don't belong together", async () => {
  await record({ key: { kind: "development", r1cs: "1".repeat(64) } });
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/circuit\.zkey: was made for another r1cs/);
  await record({ wires: 9 });
  await expect(loadArtifacts("exit", "M", ["zkey"], dir)).rejects.toThrow(/circuit\.zkey: must have wires 9, has 8/);
  await record({ publicSignals: 5 });
  await expect(loadVerificationKey("exit", "M", dir)).rejects.toThrow(/must be for 5 public signals, is for 6/);
  await record({ circuit: "receive" });
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/is listed as receive\.M/);
});

test("a manifest that is missing, foreign, of another version or malformed", async () => {
  await expect(loadArtifacts("receive", "M", [], dir)).rejects.toThrow(
    /has no receive\.M; plimsoll artifacts build --tier M makes it/,
  );
  const path = join(dir, "manifest.json");
  const manifest = JSON.parse(await readFile(path, "utf8")) as Record<string, unknown>;
  await writeFile(path, JSON.stringify({ ...manifest, version: 2 }));
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/manifest\.json: version/);
  await writeFile(
    path,
    JSON.stringify({
      ...manifest,
      instances: { "exit.M": { ...(manifest["instances"] as Record<string, object>)["exit.M"], wires: -1 } },
    }),
  );
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/manifest\.json: instances\.exit\.M\.wires/);
  await writeFile(path, "{");
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/is missing or not JSON/);
  expect(emptyManifest().instances).toEqual({});
});

test("a file name in the manifest can't leave the folder", async () => {
  const path = join(dir, "manifest.json");
  await writeFile(path, (await readFile(path, "utf8")).replace("circuit.zkey", "../circuit.zkey"));
  await expect(loadArtifacts("exit", "M", [], dir)).rejects.toThrow(/files\.zkey\.name/);
});

test("one writer at a time; a dead one's lock is taken over", async () => {
  let active = 0;
  const work = async (): Promise<void> => {
    expect(++active).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    active--;
  };
  await Promise.all([withLock(dir, work), withLock(dir, work)]);
  await writeFile(join(dir, ".lock"), "99999999");
  await withLock(dir, work);
});
