/**
 * Whether a proving key is whole: sections of the lengths that its counts ask for, each coefficient in its place, each
 * point on its curve, the contributions a chain that ends at the header's δ. A damaged file fails one of these; whether
 * the points are the circuit's, only the powers of tau can tell.
 *
 * @module
 */
import { readBinFile, readSection } from "@iden3/binfileutils";
import { stat } from "node:fs/promises";
import { ArtifactError } from "../base/errors.ts";
import { FIELD } from "../protocol/constants.ts";
import { FIELD_BYTES } from "./bn254.ts";
import { BASE_FIELD } from "../groth16/groth16.ts";
import { readContributions } from "./transcript.ts";
import { readZkeySummary } from "./zkey.ts";

const G1 = 2 * FIELD_BYTES;
const G2 = 2 * G1;
/** Matrix, constraint and wire as u32, then the value. */
const COEFFICIENT = 12 + FIELD_BYTES;
/** Coordinates are in Montgomery form, c·R, so that the curve's y² = x³ + b reads Y²·R = X³ + b·R³. */
const R = 2n ** 256n % BASE_FIELD;
const B1 = (3n * R ** 3n) % BASE_FIELD;
/** The twist's b is 3 / (9 + u): Ethereum's EIP-197. */
const B2_REAL = 19485874751759354771024239261021720505790618469301721065564631296452457478373n;
const B2_IMAGINARY = 266929791119991161246907387137283842545076965332900288569378510910307636690n;
const B2 = [(B2_REAL * R ** 3n) % BASE_FIELD, (B2_IMAGINARY * R ** 3n) % BASE_FIELD] as const;

/** A point that is not on its curve, nor the one at infinity that an unused wire has, by its place; undefined when all are. */
function firstOffCurve(bytes: Uint8Array, size: typeof G1 | typeof G2): number | undefined {
  const at = numbersOf(bytes);
  const onCurve = size === G1 ? onG1 : onG2;
  const step = size / FIELD_BYTES;
  for (let i = 0; i * size < bytes.byteLength; i++) {
    const point = Array.from({ length: step }, (_, j) => at((i * step + j) * FIELD_BYTES));
    if (
      point.some((coordinate) => coordinate >= BASE_FIELD) ||
      !(point.every((coordinate) => coordinate === 0n) || onCurve(point))
    )
      return i;
  }
  return undefined;
}

const onG1 = ([x, y]: readonly bigint[]): boolean => (y! * y! * R - (x! * x! * x! + B1)) % BASE_FIELD === 0n;

/** Over a + b·u with u² = −1. */
function onG2([x0, x1, y0, y1]: readonly bigint[]): boolean {
  const [real, imaginary] = [x0! * x0! - x1! * x1!, 2n * x0! * x1!];
  return (
    ((y0! * y0! - y1! * y1!) * R - (real * x0! - imaginary * x1! + B2[0])) % BASE_FIELD === 0n &&
    (2n * y0! * y1! * R - (real * x1! + imaginary * x0! + B2[1])) % BASE_FIELD === 0n
  );
}

/** A coefficient of no matrix, constraint or wire that there is, or no number of the field, by its place. */
function firstMisplaced(bytes: Uint8Array, wires: number, domain: number): number | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = (bytes.byteLength - 4) / COEFFICIENT;
  if (bytes.byteLength < 4 || view.getUint32(0, true) !== count) return 0;
  const at = numbersOf(bytes);
  for (let i = 0; i < count; i++) {
    const start = 4 + i * COEFFICIENT;
    const [matrix, constraint, wire] = [0, 4, 8].map((offset) => view.getUint32(start + offset, true)) as [
      number,
      number,
      number,
    ];
    if (matrix > 1 || constraint >= domain || wire >= wires || at(start + 12) >= FIELD) return i;
  }
  return undefined;
}

/** Reads the little-endian number at an offset. */
function numbersOf(bytes: Uint8Array): (offset: number) => bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (offset) => {
    let value = 0n;
    for (let word = FIELD_BYTES - 8; word >= 0; word -= 8)
      value = (value << 64n) + view.getBigUint64(offset + word, true);
    return value;
  };
}

/** Throws an ArtifactError that says what of the key is damaged. */
export async function checkWholeKey(path: string): Promise<void> {
  const damaged = (rule: string): never => {
    throw new ArtifactError(path, `is damaged: ${rule}`);
  };
  const { wires, publicSignals, domain, ...header } = await readZkeySummary(path);
  const { fd, sections } = await readBinFile(path, "zkey", 2, 1 << 22, 1 << 24);
  try {
    const end = Math.max(...sections.flatMap((parts) => (parts ?? []).map(({ p, size }) => p + size)));
    if (end !== (await stat(path)).size) damaged("it doesn't end where its last section does");
    const onCurve = (name: string, bytes: Uint8Array, size: typeof G1 | typeof G2): void => {
      const wrong = firstOffCurve(bytes, size);
      if (wrong !== undefined) damaged(`point ${wrong} of ${name} isn't on its curve`);
    };
    for (const name of ["alpha1", "beta1", "delta1"] as const) onCurve(name, header[name], G1);
    for (const name of ["beta2", "gamma2", "delta2"] as const) onCurve(name, header[name], G2);
    const lists: readonly (readonly [section: number, name: string, count: number, size: typeof G1 | typeof G2])[] = [
      [3, "IC", publicSignals + 1, G1],
      [5, "A", wires, G1],
      [6, "B in G1", wires, G1],
      [7, "B in G2", wires, G2],
      [8, "C", wires - publicSignals - 1, G1],
      [9, "H", domain, G1],
    ];
    for (const [section, name, count, size] of lists) {
      const bytes = await readSection(fd, sections, section);
      if (bytes.byteLength !== count * size) damaged(`${name} must hold ${count} points`);
      onCurve(name, bytes, size);
    }
    const wrong = firstMisplaced(await readSection(fd, sections, 4), wires, domain);
    if (wrong !== undefined) damaged(`coefficient ${wrong} is of no constraint or wire`);
    const last = (await readContributions(path)).contributions.at(-1)?.points;
    if (last === undefined) return;
    onCurve("the last contribution", last.keyG2, G2);
    if (Buffer.compare(last.deltaAfter, header.delta1) !== 0)
      damaged("its last contribution ends at another δ than its header's");
  } finally {
    await fd.close();
  }
}
