/**
 * Poseidon over Fr in the form with sparse partial rounds; src/kernel/poseidonConstants.ts says where its constants come from.
 * They lie one after another, in the kernel's form: the mixing matrix, the one into the partial rounds, the first
 * additions; additions of each full round of the first half; number, row and column of each partial round; additions of
 * the second half but the last round's.
 */
import * as F from "./fr";

/** 17 elements: 16 inputs and one more. */
const STATE: usize = memory.data(612);
const MIXED: usize = memory.data(612);
const POWER: usize = memory.data(36);

/** a = a⁵ + c */
@inline function fifth(a: usize, c: usize): void {
  F.sqr(POWER, a);
  F.sqr(POWER, POWER);
  F.mulAdd(a, POWER, a, c);
}

/** r = Σ a_i·b_i over `size` bytes of elements */
@inline function dot(r: usize, a: usize, b: usize, size: usize): void {
  F.mul(r, a, b);
  for (let i: usize = F.SIZE; i < size; i += F.SIZE) F.mulAdd(r, a + i, b + i, r);
}

/** A full round with its additions; returns where they end. */
function round(additions: usize, matrix: usize, size: usize): usize {
  for (let i: usize = 0; i < size; i += F.SIZE) fifth(STATE + i, additions + i);
  for (let i: usize = 0; i < size; i += F.SIZE, matrix += size) dot(MIXED + i, matrix, STATE, size);
  memory.copy(STATE, MIXED, size);
  return additions + size;
}

/**
 * The hash of `inputs` whole numbers of 32 bytes each, as 32 bytes in [0, r).
 *
 * @param partialRounds how many the constants have
 */
export function hash(to: usize, bytes: usize, inputs: usize, partialRounds: usize, constants: usize): void {
  const size = (inputs + 1) * F.SIZE;
  const matrix = constants;
  const into = matrix + (inputs + 1) * size;
  let next = into + (inputs + 1) * size;

  F.copy(STATE, next);
  for (let i: usize = F.SIZE; i < size; i += F.SIZE, bytes += 32) {
    F.fromInteger(STATE + i, bytes);
    F.add(STATE + i, STATE + i, next + i);
  }
  next += size;
  for (let k = 0; k < 3; k++) next = round(next, matrix, size);
  next = round(next, into, size);

  for (let k: usize = 0; k < partialRounds; k++) {
    fifth(STATE, next);
    const row = next + F.SIZE;
    const column = row + size;
    dot(MIXED, row, STATE, size);
    for (let i: usize = F.SIZE; i < size; i += F.SIZE) F.mulAdd(STATE + i, column + i - F.SIZE, STATE, STATE + i);
    F.copy(STATE, MIXED);
    next = column + size - F.SIZE;
  }

  for (let k = 0; k < 3; k++) next = round(next, matrix, size);
  // The last round adds nothing, and only its first element is wanted.
  F.zero(MIXED);
  for (let i: usize = 0; i < size; i += F.SIZE) fifth(STATE + i, MIXED);
  dot(MIXED, matrix, STATE, size);
  F.toInteger(to, MIXED);
}
