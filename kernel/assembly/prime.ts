/**
 * What a prime field needs beside its arithmetic. The build puts the emitted functions and constants (emit/modules.ts)
 * above this text, once for each field. Pointers are bytes offsets; r may be an operand.
 */

/** Scratch elements; one thread works in an instance. */
const T0: usize = memory.data(SIZE);
const WINDOW: usize = memory.data(16 * SIZE);
const POWER: usize = memory.data(SIZE);

@inline export function copy(r: usize, a: usize): void {
  memory.copy(r, a, SIZE);
}

@inline export function zero(r: usize): void {
  memory.fill(r, 0, SIZE);
}

@inline export function one(r: usize): void {
  memory.copy(r, ONE, SIZE);
}

/** Whether every limb is zero: a stored value that is exactly 0, not a multiple of p. */
@inline export function isClear(a: usize): bool {
  return (load<u64>(a) | load<u64>(a, 8) | load<u64>(a, 16) | load<u64>(a, 24) | <u64>load<u32>(a, 32)) == 0;
}

/** a ≡ 0 modulo p. |a| < 64p. */
export function isZero(a: usize): bool {
  reduced(T0, a);
  return isClear(T0);
}

/** r ≡ a in [0, p), every limb in [0, 2^29). |a| < 64p. */
export function canonical(r: usize, a: usize): void {
  reduced(r, a);
  if (load<i32>(r, SIZE - 4) >= 0) return;
  let carry: i32 = 0;
  for (let i: usize = 0; i < SIZE; i += 4) {
    carry += load<i32>(r + i) + load<i32>(P + i);
    store<i32>(r + i, i < SIZE - 4 ? carry & 0x1fffffff : carry);
    carry >>= 29;
  }
}

/** Limbs of 32 little-endian bytes, as they are. Reads 37 bytes. */
export function unpack(r: usize, bytes: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const bit = 29 * i;
    store<i32>(r + 4 * i, <i32>((load<u64>(bytes + (bit >> 3)) >> (bit & 7)) & 0x1fffffff));
  }
  store<i32>(r, <i32>(load<u32>(bytes, 28) >> 8), 32);
}

/** 32 little-endian bytes of canonical limbs. */
export function pack(bytes: usize, a: usize): void {
  let word: u64 = 0;
  let bits: u64 = 0;
  for (let i: usize = 0; i < 9; i++) {
    const limb = <u64>load<u32>(a + 4 * i);
    word |= limb << bits;
    bits += 29;
    if (bits >= 64) {
      store<u64>(bytes, word);
      bytes += 8;
      bits -= 64;
      word = limb >> (29 - bits);
    }
  }
}

/** From 32 bytes of a whole number below 2^256. */
export function fromInteger(r: usize, bytes: usize): void {
  unpack(r, bytes);
  mul(r, r, SQUARED);
}

/** From 32 bytes in Montgomery form with R = 2^256, as keys store coordinates. */
export function fromKey(r: usize, bytes: usize): void {
  unpack(r, bytes);
  mul(r, r, REKEYED);
}

/** To 32 bytes of the whole number in [0, p). */
export function toInteger(bytes: usize, a: usize): void {
  mul(T0, a, UNIT);
  canonical(T0, T0);
  pack(bytes, T0);
}

/** a^(p − 2), 1/a by Fermat; 0 for 0. Four bits of the exponent at a time. */
export function inverse(r: usize, a: usize): void {
  one(WINDOW);
  for (let i: usize = 1; i < 16; i++) mul(WINDOW + i * SIZE, WINDOW + (i - 1) * SIZE, a);
  one(POWER);
  for (let i: i32 = 63; i >= 0; i--) {
    for (let k = 0; k < 4; k++) sqr(POWER, POWER);
    const digit: usize = (load<u8>(EXPONENT + (i >> 1)) >> ((i & 1) << 2)) & 15;
    if (digit != 0) mul(POWER, POWER, WINDOW + digit * SIZE);
  }
  copy(r, POWER);
}
