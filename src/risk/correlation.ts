/**
 * Correlations between risk groups: measured, shrunk, clamped, and positive semi-definite once rounded.
 *
 * @module
 */
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { BASIS_POINTS } from "../protocol/constants.ts";
import type { Parameters } from "./parameters.ts";

/** Eigenvalues of a matrix of basis points below this count as negative: far above what doubles lose, far below 1 bp. */
const EIGENVALUE_SLACK = 1e-6;

/** Least eigenvalue of a symmetric matrix. */
export const leastEigenvalue = (matrix: readonly (readonly number[])[]): number =>
  Math.min(
    ...new EigenvalueDecomposition(new Matrix(matrix.map((row) => [...row])), { assumeSymmetric: true })
      .realEigenvalues,
  );

/** Whether a symmetric matrix of basis points is positive semi-definite. */
export const isPositiveSemiDefinite = (matrix: readonly (readonly number[])[]): boolean =>
  matrix.length === 0 || leastEigenvalue(matrix) >= -EIGENVALUE_SLACK;

/**
 * Correlations in basis points of return series that end on the same day, the mean return taken as 0. Each is pulled
 * towards the average, clamped, rounded; then all are scaled towards 0 by whole percents until the matrix has no
 * eigenvalue below 1 bp, well beyond what rounding could hide.
 */
export function correlations(series: readonly (readonly number[])[], parameters: Parameters): number[][] {
  const measured = series.map((a) => series.map((b) => correlation(a, b, parameters.correlationWindow)));
  const pairs = measured.flatMap((row, g) => row.slice(g + 1));
  const average = pairs.reduce((sum, value) => sum + value, 0) / Math.max(pairs.length, 1);
  const pull = parameters.shrinkBps / BASIS_POINTS;
  const target = measured.map((row) =>
    row.map((value) => {
      const shrunk = Math.round(BASIS_POINTS * ((1 - pull) * value + pull * average));
      return Math.min(Math.max(shrunk, parameters.minCorrelationBps), parameters.maxCorrelationBps);
    }),
  );
  for (let percent = 100; ; percent--) {
    const matrix = target.map((row, g) =>
      row.map((value, h) => (g === h ? BASIS_POINTS : Math.trunc((value * percent) / 100))),
    );
    if (percent === 0 || matrix.length === 0 || leastEigenvalue(matrix) >= 1) return matrix;
  }
}

/** Σ ab / √(Σa² Σb²) over the last `window` returns that both have; 0 when one of them never moved. */
function correlation(a: readonly number[], b: readonly number[], window: number): number {
  const length = Math.min(a.length, b.length, window);
  let both = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 1; i <= length; i++) {
    const x = a[a.length - i]!;
    const y = b[b.length - i]!;
    both += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  return squaresA === 0 || squaresB === 0 ? 0 : both / Math.sqrt(squaresA * squaresB);
}
