import { existsSync } from "node:fs";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBinFile } from "@iden3/binfileutils";
import { buildBn128 } from "ffjavascript";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeAtomic } from "../../src/base/files.ts";
import { loadArtifacts, loadProvingArtifacts } from "../../src/prover/artifacts.ts";
import { ROOT, build } from "../../src/setup/build.ts";
import { applyBeacon, contribute, finalizeCeremony, initCeremony, verifyCeremony } from "../../src/setup/ceremony.ts";
import { hashFile, readManifest } from "../../src/groth16/manifestFile.ts";
import { PUBLISHED_PTAU, checkPowersOfTau } from "../../src/setup/powersOfTau.ts";

const EXIT = { circuit: "exit", tier: "T" } as const;
let dir: string;
let artifacts: string;
let ptau: { path: string; blake2b: string };
const at = (name: string): string => join(dir, name);

/**
 * Powers of tau just large enough, as a stranger would make them. Kept between runs: snarkjs takes half a minute, and
 * no test depends on what is in them.
 */
async function makePowersOfTau(power: number): Promise<{ path: string; blake2b: string }> {
  const kept = join(ROOT, `build/test/powers-${power}.ptau`);
  if (!existsSync(kept)) {
    await snarkjs.powersOfTau.newAccumulator(await buildBn128(), power, at("0.ptau"));
    await snarkjs.powersOfTau.contribute(at("0.ptau"), at("1.ptau"), "test", "entropy");
    await snarkjs.powersOfTau.preparePhase2(at("1.ptau"), at("2.ptau"));
    await writeAtomic(kept, await readFile(at("2.ptau")));
  }
  return { path: kept, blake2b: await hashFile(kept, "blake2b512") };
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "plimsoll-ceremony-"));
  artifacts = at("artifacts");
  await build([EXIT], { artifacts });
  const { domain } = (await readManifest(artifacts)).instances["exit.T"]!;
  ptau = await makePowersOfTau(Math.log2(domain));
  await initCeremony(EXIT, ptau, at("0.zkey"), artifacts);
});

afterAll(async () => {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128?.terminate();
  await rm(dir, { recursive: true });
});

test("all published powers of tau are known, and others refused", async () => {
  expect(Object.keys(PUBLISHED_PTAU).map(Number)).toEqual(Array.from({ length: 21 }, (_, i) => 8 + i));
  expect(new Set(Object.values(PUBLISHED_PTAU)).size).toBe(21);
  await expect(checkPowersOfTau(ptau.path)).rejects.toThrow(/must be one of the published/);
  await expect(
    initCeremony(EXIT, { path: ptau.path, blake2b: PUBLISHED_PTAU[16]! }, at("x.zkey"), artifacts),
  ).rejects.toThrow(/must have BLAKE2b-512 6a6277/);
});

test("refuses a key without contributions, or with a beacon alone", async () => {
  await expect(finalizeCeremony(EXIT, ptau, at("0.zkey"), artifacts)).rejects.toThrow(
    /needs at least one contribution/,
  );
  await applyBeacon(at("0.zkey"), at("beacon.zkey"), "block", "ab".repeat(32));
  await expect(finalizeCeremony(EXIT, ptau, at("beacon.zkey"), artifacts)).rejects.toThrow(/beacon alone is no secret/);
  expect((await loadArtifacts("exit", "T", ["zkey"], artifacts)).keyKind).toBe("development");
});

test("a development key is no ceremony's key", async () => {
  await expect(verifyCeremony(EXIT, ptau, join(artifacts, "exit.T/circuit.zkey"), artifacts)).rejects.toThrow(
    /is not a key for exit\.T/,
  );
});

test("contribution, beacon, finalize: the manifest tells who took part, and the key works", async () => {
  const first = await contribute(at("0.zkey"), at("1.zkey"), "Ada", "dice");
  const second = await applyBeacon(at("1.zkey"), at("2.zkey"), "block", "cd".repeat(32), 11);
  expect(first.beacon).toBeUndefined();
  expect(second.beacon).toEqual({ hash: "cd".repeat(32), iterationsExp: 11 });
  await expect(contribute(at("0.zkey"), at("2.zkey"), "Eve")).rejects.toThrow(/must not exist yet/);

  const entry = await finalizeCeremony(EXIT, ptau, at("2.zkey"), artifacts);
  expect(entry.key).toMatchObject({ kind: "ceremony", ptau: ptau.blake2b, contributions: [first, second] });
  const loaded = await loadProvingArtifacts("exit", "T", artifacts);
  expect(loaded.keyKind).toBe("ceremony");
  expect((await readdir(join(artifacts, "exit.T"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);

  // A rebuild leaves it alone.
  const { instances } = await build([EXIT], { artifacts });
  expect(instances["exit.T"]!.key.kind).toBe("ceremony");
});

test("refuses to finalize a key that somebody tampered with", async () => {
  await contribute(at("0.zkey"), at("honest.zkey"), "Mallory");
  const bytes = await readFile(at("honest.zkey"));
  const { fd, sections } = await readBinFile(at("honest.zkey"), "zkey", 2);
  await fd.close();
  // The first two points of H change places: both stay on the curve.
  const h = sections[9]![0]!.p;
  const first = Buffer.from(bytes.subarray(h, h + 64));
  bytes.copyWithin(h, h + 64, h + 128);
  bytes.set(first, h + 64);
  await writeFile(at("tampered.zkey"), bytes);
  await expect(finalizeCeremony(EXIT, ptau, at("tampered.zkey"), artifacts)).rejects.toThrow(
    /H section does not match/,
  );
});

test("a contribution hash is what snarkjs shows its contributor", async () => {
  const shown = (await snarkjs.zKey.contribute(at("0.zkey"), at("shown.zkey"), "Grace", "coins")) as Uint8Array;
  const { contributions } = await verifyCeremony(EXIT, ptau, at("shown.zkey"), artifacts);
  expect(contributions[0]).toEqual({ name: "Grace", hash: Buffer.from(shown).toString("hex") });
});

test("refuses powers of tau that are too small, and bad names and beacons", async () => {
  const small = await makePowersOfTau(8);
  await expect(initCeremony(EXIT, small, at("y.zkey"), artifacts)).rejects.toThrow(/circuit too big/);
  await expect(contribute(at("0.zkey"), at("z.zkey"), "")).rejects.toThrow(/name: must have 1 to 64/);
  await expect(applyBeacon(at("0.zkey"), at("z.zkey"), "b", "xyz")).rejects.toThrow(/beacon: must be 16 to 255 bytes/);
  await expect(applyBeacon(at("0.zkey"), at("z.zkey"), "b", "ab".repeat(16), 64)).rejects.toThrow(
    /iterationsExp: must be/,
  );
});
