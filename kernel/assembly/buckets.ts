/**
 * Sums of many groups of affine points at once. In every round each group's points are added in pairs; the slopes of
 * all pairs share their inversions (Montgomery's trick), so an addition costs five multiplications and a squaring. That
 * a group is summed as a tree makes few large groups (scalars 0 and 1, top windows) as cheap as many small ones, and
 * equal or opposite points are told apart pair by pair.
 */
import * as F from "./field";
import { AFFINE, copySigned, isInfinity } from "./curve";

/** Pairs that share an inversion, which costs about 300 multiplications. */
const BATCH: usize = 2048;
const NEGATIVE: u32 = 0x80000000;

const LEFT: usize = 0;
const RIGHT: usize = LEFT + 4 * BATCH;
const TO: usize = RIGHT + 4 * BATCH;
const LEFT_MASK: usize = TO + 4 * BATCH;
const RIGHT_MASK: usize = LEFT_MASK + BATCH;
const KIND: usize = RIGHT_MASK + BATCH;
const PREFIX: usize = KIND + BATCH;

/** Sum of two points with different x; a copy of either (the other is infinity); infinity; twice the left one. */
const SUM: u8 = 0;
const COPY_LEFT: u8 = 1;
const COPY_RIGHT: u8 = 2;
const NOTHING: u8 = 3;
const TWICE: u8 = 4;

const ACC: usize = memory.data(72);
const U: usize = memory.data(72);
const SLOPE: usize = memory.data(72);
const T: usize = memory.data(72);

let queue: usize = 0;
let queued: usize = 0;
/** Keeps the compiler from dropping the reads of `touch`. */
export let touched: u32 = 0;

/** Bytes of scratch space that `sumGroups` takes for `total` points in `groups` groups. */
export function scratchBytes(total: usize, groups: usize): usize {
  return PREFIX + BATCH * F.SIZE + (total + groups + 2) * AFFINE + 64;
}

/**
 * out[g] = sum of group g, infinity for an empty one.
 *
 * @param base affine points
 * @param entries u32 each, group after group: a point's place in base, bit 31 set to subtract it
 * @param counts u32 each: points in the group; overwritten
 */
export function sumGroups(base: usize, entries: usize, counts: usize, groups: usize, out: usize, scratch: usize): void {
  let most: u32 = 0;
  let total: usize = 0;
  for (let g: usize = 0; g < groups; g++) {
    const count = load<u32>(counts + 4 * g);
    total += count;
    if (count > most) most = count;
  }
  queue = scratch;
  queued = 0;
  const half = ((total + groups) / 2 + 1) * AFFINE;
  let from: usize = 0;
  let to = scratch + PREFIX + BATCH * F.SIZE;
  const other = to + half;
  let spare = other;
  while (most > 1) {
    halve(base, entries, counts, groups, from, to);
    from = to;
    to = spare;
    spare = from;
    most = (most + 1) >> 1;
  }
  for (let g: usize = 0; g < groups; g++, out += AFFINE) {
    if (load<u32>(counts + 4 * g) == 0) memory.fill(out, 0, AFFINE);
    else if (from != 0) {
      memory.copy(out, from, AFFINE);
      from += AFFINE;
    } else {
      const entry = load<u32>(entries);
      copySigned(out, base + <usize>(entry & ~NEGATIVE) * AFFINE, maskOf(entry));
      entries += 4;
    }
  }
}

/**
 * to[i] = 2·from[i] for `n` finite points, sharing one inversion; the two may not overlap.
 *
 * @param scratch room for n field elements
 */
export function doubleAll(from: usize, to: usize, n: usize, scratch: usize): void {
  F.one(ACC);
  for (let i: usize = 0; i < n; i++) {
    F.copy(scratch + i * F.SIZE, ACC);
    const y = from + i * AFFINE + F.SIZE;
    F.add(T, y, y);
    F.mul(ACC, ACC, T);
  }
  F.inverse(ACC, ACC);
  while (n-- > 0) twice(to + n * AFFINE, from + n * AFFINE, 0, scratch + n * F.SIZE);
}

/** One round: from the entries where `from` is 0, else from the points there. */
function halve(base: usize, entries: usize, counts: usize, groups: usize, from: usize, to: usize): void {
  for (let g: usize = 0; g < groups; g++) {
    const count = load<u32>(counts + 4 * g);
    const pairs = count >> 1;
    for (let i: u32 = 0; i < pairs; i++) {
      if (from == 0) {
        const left = load<u32>(entries), right = load<u32>(entries, 4);
        entries += 8;
        push(base + <usize>(left & ~NEGATIVE) * AFFINE, base + <usize>(right & ~NEGATIVE) * AFFINE, to, <u8>(left >> 31), <u8>(right >> 31));
      } else {
        push(from, from + AFFINE, to, 0, 0);
        from += 2 * AFFINE;
      }
      to += AFFINE;
    }
    if (count & 1) {
      if (from == 0) {
        const entry = load<u32>(entries);
        entries += 4;
        copySigned(to, base + <usize>(entry & ~NEGATIVE) * AFFINE, maskOf(entry));
      } else {
        memory.copy(to, from, AFFINE);
        from += AFFINE;
      }
      to += AFFINE;
    }
    store<u32>(counts + 4 * g, pairs + (count & 1));
  }
  flush();
}

@inline function maskOf(entry: u32): i64 {
  return -<i64>(entry >> 31);
}

@inline function push(left: usize, right: usize, to: usize, leftSign: u8, rightSign: u8): void {
  store<u32>(queue + LEFT + 4 * queued, <u32>left);
  store<u32>(queue + RIGHT + 4 * queued, <u32>right);
  store<u32>(queue + TO + 4 * queued, <u32>to);
  store<u8>(queue + LEFT_MASK + queued, leftSign);
  store<u8>(queue + RIGHT_MASK + queued, rightSign);
  touched += touch(left) + touch(right);
  if (++queued == BATCH) flush();
}

/**
 * Reads a point's cache lines. Points lie scattered in megabytes; asked for here, in a tight loop, many lines are on
 * their way at once, while the arithmetic would wait for each.
 */
@inline function touch(point: usize): u32 {
  let sum = load<u32>(point) + load<u32>(point, 64);
  if (AFFINE > 128) sum += load<u32>(point, 128);
  return sum + load<u32>(point + AFFINE - 4);
}

/** Adds the queued pairs. */
function flush(): void {
  if (queued == 0) return;
  F.one(ACC);
  for (let i: usize = 0; i < queued; i++) {
    const left: usize = load<u32>(queue + LEFT + 4 * i), right: usize = load<u32>(queue + RIGHT + 4 * i);
    F.copy(queue + PREFIX + i * F.SIZE, ACC);
    let kind = SUM;
    if (load<u64>(left) == 0 || load<u64>(right) == 0 || F.maybeEqual(left, right)) kind = kindOf(i, left, right);
    store<u8>(queue + KIND + i, kind);
    if (kind == SUM) F.mulDiff(ACC, ACC, right, left);
    else if (kind == TWICE) {
      F.add(T, left + F.SIZE, left + F.SIZE);
      F.mul(ACC, ACC, T);
    }
  }
  F.inverse(ACC, ACC);
  while (queued > 0) {
    const i = --queued;
    const left: usize = load<u32>(queue + LEFT + 4 * i), right: usize = load<u32>(queue + RIGHT + 4 * i);
    const to: usize = load<u32>(queue + TO + 4 * i);
    const leftMask = -<i64>load<u8>(queue + LEFT_MASK + i), rightMask = -<i64>load<u8>(queue + RIGHT_MASK + i);
    const kind = load<u8>(queue + KIND + i);
    if (kind == SUM) {
      F.mul(U, ACC, queue + PREFIX + i * F.SIZE);
      F.mulDiff(ACC, ACC, right, left);
      F.slope(SLOPE, U, right + F.SIZE, rightMask, left + F.SIZE, leftMask);
      F.thirdX(to, SLOPE, left, right);
      F.thirdY(to + F.SIZE, SLOPE, left, to, left + F.SIZE, leftMask);
    } else if (kind == TWICE) twice(to, left, leftMask, queue + PREFIX + i * F.SIZE);
    else if (kind == COPY_LEFT) copySigned(to, left, leftMask);
    else if (kind == COPY_RIGHT) copySigned(to, right, rightMask);
    else memory.fill(to, 0, AFFINE);
  }
}

/** The kind of a pair that a quick look could not settle. */
function kindOf(i: usize, left: usize, right: usize): u8 {
  if (isInfinity(left)) return isInfinity(right) ? NOTHING : COPY_RIGHT;
  if (isInfinity(right)) return COPY_LEFT;
  F.sub(T, right, left);
  if (!F.isZero(T)) return SUM;
  if (load<u8>(queue + LEFT_MASK + i) == load<u8>(queue + RIGHT_MASK + i)) F.sub(T, right + F.SIZE, left + F.SIZE);
  else F.add(T, right + F.SIZE, left + F.SIZE);
  return F.isZero(T) ? TWICE : NOTHING;
}

/** to = 2·±left: slope ±3x² / 2y, where ACC · prefix = 1 / 2y. */
function twice(to: usize, left: usize, mask: i64, prefix: usize): void {
  F.mul(U, ACC, prefix);
  F.add(T, left + F.SIZE, left + F.SIZE);
  F.mul(ACC, ACC, T);
  F.sqr(T, left);
  F.add(SLOPE, T, T);
  F.add(T, SLOPE, T);
  F.mul(SLOPE, U, T);
  if (mask != 0) F.neg(SLOPE, SLOPE);
  F.thirdX(to, SLOPE, left, left);
  F.thirdY(to + F.SIZE, SLOPE, left, to, left + F.SIZE, mask);
}
