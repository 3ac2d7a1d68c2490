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
const LEFT_SIGN: usize = TO + 4 * BATCH;
const RIGHT_SIGN: usize = LEFT_SIGN + BATCH;
const KIND: usize = RIGHT_SIGN + BATCH;
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
  return PREFIX + (BATCH + 1) * F.SIZE + (total + groups + 2) * AFFINE + 64;
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
  let to = scratch + PREFIX + (BATCH + 1) * F.SIZE;
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
      copySigned(out, base + <usize>(entry & ~NEGATIVE) * AFFINE, signOf(entry));
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
        push(base + <usize>(left & ~NEGATIVE) * AFFINE, base + <usize>(right & ~NEGATIVE) * AFFINE, to, signOf(left), signOf(right));
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
        copySigned(to, base + <usize>(entry & ~NEGATIVE) * AFFINE, signOf(entry));
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

@inline function signOf(entry: u32): u8 {
  return <u8>(entry >> 31);
}

@inline function push(left: usize, right: usize, to: usize, leftSign: u8, rightSign: u8): void {
  store<u32>(queue + LEFT + 4 * queued, <u32>left);
  store<u32>(queue + RIGHT + 4 * queued, <u32>right);
  store<u32>(queue + TO + 4 * queued, <u32>to);
  store<u8>(queue + LEFT_SIGN + queued, leftSign);
  store<u8>(queue + RIGHT_SIGN + queued, rightSign);
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
  let prefix = queue + PREFIX;
  F.one(prefix);
  for (let i: usize = 0; i < queued; i++) {
    const left: usize = load<u32>(queue + LEFT + 4 * i), right: usize = load<u32>(queue + RIGHT + 4 * i);
    let kind = SUM;
    if (load<u64>(left) == 0 || load<u64>(right) == 0 || F.maybeEqual(left, right)) kind = kindOf(i, left, right);
    store<u8>(queue + KIND + i, kind);
    const next = prefix + F.SIZE;
    if (kind == SUM) F.mulDiff(next, prefix, right, left);
    else if (kind == TWICE) {
      F.add(T, left + F.SIZE, left + F.SIZE);
      F.mul(next, prefix, T);
    } else F.copy(next, prefix);
    prefix = next;
  }
  F.inverse(ACC, prefix);
  while (queued > 0) {
    const i = --queued;
    const left: usize = load<u32>(queue + LEFT + 4 * i), right: usize = load<u32>(queue + RIGHT + 4 * i);
    const to: usize = load<u32>(queue + TO + 4 * i);
    const leftSign = load<u8>(queue + LEFT_SIGN + i), rightSign = load<u8>(queue + RIGHT_SIGN + i);
    prefix -= F.SIZE;
    const kind = load<u8>(queue + KIND + i);
    if (kind == SUM) {
      F.mul(U, ACC, prefix);
      F.mulDiff(ACC, ACC, right, left);
      sum(to, left, leftSign, right, rightSign);
    } else if (kind == TWICE) twice(to, left, leftSign, prefix);
    else if (kind == COPY_LEFT) copySigned(to, left, leftSign);
    else if (kind == COPY_RIGHT) copySigned(to, right, rightSign);
    else memory.fill(to, 0, AFFINE);
  }
}

/** The kind of a pair that a quick look could not settle. */
function kindOf(i: usize, left: usize, right: usize): u8 {
  if (isInfinity(left)) return isInfinity(right) ? NOTHING : COPY_RIGHT;
  if (isInfinity(right)) return COPY_LEFT;
  F.sub(T, right, left);
  if (!F.isZero(T)) return SUM;
  if (load<u8>(queue + LEFT_SIGN + i) == load<u8>(queue + RIGHT_SIGN + i)) F.sub(T, right + F.SIZE, left + F.SIZE);
  else F.add(T, right + F.SIZE, left + F.SIZE);
  return F.isZero(T) ? TWICE : NOTHING;
}

/**
 * to = ±left ± right, where U = 1 / (x2 − x1). No sign is put on a coordinate: the slope is computed up to the right
 * point's, which then turns x1 − x3 around.
 */
@inline function sum(to: usize, left: usize, leftSign: u8, right: usize, rightSign: u8): void {
  const y1 = left + F.SIZE, y2 = right + F.SIZE, y3 = to + F.SIZE;
  if (leftSign == rightSign) F.mulDiff(SLOPE, U, y2, y1);
  else F.mulSum(SLOPE, U, y2, y1);
  F.thirdX(to, SLOPE, left, right);
  const from = rightSign ? to : left;
  const less = rightSign ? left : to;
  if (leftSign) F.mulDiffPlus(y3, SLOPE, from, less, y1);
  else F.mulDiffMinus(y3, SLOPE, from, less, y1);
}

/** to = 2·±left: slope ±3x² / 2y, where ACC · prefix = 1 / 2y. */
function twice(to: usize, left: usize, sign: u8, prefix: usize): void {
  F.mul(U, ACC, prefix);
  F.add(T, left + F.SIZE, left + F.SIZE);
  F.mul(ACC, ACC, T);
  F.sqr(T, left);
  F.add(SLOPE, T, T);
  F.add(T, SLOPE, T);
  F.mul(SLOPE, U, T);
  F.thirdX(to, SLOPE, left, left);
  if (sign) F.mulDiffPlus(to + F.SIZE, SLOPE, to, left, left + F.SIZE);
  else F.mulDiffMinus(to + F.SIZE, SLOPE, left, to, left + F.SIZE);
}
