/**
 * A thread's share of the multi-scalar multiplications: its points, decoded once and kept, and the sums over them.
 *
 * @module
 */
import { INTEGER, type Pointer } from "../../base/wasm.ts";
import { ELEMENT, affineBytes, jacobianBytes, type GroupName, type Kernel } from "../../kernel/kernel.ts";
import { groupOf, sumOf, type PartName, type Piece, type SumName } from "./plan.ts";
import { fillTables, shapeFor, type Shape } from "./tables.ts";
import { KEY_POINT, type KeyLayout, type KeySource } from "../../groth16/zkey.ts";

/** Points read from a key at once. */
const CHUNK = 1 << 14;

/** Part of a sum: an affine point of the kernel as bytes. */
export interface PartialSum {
  readonly sum: SumName;
  readonly point: Uint8Array;
}

/** What a sum's scalars are. Those of C, where H's points are among them, are both; they count as the quotient's, which come later. */
export type Over = "witness" | "quotient";
export const overOf = (part: PartName): Over => (part === "h" ? "quotient" : "witness");

interface LoadedSum {
  readonly sum: SumName;
  readonly over: Over;
  readonly points: Pointer;
  /** Which scalar each point takes: u32. */
  readonly index: Pointer;
  readonly count: number;
  readonly shape: Shape;
}

export class SumShare {
  private constructor(
    private readonly kernel: Kernel,
    private readonly sums: readonly LoadedSum[],
  ) {}

  /** Reads and decodes the points of `pieces`; those at infinity are left out. Fills tables of so many `stretches`. */
  static load(
    kernel: Kernel,
    layout: KeyLayout,
    source: KeySource,
    pieces: readonly Piece[],
    stretches: number,
  ): SumShare {
    const names = [...new Set(pieces.map(({ part }) => sumOf(part)))];
    return new SumShare(
      kernel,
      names.map((sum) =>
        loadSum(
          kernel,
          layout,
          source,
          sum,
          pieces.filter(({ part }) => sumOf(part) === sum),
          stretches,
        ),
      ),
    );
  }

  /** The sums over `over`; `scalars`: 32 bytes each, the quotient's first, then the witness. */
  *run(over: Over, scalars: Pointer): Generator<PartialSum> {
    for (const { sum, points, index, count, shape } of this.sums.filter((each) => each.over === over)) {
      yield { sum, point: multiSum(this.kernel, groupOf(sum), points, index, scalars, count, shape) };
    }
  }
}

function loadSum(
  kernel: Kernel,
  layout: KeyLayout,
  source: KeySource,
  sum: SumName,
  pieces: readonly Piece[],
  stretches: number,
): LoadedSum {
  const group = groupOf(sum);
  const size = KEY_POINT[group];
  const room = pieces.reduce((points, { from, to }) => points + to - from, 0);
  const [points, index] = [kernel.alloc(stretches * room * affineBytes(group)), kernel.alloc(room * 4)];
  let count = 0;
  for (const { part, from: start, to: end } of pieces) {
    for (let from = start; from < end; from += CHUNK) {
      const length = Math.min(CHUNK, end - from);
      kernel.scoped(() => {
        const bytes = kernel.alloc(length * size);
        source.read(kernel.bytes(bytes, length * size), layout.at[part] + from * size);
        count += kernel.call[`${group}_curve_decode`]!(
          points + count * affineBytes(group),
          index + 4 * count,
          bytes,
          length,
          firstScalar(layout, part) + from,
        );
      });
    }
  }
  const shape = shapeFor(count, stretches);
  fillTables(kernel, group, points, count, shape);
  return {
    sum,
    over: pieces.some(({ part }) => overOf(part) === "quotient") ? "quotient" : "witness",
    points,
    index,
    count,
    shape,
  };
}

/** The scalar that the first point of a part takes. The key's C has no points for the constant and the public wires. */
const firstScalar = ({ domain, publicSignals }: KeyLayout, part: PartName): number =>
  part === "h" ? 0 : part === "c" ? domain + publicSignals + 1 : domain;

/** Σ scalars[index[i]] · points[i] as an affine point's bytes. */
export function multiSum(
  kernel: Kernel,
  group: GroupName,
  points: Pointer,
  index: Pointer,
  scalars: Pointer,
  count: number,
  { window, stretches }: Shape = shapeFor(count),
): Uint8Array {
  return kernel.scoped(() => {
    const [sum, affine] = [kernel.alloc(jacobianBytes(group)), kernel.alloc(affineBytes(group))];
    const scratch = kernel.alloc(kernel.call[`${group}_msm_msmScratch`]!(count, window, stretches));
    kernel.call[`${group}_msm_msm`]!(points, index, scalars, count, window, stretches, sum, scratch);
    kernel.call[`${group}_curve_lower`]!(affine, sum);
    return kernel.bytes(affine, affineBytes(group)).slice();
  });
}

/** Coordinates of an affine point as whole numbers: two for G1, four for G2; all 0 for infinity. */
export function coordinates(kernel: Kernel, group: GroupName, point: Uint8Array): bigint[] {
  return kernel.scoped(() => {
    const count = affineBytes(group) / ELEMENT;
    const [affine, bytes] = [kernel.put(point), kernel.alloc(count * INTEGER)];
    kernel.call[`${group}_curve_encode`]!(bytes, affine);
    return Array.from({ length: count }, (_, i) => kernel.integer(bytes + i * INTEGER));
  });
}
