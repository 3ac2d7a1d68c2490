import { describe, expect, it } from "vitest";
import { correlations, isPositiveSemiDefinite, leastEigenvalue } from "../../src/risk/correlation.ts";
import { DEFAULT_PARAMETERS } from "../../src/risk/parameters.ts";

/** Deterministic noise in [−0.5, 0.5). */
function noise(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647 - 0.5;
}
const series = (next: () => number, length = 400) => Array.from({ length }, next);

describe("correlations", () => {
  it("are positive definite with an exact diagonal, symmetric and within bounds, for any history", () => {
    const seed = 1 + Math.floor(Math.random() * 2 ** 30);
    console.log(`seed ${seed}`);
    const next = noise(seed);
    for (let run = 0; run < 50; run++) {
      const common = series(next);
      const all = Array.from({ length: 8 }, () => {
        const share = next() + 0.5;
        return common.map((x) => share * x + (1 - share) * next() * 0.3);
      });
      const matrix = correlations(all, { ...DEFAULT_PARAMETERS, minCorrelationBps: -9_500, shrinkBps: 0 });
      expect(leastEigenvalue(matrix)).toBeGreaterThanOrEqual(1);
      matrix.forEach((row, g) =>
        row.forEach((value, h) => {
          expect(value).toBe(matrix[h]![g]);
          if (g === h) expect(value).toBe(10_000);
          else expect(Math.abs(value)).toBeLessThanOrEqual(9_500);
        }),
      );
    }
  });

  it("of one series with itself are clamped", () => {
    const one = series(noise(7));
    expect(correlations([one, one], DEFAULT_PARAMETERS)).toEqual([
      [10_000, 9_500],
      [9_500, 10_000],
    ]);
  });

  it("below zero are not relied on", () => {
    const one = series(noise(7));
    expect(correlations([one, one.map((x) => -x)], DEFAULT_PARAMETERS)[0]![1]).toBe(0);
  });

  it("are repaired when clamping alone would leave them impossible", () => {
    // Two alike and a third that is like the one and unlike the other can't be.
    const next = noise(11);
    const a = series(next),
      b = series(next);
    const c = a.map((x, i) => x + b[i]!);
    const d = a.map((x, i) => x - b[i]!);
    const matrix = correlations([a, b, c, d], {
      ...DEFAULT_PARAMETERS,
      shrinkBps: 0,
      minCorrelationBps: -9_999,
      maxCorrelationBps: 9_999,
    });
    expect(leastEigenvalue(matrix)).toBeGreaterThanOrEqual(1);
  });

  it("of a market without groups are none", () => expect(correlations([], DEFAULT_PARAMETERS)).toEqual([]));
});

describe("positive semi-definite", () => {
  it.each([
    [
      [
        [10_000, 10_000],
        [10_000, 10_000],
      ],
      true,
    ],
    [
      [
        [10_000, 9_000, -9_000],
        [9_000, 10_000, 9_000],
        [-9_000, 9_000, 10_000],
      ],
      false,
    ],
    [
      [
        [10_000, -5_000, -5_000],
        [-5_000, 10_000, -5_000],
        [-5_000, -5_000, 10_000],
      ],
      true,
    ],
    [
      [
        [10_000, -5_001, -5_001],
        [-5_001, 10_000, -5_001],
        [-5_001, -5_001, 10_000],
      ],
      false,
    ],
  ])("%j: %s", (matrix, expected) => expect(isPositiveSemiDefinite(matrix)).toBe(expected));
});
