import fc, { type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { jointLoss, requirement, type Exposure, type GroupRisk } from "../../src/margin/rule.ts";
import { SCENARIO_THIRDS } from "../../src/protocol/constants.ts";
import { certifiedOffsets, marginOf, chooseOffsets, type Offsets } from "../../src/margin/offsets.ts";
import { exposures, losses, plainRow, risks, shapes } from "../support/exposures.ts";
import { holds, list } from "../support/property.ts";

/** Rounding S/3 to whole µUSD moves N and D by at most this for each group. */
const ROUNDING = 8;
/** What float64 can tell apart, as a share of the largest loss. */
const NOISE = 1e-10;

/** min_x (N_g(x) + y·x) by trying every kink: written independently of the code under test. */
function leastTilted(losses: readonly bigint[], y: number): number {
  const lines = [[0, 0], ...losses.map((loss, s) => [SCENARIO_THIRDS[s]!, Number(loss)])] as [number, number][];
  const kinks = lines.flatMap(([k, a]) => lines.flatMap(([j, b]) => (k > j ? [(a - b) / (k - j)] : [])));
  return Math.min(...kinks.map((x) => Math.max(...lines.map(([k, a]) => a - k * x)) + y * x));
}

/** A bound that no choice of S beats: weak duality, from the certificate's membership in the dual set. */
function lowerBound(exposed: Exposure, { correlations, omega }: GroupRisk, { v, b }: Offsets): number {
  const pull = v.map((_, g) =>
    v.reduce((sum, value, h) => sum + (9 * (correlations[g]?.[h] ?? 0) * value) / 10_000, 0),
  );
  const cone = Math.sqrt(
    Math.max(
      0,
      pull.reduce((sum, value, g) => sum + value * v[g]!, 0),
    ),
  );
  const box = Math.max(0, ...b.map(Math.abs));
  const gauge = cone + (omega > 0 ? (box * 10_000) / (3 * omega) : box > 0 ? Infinity : 0);
  expect(gauge).toBeLessThanOrEqual(1 + 1e-9);
  const shrink = gauge > 1 ? (1 - 1e-12) / gauge : 1;
  const dual = exposed.losses.reduce((sum, losses, g) => sum + leastTilted(losses, shrink * (pull[g]! + b[g]!)), 0);
  return Math.max(dual, Number(jointLoss(exposed)));
}

/** (R − bound) / bound, after what whole µUSD and float64 can't tell apart. */
function gap(exposed: Exposure, risk: GroupRisk): number {
  const certificate = certifiedOffsets(exposed, risk);
  const bound = lowerBound(exposed, risk, certificate);
  const value = Number(requirement(exposed, certificate.linear, risk).requirement);
  const scale = Math.max(...exposed.losses.flat().map((loss) => Math.abs(Number(loss))));
  const excess = value - bound - ROUNDING * exposed.losses.length - NOISE * scale;
  return excess <= 0 ? 0 : excess / bound;
}

const exposureOf = (losses: readonly (readonly bigint[])[]): Exposure => ({ equity: 0n, charges: 0n, losses });

/** An exposure of `from` to 8 groups, and the risk of as many. */
const measured = (
  from: number,
  omegas: readonly number[],
  of: (groups: number) => Arbitrary<Exposure> = exposures,
): Arbitrary<readonly [Exposure, GroupRisk]> =>
  fc.integer({ min: from, max: 8 }).chain((groups) => fc.tuple(of(groups), risks(groups, omegas)));

describe("the choice of S", () => {
  test("is within 0.1 % of the optimum, proven by duality, on 4,000 exposures", () => {
    let worst = 0;
    holds("split", 4_000, measured(1, [0, 1, 2_000, 5_000, 5_000, 10_000]), ([exposed, risk]) => {
      const found = gap(exposed, risk);
      expect(found).toBeLessThanOrEqual(0.001);
      worst = Math.max(worst, found);
    });
    console.log(`split: largest gap to the dual bound ${(100 * worst).toFixed(4)} %`);
  });

  test.each(shapes)("finds the optimum where all groups are: %s", (shape) => {
    for (const size of [1, 100, 1e6, 1e12, 1e18, 1e23]) {
      const alike = measured(1, [5_000], (groups) => list(losses(shape, size), groups).map(exposureOf));
      holds(`split ${shape} ${size}`, 20, alike, ([exposed, risk]) =>
        expect(gap(exposed, risk)).toBeLessThanOrEqual(0.001),
      );
    }
  });

  test("beats calling nothing linear, and calling everything linear", () => {
    let saved = 0;
    holds("split against naive choices", 500, measured(2, [5_000]), ([exposed, risk]) => {
      const groups = exposed.losses.length;
      const best = requirement(exposed, chooseOffsets(exposed, risk), risk).requirement;
      const naive = [exposed.losses.map(() => 0n), exposed.losses.map((line) => (line[12]! - line[10]!) / 6n)].map(
        (linear) => requirement(exposed, linear, risk).requirement,
      );
      for (const other of naive) expect(best - other / 1_000n).toBeLessThanOrEqual(other + BigInt(ROUNDING * groups));
      if (best < naive[0]! && best < naive[1]!) saved++;
    });
    expect(saved).toBeGreaterThan(100);
  });

  test("nets opposite futures as far as correlation and omega allow, exactly", () => {
    const line = (third: bigint): bigint[] => SCENARIO_THIRDS.map((k) => BigInt(k) * third);
    const exposed = exposureOf([line(10n ** 12n), line(-(10n ** 12n))]);
    const risk = {
      groups: ["a", "b"],
      correlations: [
        [10_000, 9_000],
        [9_000, 10_000],
      ],
      omega: 5_000,
    };
    const { requirement: least } = requirement(exposed, chooseOffsets(exposed, risk), risk);
    // root(2 − 2·0.9) = 0.447 of one is below omega's half of two; nothing remains beside it.
    expect(Number(least) / 3e12).toBeGreaterThanOrEqual(1);
    expect(Number(least) / 3e12).toBeLessThan(1.0001);
  });

  test("asks nothing for an account that can't lose", () => {
    const gains = list(losses("noise", 1e12), 4).map((lines) =>
      exposureOf(lines.map((line) => line.map((loss) => (loss > 0n ? -loss : loss)))),
    );
    holds("split long options", 50, fc.tuple(gains, risks(4, [5_000])), ([exposed, risk]) => {
      expect(requirement(exposed, chooseOffsets(exposed, risk), risk).requirement).toBe(0n);
    });
  });

  test("is the same every time, and leaves its inputs alone", () => {
    holds("split repeated", 20, measured(8, [5_000]), ([exposed, risk]) => {
      const before = structuredClone(exposed);
      expect(chooseOffsets(exposed, risk)).toEqual(chooseOffsets(structuredClone(exposed), structuredClone(risk)));
      expect(exposed).toEqual(before);
    });
  });

  test("keeps S in range where losses are as large as can be", () => {
    const huge = 2n ** 80n;
    const line = SCENARIO_THIRDS.map((_, s) => (s === 4 ? huge : s === 12 ? -huge : s % 2 === 0 ? huge : -huge));
    const [linear] = chooseOffsets(exposureOf([line]), { groups: ["a"], correlations: [[10_000]], omega: 5_000 });
    expect(linear! < 2n ** 80n && linear! > -(2n ** 80n)).toBe(true);
  });

  test.each([1n, -1n])("keeps S in range where the best choice lies beyond it, side %s", (side) => {
    // Linear in the price by 2^82 a third of a range: all of it nets, if S were free.
    const line = SCENARIO_THIRDS.map((thirds) => side * BigInt(thirds) * 2n ** 82n);
    const [linear] = chooseOffsets(exposureOf([line]), { groups: ["a"], correlations: [[10_000]], omega: 5_000 });
    expect(linear).toBe(side * (2n ** 80n - 1n));
  });

  test("measures positions whose group the table's matrix does not reach", () => {
    const row = plainRow(65_537, { group: 7, chargeLong: 5n });
    expect(marginOf([{ row, size: 3n }], { groups: ["a"], correlations: [[10_000]], omega: 5_000 }).requirement).toBe(
      15n,
    );
  });
});
