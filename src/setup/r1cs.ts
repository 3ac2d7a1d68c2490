/**
 * Reads compiled constraint systems. The constraints stay bytes: a linear combination is a count, then (wire: u32,
 * coefficient: 32 bytes) each, little-endian; a constraint is the three combinations A, B, C with A·B = C.
 * Format: iden3, "R1CS binary format", https://github.com/iden3/r1csfile/blob/master/doc/r1cs_bin_format.md
 *
 * @module
 */
import { ArtifactError } from "../base/errors.ts";
import { readBinFile, readR1csHeader, readSection } from "../iden3/files.ts";
import { FIELD } from "../protocol/constants.ts";

const CONSTRAINTS_SECTION = 2;

export interface R1cs {
  readonly constraints: number;
  /** Wires, the constant 1 among them. */
  readonly wires: number;
  /** Public signals, outputs first, without the constant 1. */
  readonly publicSignals: number;
  /** Size of the evaluation domain: a power of two above constraints + public signals, as snarkjs has it. */
  readonly domain: number;
  /** The constraints' bytes. */
  readonly bytes: Uint8Array;
}

/**
 * Reads a constraint system over bn254.
 *
 * @throws ArtifactError if the file is no r1cs, is over another field or uses custom gates
 */
export async function readR1cs(path: string): Promise<R1cs> {
  const { fd, sections } = await readBinFile(path, "r1cs", 1, 1 << 22, 1 << 24).catch((cause: unknown) => {
    throw new ArtifactError(path, "is not a readable r1cs file", { cause });
  });
  try {
    const header = await readR1csHeader(fd, sections, { F: { p: FIELD } }).catch((cause: unknown) => {
      throw new ArtifactError(path, "is not a constraint system over bn254", { cause });
    });
    if (header.useCustomGates) throw new ArtifactError(path, "uses custom gates, which Groth16 can't express");
    const publicSignals = header.nOutputs + header.nPubInputs;
    return {
      constraints: header.nConstraints,
      wires: header.nVars,
      publicSignals,
      domain: domainSize(header.nConstraints, publicSignals),
      bytes: await readSection(fd, sections, CONSTRAINTS_SECTION),
    };
  } finally {
    await fd.close();
  }
}

/** 2^(⌊log2(constraints + public)⌋ + 1): one row per constraint, one per public signal and one for the constant. */
export function domainSize(constraints: number, publicSignals: number): number {
  return 2 ** (32 - Math.clz32(constraints + publicSignals));
}
