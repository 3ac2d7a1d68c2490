/**
 * Σ k_i·P_i by windows with signed digits (Pippenger). A scalar above r/2 counts as its negative, so that small values
 * of either sign have few digits; zero digits cost nothing. A window's buckets B_b are folded in two steps with the same
 * pairwise sums: with b = hi·2^s + lo,  Σ b·B_b = 2^s · Σ hi·R_hi + Σ lo·C_lo,  R and C being the sums of rows and
 * columns of the buckets laid out as a rectangle.
 *
 * With tables, a scalar's windows are cut into stretches of equal length: the points of stretch j are 2^(j·steps·c)·P,
 * so that windows of all stretches meet in the same buckets, and there are as many rounds as a stretch has windows.
 *
 * No scalar is split by the curve's endomorphism (Gallant, Lambert and Vanstone): tried on a key of 2^16 with scalars cut
 * in halves for free, sums took 93 to 99 % of the time, which the splitting eats up, and twice the memory for points.
 */
import { AFFINE, add, addAffine, clear, double, isInfinity } from "./curve";
import { scratchBytes, sumGroups } from "./buckets";
import { HALF_ORDER, ORDER } from "./order";

const SCALAR: usize = memory.data(48);
const RUNNING: usize = memory.data(216);
const PART: usize = memory.data(216);

/**
 * A scalar's sign apart, 253 bits are left; windows reach two bits further. So the top digit, a carry from below included,
 * is at most 2^(c−2), and nothing carries out of it.
 */
@inline function windowsOf(c: usize): usize {
  return 254 / c + 1;
}

/** Windows of a stretch. */
@inline function stepsOf(c: usize, stretches: usize): usize {
  return (windowsOf(c) + stretches - 1) / stretches;
}

@inline function align(bytes: usize): usize {
  return (bytes + 7) & ~(<usize>7);
}

/** Bytes of scratch space that `msm` takes. */
export function msmScratch(n: usize, c: usize, stretches: usize): usize {
  const buckets: usize = (1 << (c - 1)) + 1;
  const all = n * stretches;
  const most = all > 2 * buckets ? all : 2 * buckets;
  return align(stepsOf(c, stretches) * all * 2) + 4 * align(4 * (most + buckets)) + (3 * buckets + 8) * AFFINE + scratchBytes(most, buckets) + 256;
}

/**
 * out = Σ scalars[index[i]] · points[i], Jacobian.
 *
 * @param points affine, none of them infinity: n, then n of the next stretch, and so on
 * @param index u32 each
 * @param scalars 32 little-endian bytes each, below r
 * @param c bits of a window, 2 to 16
 * @param stretches 1 without tables
 */
export function msm(
  points: usize, index: usize, scalars: usize, n: usize, c: usize, stretches: usize, out: usize, scratch: usize,
): void {
  const steps = stepsOf(c, stretches);
  const all = n * stretches;
  const buckets: usize = (1 << (c - 1)) + 1;
  const low = (c - 1) / 2;
  const columns: usize = 1 << low;
  const rows: usize = ((buckets - 1) >> low) + 1;
  const most = all > 2 * buckets ? all : 2 * buckets;

  const digits = scratch;
  const counts = digits + align(steps * all * 2);
  const places = counts + align(4 * (most + buckets));
  const entries = places + align(4 * (most + buckets));
  const sums = entries + align(4 * (most + buckets));
  const rowSums = sums + buckets * AFFINE;
  const columnSums = rowSums + rows * AFFINE;
  const rest = align(columnSums + columns * AFFINE);

  memory.fill(digits, 0, steps * all * 2);
  for (let i: usize = 0; i < n; i++) recode(scalars + 32 * <usize>load<u32>(index + 4 * i), digits + 2 * i, n, c, stretches, steps);
  clear(out);
  for (let step: i32 = <i32>steps - 1; step >= 0; step--) {
    for (let k: usize = 0; k < c; k++) double(out);
    if (!sortDigits(digits + <usize>step * all * 2, all, counts, places, entries, buckets)) continue;
    sumGroups(points, entries, counts, buckets, sums, rest);
    groupBy(buckets, low, true, rows, sums, counts, places, entries);
    sumGroups(sums, entries, counts, rows, rowSums, rest);
    groupBy(buckets, low, false, columns, sums, counts, places, entries);
    sumGroups(sums, entries, counts, columns, columnSums, rest);
    weigh(rowSums, rows);
    for (let k: usize = 0; k < low; k++) double(PART);
    add(out, PART);
    weigh(columnSums, columns);
    add(out, PART);
  }
  // The host wipes the scratch space; this scalar is not in it.
  memory.fill(SCALAR, 0, 48);
}

/**
 * Signed digits of a scalar, i16 in [−2^(c−1), 2^(c−1)): window after window `n · stretches` digits apart, and from
 * stretch to stretch `n`. Which of the two digits ±2^(c−1) a window may have depends on the scalar's sign, so that both
 * fit i16 for c = 16.
 */
function recode(scalar: usize, digits: usize, n: usize, c: usize, stretches: usize, steps: usize): void {
  const s0 = load<u64>(scalar), s1 = load<u64>(scalar, 8), s2 = load<u64>(scalar, 16), s3 = load<u64>(scalar, 24);
  const negative = aboveHalf(s0, s1, s2, s3);
  if (negative) {
    let borrow: u64 = 0;
    for (let i: usize = 0; i < 32; i += 8) {
      const a = load<u64>(ORDER + i), b = load<u64>(scalar + i);
      store<u64>(SCALAR + i, a - b - borrow);
      borrow = <u64>(a < b || (a == b && borrow != 0));
    }
  } else memory.copy(SCALAR, scalar, 32);
  const mask: u32 = (1 << <u32>c) - 1;
  const half: i32 = 1 << (<i32>c - 1);
  const most: i32 = negative ? half : half - 1;
  const windows = windowsOf(c);
  let carry: i32 = 0;
  let bit: usize = 0;
  for (let w: usize = 0, step: usize = 0, at = digits; w < windows; w++, bit += c) {
    let digit = <i32>((load<u32>(SCALAR + (bit >> 3)) >> <u32>(bit & 7)) & mask) + carry;
    carry = <i32>(digit > most);
    if (carry) digit -= 2 * half;
    store<i16>(at, <i16>(negative ? -digit : digit));
    at += 2 * n * stretches;
    if (++step == steps) {
      step = 0;
      digits += 2 * n;
      at = digits;
    }
  }
}

@inline function aboveHalf(s0: u64, s1: u64, s2: u64, s3: u64): bool {
  const h3 = load<u64>(HALF_ORDER, 24), h2 = load<u64>(HALF_ORDER, 16), h1 = load<u64>(HALF_ORDER, 8);
  if (s3 != h3) return s3 > h3;
  if (s2 != h2) return s2 > h2;
  if (s1 != h1) return s1 > h1;
  return s0 > load<u64>(HALF_ORDER);
}

/** Counting sort by |digit|, zeros left out. False when there is nothing else. */
function sortDigits(digits: usize, n: usize, counts: usize, places: usize, entries: usize, buckets: usize): bool {
  memory.fill(counts, 0, 4 * buckets);
  let any = false;
  for (let i: usize = 0; i < n; i++) {
    const digit: i32 = load<i16>(digits + 2 * i);
    if (digit == 0) continue;
    any = true;
    const at = counts + 4 * <usize>abs(digit);
    store<u32>(at, load<u32>(at) + 1);
  }
  if (!any) return false;
  prefix(counts, places, buckets);
  for (let i: usize = 0; i < n; i++) {
    const digit: i32 = load<i16>(digits + 2 * i);
    if (digit == 0) continue;
    put(places, entries, <usize>abs(digit), <u32>i | (digit < 0 ? 0x80000000 : 0));
  }
  return true;
}

/** Entries that sum the buckets by row (b >> low) or by column (b mod 2^low), those of weight 0 left out. */
function groupBy(
  buckets: usize, low: usize, byRow: bool, groups: usize, sums: usize, counts: usize, places: usize, entries: usize,
): void {
  memory.fill(counts, 0, 4 * groups);
  for (let pass = 0; pass < 2; pass++) {
    for (let b: usize = 1; b < buckets; b++) {
      const group = byRow ? b >> low : b & ((1 << low) - 1);
      if (group == 0 || isInfinity(sums + b * AFFINE)) continue;
      if (pass == 0) store<u32>(counts + 4 * group, load<u32>(counts + 4 * group) + 1);
      else put(places, entries, group, <u32>b);
    }
    if (pass == 0) prefix(counts, places, groups);
  }
}

function prefix(counts: usize, places: usize, groups: usize): void {
  let at: u32 = 0;
  for (let g: usize = 0; g < groups; g++) {
    store<u32>(places + 4 * g, at);
    at += load<u32>(counts + 4 * g);
  }
}

@inline function put(places: usize, entries: usize, group: usize, entry: u32): void {
  const place = places + 4 * group;
  const at = load<u32>(place);
  store<u32>(entries + 4 * <usize>at, entry);
  store<u32>(place, at + 1);
}

/** PART = Σ g · sums[g], by running sums from the top. */
function weigh(sums: usize, groups: usize): void {
  clear(RUNNING);
  clear(PART);
  for (let g = groups - 1; g > 0; g--) {
    addAffine(RUNNING, sums + g * AFFINE);
    add(PART, RUNNING);
  }
}
