/**
 * The verification key inside a proving key, in snarkjs's JSON. snarkjs's own export also computes the pairing of α and
 * β, which no verifier here uses, and leaves threads behind.
 *
 * @module
 */
import { affineCoordinates } from "./points.ts";
import { readZkeySummary } from "./zkey.ts";

/** snarkjs's JSON of a verification key, without vk_alphabeta_12. */
export interface VerificationKeyJson {
  readonly protocol: "groth16";
  readonly curve: "bn128";
  readonly nPublic: number;
  readonly vk_alpha_1: readonly string[];
  readonly vk_beta_2: readonly (readonly string[])[];
  readonly vk_gamma_2: readonly (readonly string[])[];
  readonly vk_delta_2: readonly (readonly string[])[];
  readonly IC: readonly (readonly string[])[];
}

/** @throws ArtifactError if the file is no Groth16 key on bn254 */
export async function exportVerificationKey(zkeyPath: string): Promise<VerificationKeyJson> {
  const zkey = await readZkeySummary(zkeyPath);
  const icBytes = zkey.ic.byteLength / (zkey.publicSignals + 1);
  return {
    protocol: "groth16",
    curve: "bn128",
    nPublic: zkey.publicSignals,
    vk_alpha_1: g1(zkey.alpha1),
    vk_beta_2: g2(zkey.beta2),
    vk_gamma_2: g2(zkey.gamma2),
    vk_delta_2: g2(zkey.delta2),
    IC: Array.from({ length: zkey.publicSignals + 1 }, (_, i) => g1(zkey.ic.slice(i * icBytes, (i + 1) * icBytes))),
  };
}

/** Projective with Z = 1, or (0, 1, 0) for the point at infinity, as snarkjs writes it. */
function g1(bytes: Uint8Array): string[] {
  const [x, y] = affineCoordinates(bytes);
  return x === 0n && y === 0n ? ["0", "1", "0"] : [`${x}`, `${y}`, "1"];
}

function g2(bytes: Uint8Array): string[][] {
  const [x0, x1, y0, y1] = affineCoordinates(bytes);
  return [
    [`${x0}`, `${x1}`],
    [`${y0}`, `${y1}`],
    ["1", "0"],
  ];
}
