/**
 * Tables of multiples of a key's points, for a prover that lives long: a scalar's windows are cut into stretches of equal
 * length, and for each stretch but the first every point is kept once more, times the power of two that the stretch
 * starts at. All stretches then share their buckets (kernel/assembly/msm.ts), which makes sums cheaper by up to a quarter.
 *
 * @module
 */
import type { Pointer } from "../../base/wasm.ts";
import { affineBytes, type GroupName, type Kernel } from "../../kernel/kernel.ts";

/** Windows of 16 bits are the widest, and there are 16 of them: more stretches are of no use. */
const MOST_STRETCHES = 16;
const WIDEST = 16;
/** Points doubled together: few enough for a processor's cache, enough to share inversions. */
const BLOCK = 2048;

/** How a sum goes about its scalars. */
export interface Shape {
  /** Bits of a window. */
  readonly window: number;
  /** 1 without tables. */
  readonly stretches: number;
}

/** Windows of a stretch; as stepsOf in kernel/assembly/msm.ts. */
const stepsOf = ({ window, stretches }: Shape): number => Math.ceil((Math.floor(254 / window) + 1) / stretches);

/** Additions: in every step each point of every stretch goes into a bucket, and each bucket is added twice. */
const additions = (count: number, shape: Shape): number =>
  stepsOf(shape) * (count * shape.stretches + 2 ** shape.window + 2 ** (shape.window / 2 + 3));

/** The best windows for a sum over `count` points. */
export function shapeFor(count: number, stretches = 1): Shape {
  let best: Shape = { window: 2, stretches };
  for (let window = 3; window <= WIDEST; window++) {
    const shape = { window, stretches };
    if (additions(count, shape) < additions(count, best)) best = shape;
  }
  return best;
}

/** Stretches that cost least for sums over `count` points, of those whose tables `fit`; the fewest of equally good ones. */
export function stretchesFor(count: number, fit: (stretches: number) => boolean): number {
  const cost = (stretches: number): number => additions(count, shapeFor(count, stretches));
  let best = 1;
  for (let each = 2; each <= MOST_STRETCHES; each++) if (fit(each) && cost(each) < cost(best)) best = each;
  return best;
}

/** What a sum over `count` points costs with tables, of what it costs without. */
export const tableGain = (count: number, stretches: number): number =>
  additions(count, shapeFor(count, stretches)) / additions(count, shapeFor(count));

/** Fills the tables behind `count` points at `points`, where there is room for `shape.stretches` times as many. */
export function fillTables(kernel: Kernel, group: GroupName, points: Pointer, count: number, shape: Shape): void {
  const size = affineBytes(group);
  const doublings = shape.window * stepsOf(shape);
  for (let first = 0; first < count; first += BLOCK) {
    const length = Math.min(BLOCK, count - first);
    kernel.scoped(() => {
      let [from, to] = [kernel.alloc(length * size), kernel.alloc(length * size)];
      const scratch = kernel.alloc((length * size) / 2);
      const copy = (target: Pointer, source: Pointer): void =>
        kernel.bytes(target, length * size).set(kernel.bytes(source, length * size));
      copy(from, points + first * size);
      for (let stretch = 1; stretch < shape.stretches; stretch++) {
        for (let k = 0; k < doublings; k++) {
          kernel.call[`${group}_buckets_doubleAll`]!(from, to, length, scratch);
          [from, to] = [to, from];
        }
        copy(points + (stretch * count + first) * size, from);
      }
    });
  }
}
