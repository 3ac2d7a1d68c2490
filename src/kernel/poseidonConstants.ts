/**
 * Poseidon's constants from their definition, in the form that does fewest products: the paper's Grain generator draws
 * round constants and the mixing matrix (Grassi et al., "Poseidon", appendix E), then every partial round's matrix is
 * split so that all but its first row and column move into the round before it (appendix B), and constants of partial
 * rounds move until one number a round is left. What comes out is circomlib's permutation; the tests compare it with
 * poseidon-lite, which does the rounds as they are defined.
 *
 * @module
 */
import { bn254 } from "@noble/curves/bn254.js";

const { Fr } = bn254.fields;
export const FULL_ROUNDS = 8;
const HALF = FULL_ROUNDS / 2;
/** By number of inputs, 1 to 16: the paper's table, rounded up to whole blocks by circomlib. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
const FIELD_BITS = 254;

type Vector = readonly bigint[];
type Matrix = readonly Vector[];

/** A partial round: x_0 becomes x_0^5 + added; then x_0 = Σ row_i·x_i and x_i += column_i·x_0, the old x_0 on the right. */
interface PartialRound {
  readonly added: bigint;
  /** One number for each element of the state. */
  readonly row: Vector;
  /** For each element but the first. */
  readonly column: Vector;
}

/**
 * The permutation of a state of `width` elements: add `first`; then each full round raises every element to the fifth,
 * adds its constants and mixes. The first half's last full round mixes with `into`, all others with `matrix`; partial
 * rounds stand between the halves; the last full round adds nothing.
 */
export interface PoseidonConstants {
  readonly width: number;
  readonly first: Vector;
  /** `matrix[i][j]`: how much of element j goes into element i. */
  readonly matrix: Matrix;
  readonly into: Matrix;
  /** Additions of the full rounds but the last. */
  readonly full: Matrix;
  readonly partial: readonly PartialRound[];
}

/**
 * The constants for 1 to 16 inputs, all numbers in the field. Takes 10 ms for 2 inputs and 100 ms for 16: keep the result.
 *
 * @throws RangeError for another number of inputs
 */
export function poseidonConstants(inputs: number): PoseidonConstants {
  const partialRounds = PARTIAL_ROUNDS[inputs - 1];
  if (partialRounds === undefined) throw new RangeError(`Poseidon takes 1 to 16 inputs, got ${inputs}`);
  const width = inputs + 1;
  const { rounds, matrix } = draw(width, partialRounds);
  const undone = inverse(matrix);

  // Constants before a matrix: M·x + c = M·(x + M⁻¹·c). Of those in partial rounds all but the first element pass by the
  // fifth power, so they go on to the round before.
  const before = rounds.map((constants) => [...constants]);
  const added: bigint[] = [];
  for (let round = HALF + partialRounds; round > HALF; round--) {
    const moved = apply(undone, before[round]!);
    added.unshift(moved[0]!);
    before[round - 1] = before[round - 1]!.map((value, i) => (i === 0 ? value : Fr.add(value, moved[i]!)));
  }
  const full = [...before.slice(1, HALF + 1), ...before.slice(HALF + partialRounds + 1)].map((constants) =>
    apply(undone, constants),
  );

  // M = M''·M' with M'' dense in its first row and column alone, and M' leaving element 0 as it is, so that M' can move
  // before the fifth power. The k-th partial round from the end has the k-th power of M without its first row and column.
  const [[corner, ...row], ...below] = matrix as [[bigint, ...bigint[]], ...[bigint, ...bigint[]][]];
  let column: Vector = below.map(([first]) => first);
  let inner: Matrix = below.map(([, ...rest]) => rest);
  const step = inner;
  const backTransposed = transposed(inverse(inner));
  let across: Vector = row;
  const partial: PartialRound[] = [];
  for (let k = 0; k < partialRounds; k++) {
    across = apply(backTransposed, across);
    partial.unshift({ added: added[partialRounds - 1 - k]!, row: [corner, ...across], column });
    column = apply(step, column);
  }
  inner = power(step, partialRounds);
  return { width, first: rounds[0]!, matrix, into: [matrix[0]!, ...times(inner, below)], full, partial };
}

/** Round constants by round, and the mixing matrix: 1 / (x_i + y_j) of numbers drawn after them. */
function draw(width: number, partialRounds: number): { readonly rounds: Matrix; readonly matrix: Matrix } {
  const next = grain(width, partialRounds);
  const number = (): bigint => {
    let value = 0n;
    for (let half = 0; half < 2; half++) {
      // A half fits 127 bits: gathered in small numbers, which is several times faster than bit by bit in a large one.
      for (let bits = FIELD_BITS / 2; bits > 0;) {
        const count = Math.min(bits, 30);
        let word = 0;
        for (let i = 0; i < count; i++) word = (word << 1) | next();
        value = (value << BigInt(count)) | BigInt(word);
        bits -= count;
      }
    }
    return value;
  };
  const inField = (): bigint => {
    for (;;) {
      const value = number();
      if (value < Fr.ORDER) return value;
    }
  };
  const list = (draws: () => bigint): bigint[] => Array.from({ length: width }, draws);
  const rounds = Array.from({ length: FULL_ROUNDS + partialRounds }, () => list(inField));
  const reduced = (): bigint => Fr.create(number());
  const [x, y] = [list(reduced), list(reduced)];
  return { rounds, matrix: x.map((xi) => Fr.invertBatch(y.map((yj) => Fr.add(xi, yj)))) };
}

/** The Grain shift register, started from field, S-box, sizes and rounds; of each pair of bits the second counts if the first is 1. */
function grain(width: number, partialRounds: number): () => number {
  const fields: readonly (readonly [value: number, bits: number])[] = [
    [1, 2],
    [0, 4],
    [FIELD_BITS, 12],
    [width, 12],
    [FULL_ROUNDS, 10],
    [partialRounds, 10],
    [2 ** 30 - 1, 30],
  ];
  // The sequence's last 128 bits, of which the newest follows from the 80 before it.
  const bits = new Uint8Array(128);
  bits.set(Uint8Array.from(fields.map(([value, size]) => value.toString(2).padStart(size, "0")).join(""), Number));
  let at = 0;
  const step = (): number => {
    const i = at++;
    return (bits[(i + 80) & 127] =
      bits[(i + 62) & 127]! ^
      bits[(i + 51) & 127]! ^
      bits[(i + 38) & 127]! ^
      bits[(i + 23) & 127]! ^
      bits[(i + 13) & 127]! ^
      bits[i & 127]!);
  };
  for (let i = 0; i < 160; i++) step();
  return () => {
    while (step() === 0) step();
    return step();
  };
}

const dot = (a: Vector, b: Vector): bigint => {
  let sum = 0n;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return Fr.create(sum);
};
const apply = (matrix: Matrix, vector: Vector): bigint[] => matrix.map((row) => dot(row, vector));
const transposed = (matrix: Matrix): bigint[][] => matrix[0]!.map((_, j) => matrix.map((row) => row[j]!));

function times(a: Matrix, b: Matrix): bigint[][] {
  const columns = transposed(b);
  return a.map((row) => columns.map((column) => dot(row, column)));
}

function power(matrix: Matrix, exponent: number): Matrix {
  let [result, base]: [Matrix | undefined, Matrix] = [undefined, matrix];
  for (let e = exponent; e > 0; e >>= 1, base = times(base, base))
    if (e & 1) result = result === undefined ? base : times(result, base);
  return result!;
}

/** By Gauss and Jordan; every leading block of a Cauchy matrix is invertible, so no row needs to move. */
function inverse(matrix: Matrix): bigint[][] {
  const size = matrix.length;
  const rows = matrix.map((row, i) => [...row, ...Array.from({ length: size }, (_, j) => (i === j ? 1n : 0n))]);
  for (let k = 0; k < size; k++) {
    const scale = Fr.inv(rows[k]![k]!);
    const pivot = (rows[k] = rows[k]!.map((value) => Fr.mul(value, scale)));
    for (let i = 0; i < size; i++) {
      if (i === k) continue;
      const factor = rows[i]![k]!;
      rows[i] = rows[i]!.map((value, j) => Fr.create(value - factor * pivot[j]!));
    }
  }
  return rows.map((row) => row.slice(size));
}
