/**
 * Where the parts of a Groth16 proving key lie in its file, so that each thread reads its own and nothing else. Format:
 * see src/setup/zkey.ts, which writes it.
 *
 * @module
 */
import { bytesToNumberLE } from "@noble/curves/utils.js";
import { ArtifactError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";
import { BASE_FIELD } from "./groth16.ts";

/** A key's bytes: a file, or memory where there are no files. */
export interface KeySource {
  readonly name: string;
  /** Fills `target` from byte `position` on. Throws when the source ends before. */
  read(target: Uint8Array, position: number): void;
}

/** Bytes of a point in a key: coordinates of 32 bytes in Montgomery form. */
export const KEY_POINT = { g1: 64, g2: 128 } as const;
/** Matrix, constraint and wire as u32, then a value of 32 bytes. */
export const COEFFICIENT_BYTES = 44;
const GROTH16 = 1;
/** Two primes, each after its size. */
const COUNTS_AT = 2 * (4 + 32);
const HEADER_BYTES = COUNTS_AT + 3 * 4 + 3 * KEY_POINT.g1 + 3 * KEY_POINT.g2;

export interface KeyLayout {
  readonly wires: number;
  readonly publicSignals: number;
  /** Size of the domain, and its logarithm. */
  readonly domain: number;
  readonly log: number;
  /** The header's points, as bytes. */
  readonly alpha1: Uint8Array;
  readonly beta1: Uint8Array;
  readonly beta2: Uint8Array;
  readonly delta1: Uint8Array;
  readonly delta2: Uint8Array;
  readonly coefficients: number;
  /** Position of each part: the first coefficient, the first point. */
  readonly at: Readonly<Record<"coefficients" | "a" | "b1" | "b2" | "c" | "h", number>>;
}

/** @throws ArtifactError when the source is no Groth16 key on bn254, or its parts have not the sizes that they must */
export function readLayout(source: KeySource): KeyLayout {
  const broken = (rule: string, cause?: unknown): never => {
    throw new ArtifactError(source.name, rule, { cause });
  };
  const read = (position: number, length: number): DataView => {
    const bytes = new Uint8Array(length);
    try {
      source.read(bytes, position);
    } catch (cause) {
      broken("is not a readable Groth16 zkey", cause);
    }
    return new DataView(bytes.buffer);
  };
  const head = read(0, 12);
  if (head.getUint32(0) !== 0x7a6b6579) broken("is not a zkey");
  const sections = new Map<number, { at: number; size: number }>();
  for (let i = 0, position = 12; i < head.getUint32(8, true); i++) {
    const entry = read(position, 12);
    const size = Number(entry.getBigUint64(4, true));
    sections.set(entry.getUint32(0, true), { at: position + 12, size });
    position += 12 + size;
  }
  const section = (id: number, size?: number): number => {
    const found = sections.get(id) ?? broken(`has no section ${id}`);
    if (size !== undefined && found.size !== size) broken(`section ${id} must have ${size} bytes, has ${found.size}`);
    return found.at;
  };
  if (read(section(1, 4), 4).getUint32(0, true) !== GROTH16) broken("is not a Groth16 zkey");
  const header = read(section(2, HEADER_BYTES), HEADER_BYTES);
  const bytes = new Uint8Array(header.buffer);
  if (bytesToNumberLE(bytes.subarray(4, 36)) !== BASE_FIELD || bytesToNumberLE(bytes.subarray(40, 72)) !== FIELD)
    broken("is not on bn254");
  const [wires, publicSignals, domain] = [0, 4, 8].map((at) => header.getUint32(COUNTS_AT + at, true)) as [
    number,
    number,
    number,
  ];
  const log = Math.log2(domain);
  if (!Number.isInteger(log) || log < 1 || log > 27) broken(`must have a domain of 2 to 2^27, has ${domain}`);
  const coefficients = read(section(4), 4).getUint32(0, true);
  let at = COUNTS_AT + 12;
  const point = (size: number): Uint8Array => bytes.slice(at, (at += size));
  const { g1, g2 } = KEY_POINT;
  // In the file's order: alpha1, beta1, beta2, gamma2, delta1, delta2.
  const [alpha1, beta1, beta2, , delta1, delta2] = [g1, g1, g2, g2, g1, g2].map(point) as [
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
    Uint8Array,
  ];
  return {
    wires,
    publicSignals,
    domain,
    log,
    alpha1,
    beta1,
    beta2,
    delta1,
    delta2,
    coefficients,
    at: {
      coefficients: section(4, 4 + coefficients * COEFFICIENT_BYTES) + 4,
      a: section(5, wires * g1),
      b1: section(6, wires * g1),
      b2: section(7, wires * g2),
      c: section(8, (wires - publicSignals - 1) * g1),
      h: section(9, domain * g1),
    },
  };
}
