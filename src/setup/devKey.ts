/**
 * Development keys: a Groth16 key straight from the constraint system, without powers of tau. Whoever runs this could
 * have kept the secrets, so such a key convinces nobody else; it takes seconds where a ceremony takes a day, and the
 * format is the same. Production keys come from ceremony.ts.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { AFFINE_BYTES } from "./bn254.ts";
import { loadBn254 } from "./bn254Code.ts";
import { multiplyGenerators } from "./fixedBase.ts";
import { evaluateQap } from "./qap.ts";
import { readR1cs, type R1cs } from "./r1cs.ts";
import { drawToxicWaste, wipe, type ToxicWaste } from "./toxicWaste.ts";
import { writeZkey, type ProvingKey } from "./zkey.ts";

export interface DevKeyOptions {
  readonly threads?: number;
  /** Called with the share of the work done, 0 to 1. */
  readonly onProgress?: (share: number) => void;
}

/**
 * Writes a development key for the circuit at `r1csPath` to `zkeyPath`, atomically. About 10 s for 2^16 constraints on
 * two cores. The secrets are drawn here and overwritten before the function returns.
 *
 * @throws ArtifactError if the r1cs can't be used
 */
export async function writeDevelopmentKey(
  r1csPath: string,
  zkeyPath: string,
  options: DevKeyOptions = {},
): Promise<void> {
  const r1cs = await readR1cs(r1csPath);
  const waste = drawToxicWaste();
  const draft = `${zkeyPath}.tmp`;
  try {
    const key = await deriveKey(r1cs, waste, options);
    await writeZkey(draft, r1cs, key);
    await rename(draft, zkeyPath);
  } finally {
    wipe(waste);
    await rm(draft, { force: true });
  }
}

/** The key that these secrets give. Apart from tests, which compare it with snarkjs, only this file calls it. */
export async function deriveKey(r1cs: R1cs, waste: ToxicWaste, options: DevKeyOptions = {}): Promise<ProvingKey> {
  const bn254 = await loadBn254();
  const { scalars, coefficients } = await evaluateQap(bn254, r1cs, waste);
  const g1 = shareJoined([waste.alpha, waste.beta, waste.delta, scalars.k, scalars.a, scalars.b, scalars.h]);
  const g2 = shareJoined([waste.beta, waste.gamma, waste.delta, scalars.b]);
  try {
    const points = await multiplyGenerators(bn254, { g1, g2 }, options);
    const [one, two] = [cutter(points.g1, AFFINE_BYTES.g1), cutter(points.g2, AFFINE_BYTES.g2)];
    return {
      alpha1: one(1),
      beta1: one(1),
      delta1: one(1),
      ic: one(r1cs.publicSignals + 1),
      c: one(r1cs.wires - r1cs.publicSignals - 1),
      a: one(r1cs.wires),
      b1: one(r1cs.wires),
      h: one(r1cs.domain),
      beta2: two(1),
      gamma2: two(1),
      delta2: two(1),
      b2: two(r1cs.wires),
      coefficients,
      circuitHash: circuitHash(r1cs),
    };
  } finally {
    for (const secret of [g1, g2, scalars.a, scalars.b, scalars.k, scalars.h]) secret.fill(0);
  }
}

/** Ties a development key to its constraints. A ceremony's key has snarkjs's own hash here, over its first points. */
export function circuitHash(r1cs: R1cs): Uint8Array {
  const counts = `${r1cs.constraints} ${r1cs.wires} ${r1cs.publicSignals}`;
  return createHash("blake2b512").update(`plimsoll development key ${counts}\n`).update(r1cs.bytes).digest();
}

function shareJoined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = parts.reduce((sum, part) => sum + part.byteLength, 0);
  const joined = new Uint8Array(new SharedArrayBuffer(bytes));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return joined;
}

/** Hands out consecutive stretches of `bytes`, counted in items of `size` bytes; copies, since files want plain memory. */
function cutter(bytes: Uint8Array, size: number): (items: number) => Uint8Array {
  let at = 0;
  return (items) => bytes.slice(at, (at += items * size));
}
