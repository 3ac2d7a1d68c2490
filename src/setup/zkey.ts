/**
 * Writes and recognises Groth16 proving keys in snarkjs's format: sections 1 protocol, 2 header, 3 IC, 4 coefficients
 * of A and B, 5 A, 6 B in G1, 7 B in G2, 8 C, 9 H, 10 contributions. Source: snarkjs 0.7.6, src/zkey_new.js and
 * src/zkey_utils.js.
 *
 * @module
 */
import {
  createBinFile,
  endWriteSection,
  readBinFile,
  readSection,
  startWriteSection,
  writeBigInt,
  type BinFile,
} from "../iden3/files.ts";
import { ArtifactError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";
import { BASE_FIELD } from "../groth16/groth16.ts";
import type { R1cs } from "./r1cs.ts";

const GROTH16 = 1;
const SECTIONS = 10;
/** The header starts with two primes, each after its size; then counts and points. */
const COUNTS_AT = 2 * (4 + 32);
const HEADER_BYTES = COUNTS_AT + 3 * 4 + 3 * 64 + 3 * 128;

/** A key's points as bytes: affine, Montgomery form. */
export interface ProvingKey {
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  readonly ic: Uint8Array;
  readonly coefficients: Uint8Array;
  readonly a: Uint8Array;
  readonly b1: Uint8Array;
  readonly b2: Uint8Array;
  readonly c: Uint8Array;
  readonly h: Uint8Array;
  /** 64 bytes naming the circuit; contributions chain to them. */
  readonly circuitHash: Uint8Array;
}

/** Writes a key without contributions. */
export async function writeZkey(path: string, r1cs: R1cs, key: ProvingKey): Promise<void> {
  const file = await createBinFile(path, "zkey", 1, SECTIONS, 1 << 22, 1 << 24);
  const section = async (id: number, write: () => Promise<void>): Promise<void> => {
    await startWriteSection(file, id);
    await write();
    await endWriteSection(file);
  };
  await section(1, () => file.writeULE32(GROTH16));
  await section(2, () => writeHeader(file, r1cs, key));
  await section(3, () => file.write(key.ic));
  await section(4, async () => {
    await file.writeULE32(key.coefficients.byteLength / 44);
    await file.write(key.coefficients);
  });
  await section(9, () => file.write(key.h));
  await section(8, () => file.write(key.c));
  await section(5, () => file.write(key.a));
  await section(6, () => file.write(key.b1));
  await section(7, () => file.write(key.b2));
  await section(10, async () => {
    await file.write(key.circuitHash);
    await file.writeULE32(0);
  });
  await file.close();
}

async function writeHeader(file: BinFile, r1cs: R1cs, key: ProvingKey): Promise<void> {
  for (const prime of [BASE_FIELD, FIELD]) {
    await file.writeULE32(32);
    await writeBigInt(file, prime, 32);
  }
  for (const count of [r1cs.wires, r1cs.publicSignals, r1cs.domain]) await file.writeULE32(count);
  for (const point of [key.alpha1, key.beta1, key.beta2, key.gamma2, key.delta1, key.delta2]) await file.write(point);
}

/** What a key says of the circuit it was made for, without the points that only a prover needs. */
export interface ZkeySummary {
  readonly wires: number;
  readonly publicSignals: number;
  readonly domain: number;
  /** Points as in {@link ProvingKey}. */
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly gamma2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  readonly ic: Uint8Array;
  /** Section 10: the circuit hash, then the contributions. */
  readonly transcript: Uint8Array;
}

/** Reads a key's summary. Throws an ArtifactError if the file is no Groth16 key on bn254. */
export async function readZkeySummary(path: string): Promise<ZkeySummary> {
  const broken = (cause: unknown): never => {
    throw new ArtifactError(path, "is not a readable Groth16 zkey", { cause });
  };
  const { fd, sections } = await readBinFile(path, "zkey", 2, 1 << 22, 1 << 24).catch(broken);
  try {
    const header = await readSection(fd, sections, 2);
    if (header.byteLength !== HEADER_BYTES) throw new ArtifactError(path, "is not a Groth16 zkey on bn254");
    const counts = new DataView(header.buffer, header.byteOffset + COUNTS_AT, 12);
    const points = header.subarray(COUNTS_AT + 12);
    return {
      wires: counts.getUint32(0, true),
      publicSignals: counts.getUint32(4, true),
      domain: counts.getUint32(8, true),
      // In the order of writeHeader: alpha1, beta1, beta2, gamma2, delta1, delta2.
      alpha1: points.slice(0, 64),
      beta1: points.slice(64, 128),
      beta2: points.slice(128, 256),
      gamma2: points.slice(256, 384),
      delta1: points.slice(384, 448),
      delta2: points.slice(448, 576),
      ic: await readSection(fd, sections, 3),
      transcript: await readSection(fd, sections, 10),
    };
  } catch (error) {
    return error instanceof ArtifactError ? Promise.reject(error) : broken(error);
  } finally {
    await fd.close();
  }
}
