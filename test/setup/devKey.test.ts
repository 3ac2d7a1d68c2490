import { numberToBytesLE } from "@noble/curves/utils.js";
import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readBinFile, readSection } from "@iden3/binfileutils";
import * as ffjavascript from "ffjavascript";
import * as snarkjs from "snarkjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FIELD } from "../../src/protocol/constants.ts";
import { FIELD_BYTES } from "../../src/setup/bn254.ts";
import { circuitHash, deriveKey, writeDevelopmentKey } from "../../src/setup/devKey.ts";
import { exportVerificationKey } from "../../src/setup/exportKey.ts";
import { domainSize, readR1cs, type R1cs } from "../../src/setup/r1cs.ts";
import { drawToxicWaste, wipe, type ToxicWaste } from "../../src/setup/toxicWaste.ts";
import { readZkeySummary, writeZkey } from "../../src/setup/zkey.ts";
import { MIXER_INPUTS, compiledMixer } from "../support/mixer.ts";

let dir: string;
let mixer: Awaited<ReturnType<typeof compiledMixer>>;
let r1cs: R1cs;
const at = (name: string): string => join(dir, name);

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), "plimsoll-key-"));
  mixer = await compiledMixer();
  r1cs = await readR1cs(mixer.r1cs);
});

afterAll(async () => {
  await (globalThis as { curve_bn128?: { terminate(): Promise<void> } | null }).curve_bn128?.terminate();
  await rm(dir, { recursive: true });
});

async function section(path: string, id: number): Promise<string> {
  const { fd, sections } = await readBinFile(path, "zkey", 2);
  const bytes = await readSection(fd, sections, id);
  await fd.close();
  return Buffer.from(bytes).toString("hex");
}

describe("against snarkjs", () => {
  const BEACON = "5a".repeat(32);
  const ITERATIONS = 10;

  /** The secrets of powers of tau whose one contribution is a beacon: snarkjs 0.7.6, src/misc.js, src/keypair.js. */
  function beaconSecrets(Fr: {
    fromRng(rng: unknown): Uint8Array;
    toRprLE(to: Uint8Array, at: number, x: Uint8Array): void;
  }): ToxicWaste {
    let digest: Buffer = Buffer.from(BEACON, "hex");
    for (let i = 0; i < 2 ** ITERATIONS; i++) digest = createHash("sha256").update(digest).digest();
    const { ChaCha } = ffjavascript as unknown as { ChaCha: new (seed: number[]) => unknown };
    const rng = new ChaCha(Array.from({ length: 8 }, (_, i) => digest.readUInt32BE(4 * i)));
    const next = (): Uint8Array => {
      const bytes = new Uint8Array(FIELD_BYTES);
      Fr.toRprLE(bytes, 0, Fr.fromRng(rng));
      return bytes;
    };
    return { tau: next(), alpha: next(), beta: next(), gamma: numberToBytesLE(1n, 32), delta: numberToBytesLE(1n, 32) };
  }

  test("with the secrets of its powers of tau, every section is the same byte for byte", async () => {
    const curve = await ffjavascript.buildBn128();
    // One power more than needed: at the top power, snarkjs's H leaves out τ^(2n−1), which no valid witness misses.
    await snarkjs.powersOfTau.newAccumulator(curve, Math.log2(r1cs.domain) + 1, at("0.ptau"));
    await snarkjs.powersOfTau.beacon(at("0.ptau"), at("1.ptau"), "beacon", BEACON, ITERATIONS);
    await snarkjs.powersOfTau.preparePhase2(at("1.ptau"), at("2.ptau"));
    await snarkjs.zKey.newZKey(mixer.r1cs, at("2.ptau"), at("theirs.zkey"));

    const waste = beaconSecrets(curve.Fr as unknown as Parameters<typeof beaconSecrets>[0]);
    await writeZkey(at("ours.zkey"), r1cs, await deriveKey(r1cs, waste, { threads: 2 }));
    const same: boolean[] = [];
    for (let id = 1; id <= 9; id++)
      same.push((await section(at("ours.zkey"), id)) === (await section(at("theirs.zkey"), id)));
    expect(same).toEqual(Array.from({ length: 9 }, () => true));
  });

  test("γ and δ divide what they should: a proof verifies, and no other public signal does", async () => {
    await writeDevelopmentKey(mixer.r1cs, at("dev.zkey"));
    expect((await readdir(dir)).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    const key = await exportVerificationKey(at("dev.zkey"));
    const { proof, publicSignals } = await snarkjs.groth16.fullProve(MIXER_INPUTS, mixer.wasm, at("dev.zkey"));
    expect(await snarkjs.groth16.verify(key, publicSignals, proof)).toBe(true);
    for (let i = 0; i < publicSignals.length; i++) {
      const changed = publicSignals.map((value, j) => (i === j ? String((BigInt(value) + 1n) % FIELD) : value));
      expect(await snarkjs.groth16.verify(key, changed, proof), `signal ${i}`).toBe(false);
    }
  });

  test("a witness with any one wire changed gives no valid proof", async () => {
    const key = await exportVerificationKey(at("dev.zkey"));
    await snarkjs.wtns.calculate(MIXER_INPUTS, mixer.wasm, at("good.wtns"));
    const { fd, sections } = await readBinFile(at("good.wtns"), "wtns", 2);
    const start = sections[2]![0]!.p;
    await fd.close();
    const good = await readFile(at("good.wtns"));
    for (let wire = 1; wire < r1cs.wires; wire++) {
      const bad = Buffer.from(good);
      bad[start + wire * FIELD_BYTES]! ^= 1;
      await writeFile(at("bad.wtns"), bad);
      const { proof, publicSignals } = await snarkjs.groth16.prove(at("dev.zkey"), at("bad.wtns"));
      expect(await snarkjs.groth16.verify(key, publicSignals, proof), `wire ${wire}`).toBe(false);
    }
  });

  test("the exported verification key is snarkjs's", async () => {
    const { vk_alphabeta_12: _, ...theirs } = (await snarkjs.zKey.exportVerificationKey(at("dev.zkey"))) as Record<
      string,
      unknown
    >;
    expect(await exportVerificationKey(at("dev.zkey"))).toEqual(theirs);
  });
});

test("two keys of one circuit share nothing but the circuit", async () => {
  await writeDevelopmentKey(mixer.r1cs, at("other.zkey"), { threads: 1 });
  const [one, two] = [await readZkeySummary(at("dev.zkey")), await readZkeySummary(at("other.zkey"))];
  for (const point of ["alpha1", "beta2", "gamma2", "delta2", "ic"] as const)
    expect(one[point]).not.toEqual(two[point]);
  expect(one.transcript).toEqual(two.transcript);
  expect(Buffer.from(one.transcript.slice(0, 64))).toEqual(Buffer.from(circuitHash(r1cs)));
});

test("secrets are in the field, differ, and are wiped", () => {
  const waste = drawToxicWaste();
  const values = Object.values<Uint8Array>(waste).map((bytes) =>
    BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`),
  );
  expect(new Set(values).size).toBe(5);
  for (const value of values) expect(value > 0n && value < FIELD).toBe(true);
  wipe(waste);
  for (const bytes of Object.values<Uint8Array>(waste)) expect(bytes.every((byte) => byte === 0)).toBe(true);
});

test("the domain is snarkjs's: a power of two above constraints + public signals", () => {
  const cases = [
    [1, 0, 2],
    [2, 1, 4],
    [3, 1, 8],
    [65_523, 12, 65_536],
    [65_524, 12, 131_072],
  ] as const;
  for (const [constraints, publicSignals, domain] of cases) expect(domainSize(constraints, publicSignals)).toBe(domain);
});

test("refuses what is no r1cs or zkey", async () => {
  await writeFile(at("junk"), "junk");
  await expect(readR1cs(at("junk"))).rejects.toThrow(/is not a readable r1cs/);
  await expect(readR1cs(mixer.wasm)).rejects.toThrow(/is not a readable r1cs/);
  await expect(writeDevelopmentKey(at("none.r1cs"), at("none.zkey"))).rejects.toThrow(
    /none\.r1cs: is not a readable r1cs/,
  );
  await expect(readZkeySummary(mixer.r1cs)).rejects.toThrow(/is not a readable Groth16 zkey/);
});
