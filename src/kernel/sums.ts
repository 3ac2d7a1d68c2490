/**
 * A thread's share of the multi-scalar multiplications: its points, decoded once and kept, and the sums over them.
 *
 * @module
 */
import { INTEGER, type Pointer } from "../wasmInstance.ts";
import { ELEMENT, affineBytes, jacobianBytes, type GroupName, type Kernel } from "./kernel.ts";
import { groupOf, type Piece, type SumName } from "./plan.ts";
import { fillTables, shapeFor, type Shape } from "./tables.ts";
import { KEY_POINT, type KeyLayout, type KeySource } from "./zkey.ts";

/** Points read from a key at once. */
const CHUNK = 1 << 14;

/** Part of a sum: an affine point of the kernel as bytes. */
export interface PartialSum {
  readonly sum: SumName;
  readonly point: Uint8Array;
}

interface LoadedPiece extends Piece {
  readonly points: Pointer;
  /** Which scalar each point takes: u32. */
  readonly index: Pointer;
  readonly count: number;
  readonly shape: Shape;
}

export class SumShare {
  private constructor(private readonly kernel: Kernel, private readonly pieces: readonly LoadedPiece[]) {}

  /** Reads and decodes the points of `pieces`; those at infinity are left out. Fills tables of so many `stretches`. */
  static load(kernel: Kernel, layout: KeyLayout, source: KeySource, pieces: readonly Piece[], stretches: number): SumShare {
    return new SumShare(kernel, pieces.map((piece) => {
      const group = groupOf(piece.sum);
      const size = KEY_POINT[group];
      const room = piece.to - piece.from;
      const [points, index] = [kernel.alloc(stretches * room * affineBytes(group)), kernel.alloc(room * 4)];
      // C has no points for the constant and the public wires.
      const shift = piece.sum === "c" ? layout.publicSignals + 1 : 0;
      let count = 0;
      for (let from = piece.from; from < piece.to; from += CHUNK) {
        const length = Math.min(CHUNK, piece.to - from);
        kernel.scoped(() => {
          const bytes = kernel.alloc(length * size);
          source.read(kernel.bytes(bytes, length * size), layout.at[piece.sum] + from * size);
          count += kernel.call[`${group}_curve_decode`]!(points + count * affineBytes(group), index + 4 * count, bytes, length, from + shift);
        });
      }
      const shape = shapeFor(count, stretches);
      fillTables(kernel, group, points, count, shape);
      return { ...piece, points, index, count, shape };
    }));
  }

  /** Sums of the pieces that `which` picks, over scalars of 32 bytes each at `scalars`, the first being that of index 0. */
  *run(which: (piece: Piece) => boolean, scalars: Pointer): Generator<PartialSum> {
    for (const { sum, points, index, count, shape } of this.pieces.filter(which)) {
      yield { sum, point: multiSum(this.kernel, groupOf(sum), points, index, scalars, count, shape) };
    }
  }
}

/** Σ scalars[index[i]] · points[i] as an affine point's bytes. */
export function multiSum(
  kernel: Kernel, group: GroupName, points: Pointer, index: Pointer, scalars: Pointer, count: number, { window, stretches }: Shape = shapeFor(count),
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
