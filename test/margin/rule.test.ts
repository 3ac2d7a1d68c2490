import { readFileSync } from "node:fs";
import fc, { type Arbitrary } from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import {
  checkSize,
  countedLots,
  diversify,
  exposure,
  isCovered,
  jointLoss,
  requirement,
  type GroupRisk,
  type Margin,
  type Position,
} from "../../src/margin/rule.ts";
import { SCENARIO_THIRDS } from "../../src/protocol/constants.ts";
import { checkRow, type Row } from "../../src/risk/row.ts";
import { marginOf, chooseOffsets } from "../../src/margin/offsets.ts";
import { held, plainRow, risks, rows, sizes } from "../support/exposures.ts";
import { readMarginCases } from "../support/marginCases.ts";
import { anySize, holds, list, signed } from "../support/property.ts";

const GROUPS = 8;
const measure = (positions: readonly Position[], linear: readonly bigint[], risk: GroupRisk): Margin =>
  requirement(exposure(positions, GROUPS), linear, risk);
const choose = (positions: readonly Position[], risk: GroupRisk): bigint[] =>
  chooseOffsets(exposure(positions, GROUPS), risk);
const add = (a: readonly bigint[], b: readonly bigint[]): bigint[] => a.map((value, g) => value + b[g]!);

/** Holdings of both, sizes added. */
function join(a: readonly Position[], b: readonly Position[]): Position[] {
  const sums = new Map(a.map((position) => [position.row.instrument, position]));
  for (const { row, size } of b) sums.set(row.instrument, { row, size: size + (sums.get(row.instrument)?.size ?? 0n) });
  return [...sums.values()].sort((x, y) => x.row.instrument - y.row.instrument);
}

describe("named reference cases", () => {
  test.each(readMarginCases())("$name: $rule", ({ positions, risk, groups, linear, expected }) => {
    positions.forEach(({ row, size }, i) => {
      checkRow(row, `rows[${i}]`);
      checkSize(size, `sizes[${i}]`);
    });
    const { linear: used, ...margin } = requirement(exposure(positions, groups), linear, risk);
    expect(margin).toEqual(expected);
    expect(used).toEqual(linear);
    // No choice of the wallet's asks for more than the case's own, but for its tolerance and whole µUSD.
    const chosen = marginOf(positions, risk, groups).requirement;
    expect(chosen).toBeLessThanOrEqual(expected.requirement + expected.requirement / 1_000n + 64n);
  });

  test("the file says what it is and repeats no name", () => {
    const names = readMarginCases().map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(JSON.parse(readFileSync(new URL("../vectors/margin.json", import.meta.url), "utf8")).about).toContain(
      "section 5",
    );
  });
});

/** A table, its risk, and what is held of it. */
interface World {
  readonly risk: GroupRisk;
  readonly rows: readonly Row[];
  readonly positions: readonly Position[];
}

const LISTED = 16;
const worlds: Arbitrary<World> = fc
  .integer({ min: 1, max: GROUPS })
  .chain((groups) =>
    fc
      .record({ risk: risks(groups, [0, 3_000, 5_000, 10_000]), rows: rows(LISTED, groups), of: sizes(LISTED) })
      .map(({ of, ...world }) => ({ ...world, positions: held(world.rows, of) })),
  );
/** A world, and something more to draw with it. */
const worldsAnd = <T>(more: Arbitrary<T>): Arbitrary<readonly [World, T]> => fc.tuple(worlds, more);

describe("properties, of any table", () => {
  test("P1 sub-additive: R(a + b) ≤ R(a) + R(b), compared at S_a + S_b", () => {
    let strictly = 0;
    holds("margin P1", 500, worldsAnd(sizes(LISTED)), ([{ risk, rows: listed, positions: a }, of]) => {
      const b = held(listed, of);
      const [linearA, linearB] = [choose(a, risk), choose(b, risk)];
      const apart = measure(a, linearA, risk).requirement + measure(b, linearB, risk).requirement;
      const together = measure(join(a, b), add(linearA, linearB), risk).requirement;
      expect(together).toBeLessThanOrEqual(apart);
      if (together < apart) strictly++;
    });
    expect(strictly).toBeGreaterThan(400);
  });

  test("P2 homogeneous: R(k·a) = k·R(a) up to rounding D once", () => {
    holds("margin P2", 500, worldsAnd(anySize(12)), ([{ risk, positions: a }, more]) => {
      const k = 1n + more;
      const linear = choose(a, risk);
      const one = measure(a, linear, risk);
      const many = measure(
        a.map(({ row, size }) => ({ row, size: k * size })),
        linear.map((third) => k * third),
        risk,
      );
      expect(many.requirement).toBeLessThanOrEqual(k * one.requirement);
      expect(many.requirement).toBeGreaterThanOrEqual(k * (one.requirement - 1n));
      expect(many.equity).toBe(k * one.equity);
    });
  });

  test("P3 monotone: a leg that never gains, not held on the other side, never lowers R", () => {
    let raised = 0;
    const leg = fc.record({
      group: fc.nat(),
      chargeLong: anySize(10),
      size: anySize(20),
      pnl: list(
        fc.oneof(
          fc.constant(0n),
          anySize(30).map((loss) => -loss),
        ),
        SCENARIO_THIRDS.length,
      ),
    });
    holds("margin P3", 500, worldsAnd(leg), ([{ risk, positions: a }, { group, size, ...numbers }]) => {
      const added = { row: plainRow(0xff0001, { ...numbers, group: group % risk.groups.length }), size };
      const linear = choose(a, risk);
      for (const other of [linear, add(linear, choose([added], risk))]) {
        // At the same S the leg can only add; at S_a + S_leg, R of both is at least the best without it.
        const before = measure(a, other, risk).requirement;
        const after = measure([...a, added], other, risk).requirement;
        expect(after).toBeGreaterThanOrEqual(before);
        if (after > before) raised++;
      }
    });
    expect(raised).toBeGreaterThan(200);
  });

  test("P4 R covers the worst joint scenario and each group's own remainder, whatever S", () => {
    holds("margin P4", 500, worldsAnd(list(signed(40), GROUPS)), ([{ risk, positions: a }, off]) => {
      const exposed = exposure(a, GROUPS);
      const linear = add(choose(a, risk), off);
      const margin = requirement(exposed, linear, risk);
      const worst = SCENARIO_THIRDS.map((_, s) => exposed.losses.reduce((sum, losses) => sum + losses[s]!, 0n));
      for (const loss of worst) expect(margin.requirement).toBeGreaterThanOrEqual(margin.charges + loss);
      expect(jointLoss(exposed)).toBe([0n, ...worst].reduce((x, y) => (x > y ? x : y)));
      for (const value of margin.remainder) expect(value).toBeGreaterThanOrEqual(0n);
      exposed.losses.forEach((losses, g) =>
        losses.forEach((loss, s) =>
          expect(3n * loss <= BigInt(SCENARIO_THIRDS[s]!) * 3n * linear[g]! + 3n * margin.remainder[g]!).toBe(true),
        ),
      );
    });
  });

  test("P5 D is the least whole number that 10,000·D² ≥ ΣΣρSS and 10,000·D ≥ ωΣ|S| allow", () => {
    holds("margin P5", 500, worldsAnd(list(signed(60), GROUPS)), ([{ risk }, all]) => {
      const linear = all.slice(0, risk.groups.length);
      const variance = linear.reduce(
        (sum, a, g) => sum + linear.reduce((line, b, h) => line + BigInt(risk.correlations[g]![h]!) * 9n * a * b, 0n),
        0n,
      );
      const spread = BigInt(3 * risk.omega) * linear.reduce((sum, value) => sum + (value < 0n ? -value : value), 0n);
      const suffices = (d: bigint): boolean => 10_000n * d * d >= variance && 10_000n * d >= spread;
      const d = diversify(linear, risk);
      expect(suffices(d)).toBe(true);
      expect(d === 0n || !suffices(d - 1n)).toBe(true);
    });
  });

  test("P6 a short perpetual beside short far-out-of-the-money puts elsewhere needs more than the perpetual", () => {
    const accounts = fc.record({
      third: anySize(25),
      perpetuals: anySize(15),
      deep: anySize(28),
      puts: anySize(15),
      correlation: fc.constantFrom(-9_000, 0, 5_000, 9_900, 10_000),
      omega: fc.constantFrom(0, 5_000),
    });
    holds("margin P6", 300, accounts, ({ third: less, perpetuals, deep: lesser, puts: count, correlation, omega }) => {
      const [third, deep] = [1n + less, 1n + lesser];
      const perpetual = {
        row: plainRow(0x10001, { pnl: SCENARIO_THIRDS.map((k) => -BigInt(k) * third) }),
        size: -1n - perpetuals,
      };
      const pnl = SCENARIO_THIRDS.map((k, s) => (s === 15 ? 4n * deep : k === 3 ? deep : k === 2 ? deep / 5n : 0n));
      const puts = { row: plainRow(0x20001, { group: 1, pnl }), size: -1n - count };
      const risk = {
        groups: ["a", "b"],
        correlations: [
          [10_000, correlation],
          [correlation, 10_000],
        ],
        omega,
      };
      const alone = 3n * third * -perpetual.size;
      expect(marginOf([perpetual], risk).requirement).toBeGreaterThanOrEqual(alone);
      expect(marginOf([perpetual, puts], risk).requirement).toBeGreaterThanOrEqual(alone);
    });
  });

  test("P7 charges never net, equity is capped by issuer from above alone", () => {
    holds("margin P7", 200, worldsAnd(anySize(45)), ([{ risk, positions: a }, cap]) => {
      const capped = a.map(({ row, size }) => ({ row: { ...row, issuerCap: cap }, size }));
      const nets = new Map<number, bigint>();
      for (const { row, size } of capped)
        nets.set(row.instrument >> 16, (nets.get(row.instrument >> 16) ?? 0n) + size * row.mark);
      const margin = measure(capped, choose(capped, risk), risk);
      expect(margin.equity).toBe([...nets.values()].reduce((sum, net) => sum + (net < cap ? net : cap), 0n));
      expect(margin.charges).toBe(
        a.reduce((sum, position) => sum + measure([position], Array<bigint>(GROUPS).fill(0n), risk).charges, 0n),
      );
    });
  });
});

describe("edges", () => {
  const flat: GroupRisk = { groups: ["a"], correlations: [[10_000]], omega: 5_000 };

  test("coverage compares without dividing", () => {
    expect(isCovered({ equity: 79_999n, requirement: 100_000n }, 8_000)).toBe(false);
    expect(isCovered({ equity: 80_000n, requirement: 100_000n }, 8_000)).toBe(true);
    expect(isCovered({ equity: 100_000n, requirement: 100_001n }, 10_000)).toBe(false);
    expect(isCovered({ equity: 1n, requirement: 10_001n }, 1)).toBe(false);
    expect(isCovered({ equity: -1n, requirement: 0n }, 10_000)).toBe(false);
    expect(isCovered({ equity: 0n, requirement: 0n }, 10_000)).toBe(true);
  });

  test("lots above the cap don't count, lots below zero do", () => {
    const row = plainRow(65_537, { cap: 5n });
    expect([-9n, 4n, 5n, 6n].map((size) => countedLots({ row, size }))).toEqual([-9n, 4n, 5n, 5n]);
  });

  test("refuses what no circuit could prove, by name", () => {
    const exposed = { equity: 0n, charges: 0n, losses: [SCENARIO_THIRDS.map(() => 0n)] };
    expect(() => requirement(exposed, [1n << 80n], flat)).toThrow(/margin\.linear: must be below 2\^80/);
    expect(() => requirement(exposed, [(1n << 80n) - 1n], flat)).toThrow(/margin\.remainder: must be below 2\^81/);
    expect(() => requirement({ ...exposed, losses: [SCENARIO_THIRDS.map(() => 1n << 81n)] }, [0n], flat)).toThrow(
      InputError,
    );
    expect(() => exposure([{ row: plainRow(65_537, { group: 1 }), size: 1n }], 1)).toThrow(
      /instrument 65537: group must be below 1, got 1/,
    );
    expect(() => checkSize(-(1n << 38n), "holdings[3].size")).toThrow(/^holdings\[3\]\.size: must be below 2\^38/);
    expect(() => checkSize((1n << 38n) - 1n, "holdings[3].size")).not.toThrow();
  });
});
