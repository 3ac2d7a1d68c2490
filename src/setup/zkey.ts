/**
 * Writes and recognises Groth16 proving keys in snarkjs's format: sections 1 protocol, 2 header, 3 IC, 4 coefficients
 * of A and B, 5 A, 6 B in G1, 7 B in G2, 8 C, 9 H, 10 contributions. Source: snarkjs 0.7.6, src/zkey_new.js and
 * src/zkey_utils.js.
 *
 * @module
 */
import {
  createBinFile, endWriteSection, readBinFile, readSection, startWriteSection, writeBigInt, type BinFile,
} from "@iden3/binfileutils";
import { ArtifactError } from "../errors.ts";
import { FIELD } from "../protocol.ts";
import type { R1cs } from "./r1cs.ts";

const BASE_FIELD = 21888242871839275222246405745257275088696311157297823662689037894645226208583n;
const GROTH16 = 1;
const SECTIONS = 10;
const CIRCUIT_HASH_BYTES = 64;
const HEADER_BYTES = 2 * (4 + 32) + 3 * 4 + 3 * 64 + 3 * 128;

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

/** What a key says of the circuit it was made for. */
export interface ZkeySummary {
  readonly wires: number;
  readonly publicSignals: number;
  readonly domain: number;
  readonly circuitHash: Uint8Array;
  readonly contributions: number;
  /** Section 4, which an r1cs determines: see coefficientsOf in qap.ts. */
  readonly coefficients: Uint8Array;
}

/** Reads the parts of a key that tie it to a circuit. Throws an ArtifactError if the file is no Groth16 key on bn254. */
export async function readZkeySummary(path: string): Promise<ZkeySummary> {
  const broken = (cause: unknown): never => {
    throw new ArtifactError(path, "is not a readable Groth16 zkey", { cause });
  };
  const { fd, sections } = await readBinFile(path, "zkey", 2, 1 << 22, 1 << 24).catch(broken);
  try {
    const [header, contributions, coefficients] = [
      await readSection(fd, sections, 2), await readSection(fd, sections, 10), await readSection(fd, sections, 4),
    ];
    if (header.byteLength !== HEADER_BYTES) throw new ArtifactError(path, "is not a Groth16 zkey on bn254");
    const counts = new DataView(header.buffer, header.byteOffset + 2 * (4 + 32), 12);
    const parts = new DataView(contributions.buffer, contributions.byteOffset);
    return {
      wires: counts.getUint32(0, true),
      publicSignals: counts.getUint32(4, true),
      domain: counts.getUint32(8, true),
      circuitHash: contributions.slice(0, CIRCUIT_HASH_BYTES),
      contributions: parts.getUint32(CIRCUIT_HASH_BYTES, true),
      coefficients: coefficients.subarray(4),
    };
  } catch (error) {
    return error instanceof ArtifactError ? Promise.reject(error) : broken(error);
  } finally {
    await fd.close();
  }
}
