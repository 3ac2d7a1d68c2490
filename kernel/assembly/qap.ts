/**
 * A·w, B·w and their product from a key's coefficients, in bit-reversed order as the NTT wants them, and the scalars of
 * H from their values on the coset. Source of conventions: snarkjs 0.7.6, src/groth16_prove.js.
 */
import * as F from "./fr";
import { reversed } from "./ntt";

/** matrix, constraint, wire as u32, then value·2^512 as 32 bytes. */
const COEFFICIENT: usize = 44;
/** Place of the sum, wire, place of the coefficient: u32 each. */
const TERM: usize = 12;

const T: usize = memory.data(36);

/** Slots of the hash table that `index` needs for `n` coefficients: a power of two. */
export function slotsFor(n: usize): usize {
  let slots: usize = 64;
  while (slots < 2 * n) slots *= 2;
  return slots;
}

/**
 * Adds `n` of a key's coefficients to terms. Circuits repeat few different values, so values go into a dictionary: `raw`
 * as stored, 32 bytes each. Returns how many the dictionary has, or −1 when a coefficient lies outside the matrices.
 *
 * @param slots u32 each, zero at first: place in the dictionary + 1
 */
export function index(
  bytes: usize, n: usize, log: usize, wires: usize, terms: usize, raw: usize, known: usize, slots: usize, slotCount: usize,
): i32 {
  for (let i: usize = 0; i < n; i++, bytes += COEFFICIENT, terms += TERM) {
    if (load<u32>(bytes) > 1 || load<u32>(bytes, 4) >> <u32>log != 0 || load<u32>(bytes, 8) >= <u32>wires) return -1;
    const v0 = load<u64>(bytes, 12), v1 = load<u64>(bytes, 20), v2 = load<u64>(bytes, 28), v3 = load<u64>(bytes, 36);
    let slot = <usize>(((v0 ^ (v1 << 1) ^ (v2 << 2) ^ v3) * 0x9e3779b97f4a7c15) >> 32) & (slotCount - 1);
    let place: usize;
    for (;;) {
      place = load<u32>(slots + 4 * slot);
      if (place == 0) {
        memory.copy(raw + 32 * known, bytes + 12, 32);
        place = ++known;
        store<u32>(slots + 4 * slot, <u32>place);
        break;
      }
      const at = raw + 32 * (place - 1);
      if (load<u64>(at) == v0 && load<u64>(at, 8) == v1 && load<u64>(at, 16) == v2 && load<u64>(at, 24) == v3) break;
      slot = (slot + 1) & (slotCount - 1);
    }
    const row = reversed(load<u32>(bytes, 4), <u32>log) | (load<u32>(bytes) << <u32>log);
    store<u32>(terms, row);
    store<u32>(terms, load<u32>(bytes, 8), 4);
    store<u32>(terms, <u32>(place - 1), 8);
  }
  return <i32>known;
}

/** values[i] = dictionary's i-th in the form that times a plain integer gives Montgomery's: value·2^522. */
export function decodeValues(values: usize, raw: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++, raw += 32, values += F.SIZE) {
    F.unpack(values, raw);
    F.mul(values, values, F.RECOEFFICIENT);
  }
}

/** Limbs of `n` whole numbers of 32 bytes. */
export function unpackAll(to: usize, bytes: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++) F.unpack(to + i * F.SIZE, bytes + 32 * i);
}

/** a (2^log elements, b after it) = the sums of terms; c = a ∘ b. */
export function buildAbc(a: usize, c: usize, log: usize, terms: usize, n: usize, values: usize, witness: usize): void {
  const size: usize = (<usize>1 << log) * F.SIZE;
  memory.fill(a, 0, 2 * size);
  for (const end = terms + n * TERM; terms < end; terms += TERM) {
    const sum = a + <usize>load<u32>(terms) * F.SIZE;
    F.mulAdd(sum, values + <usize>load<u32>(terms, 8) * F.SIZE, witness + <usize>load<u32>(terms, 4) * F.SIZE, sum);
  }
  for (let i: usize = 0; i < size; i += F.SIZE) F.mul(c + i, a + i, a + size + i);
}

/** scalars[i] = a·b − c as 32 bytes. */
export function joinAbc(scalars: usize, a: usize, b: usize, c: usize, n: usize): void {
  for (let i: usize = 0; i < n; i++, scalars += 32, a += F.SIZE, b += F.SIZE, c += F.SIZE) {
    F.mul(T, a, b);
    F.sub(T, T, c);
    F.toInteger(scalars, T);
  }
  F.zero(T);
}
