/**
 * A thread's share of the multi-scalar multiplications: its points, decoded once and kept, and the sums over them.
 *
 * @module
 */
import { INTEGER, type Pointer } from "../wasmInstance.ts";
import { ELEMENT, affineBytes, jacobianBytes, type GroupName, type Kernel } from "./kernel.ts";
import { groupOf, type Piece, type SumName } from "./plan.ts";
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
}

export class SumShare {
  private constructor(private readonly kernel: Kernel, private readonly pieces: readonly LoadedPiece[]) {}

  /** Reads and decodes the points of `pieces`; those at infinity are left out. */
  static load(kernel: Kernel, layout: KeyLayout, source: KeySource, pieces: readonly Piece[]): SumShare {
    return new SumShare(kernel, pieces.map((piece) => {
      const group = groupOf(piece.sum);
      const size = KEY_POINT[group];
      const room = piece.to - piece.from;
      const [points, index] = [kernel.alloc(room * affineBytes(group)), kernel.alloc(room * 4)];
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
      return { ...piece, points, index, count };
    }));
  }

  /** Sums of the pieces that `which` picks, over scalars of 32 bytes each at `scalars`, the first being that of index 0. */
  *run(which: (piece: Piece) => boolean, scalars: Pointer): Generator<PartialSum> {
    for (const { sum, points, index, count } of this.pieces.filter(which)) {
      const group = groupOf(sum);
      yield { sum, point: multiSum(this.kernel, group, points, index, scalars, count) };
    }
  }
}

/** Σ scalars[index[i]] · points[i] as an affine point's bytes. */
export function multiSum(kernel: Kernel, group: GroupName, points: Pointer, index: Pointer, scalars: Pointer, count: number): Uint8Array {
  return kernel.scoped(() => {
    const window = windowFor(count);
    const [sum, affine] = [kernel.alloc(jacobianBytes(group)), kernel.alloc(affineBytes(group))];
    const scratch = kernel.alloc(kernel.call[`${group}_msm_msmScratch`]!(count, window));
    kernel.call[`${group}_msm_msm`]!(points, index, scalars, count, window, sum, scratch);
    kernel.call[`${group}_curve_lower`]!(affine, sum);
    return kernel.bytes(affine, affineBytes(group)).slice();
  });
}

/** Bits of a window: every point is added once per window, every bucket twice. */
function windowFor(count: number): number {
  const cost = (c: number): number => Math.ceil(254 / c) * (count + 2 ** c + 2 ** (c / 2 + 3));
  let best = 2;
  for (let c = 3; c <= 15; c++) if (cost(c) < cost(best)) best = c;
  return best;
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
