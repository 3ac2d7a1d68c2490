/**
 * The circuit's margin rule equals src/margin/rule.ts to the unit: thousands of accounts, their numbers drawn at every
 * length up to the widths, and every hint exactly where the rule puts it.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { exposure, requirement, type Margin, type Position } from "../../src/margin/rule.ts";
import {
  FIELD,
  ISSUER_CAP_BITS,
  JOINT_BITS,
  LINEAR_BITS,
  LOTS_BITS,
  NO_ISSUER_CAP,
  NO_LOT_CAP,
  PNL_BITS,
  REMAINDER_BITS,
  SCENARIOS,
  TIERS,
  VALUE_BITS,
  type Tier,
} from "../../src/protocol/constants.ts";
import type { CircuitInputs } from "../../src/statements/request.ts";
import { EMPTY_ROW, rowSignals } from "../../src/risk/row.ts";
import { riskWords, type RiskTable } from "../../src/risk/tree.ts";
import { chooseOffsets } from "../../src/margin/offsets.ts";
import { Circuit } from "../support/circuit.ts";
import { fixture } from "../support/artifacts.ts";
import { readMarginCases } from "../support/marginCases.ts";
import { Random } from "../support/random.ts";

const { holdings: HOLDINGS, groups: GROUPS } = TIERS.T;
const ACCOUNTS = 3_000;
type Risk = Pick<RiskTable, "groups" | "correlations" | "omega">;
const alone = async ({ holdings, groups }: Pick<Tier, "holdings" | "groups">): Promise<Circuit> =>
  Circuit.from(await fixture("margin", `MarginAlone(${holdings}, ${groups})`));

let circuit: Circuit;
beforeAll(async () => {
  circuit = await alone(TIERS.T);
});

type Hints = Pick<Margin, "linear" | "remainder" | "diversified" | "joint">;
const most = (bits: number): bigint => (1n << BigInt(bits)) - 1n;

function randomPositions(random: Random): Position[] {
  const signed = (bits: number): bigint =>
    (random.chance(2) ? 1n : -1n) * (random.chance(8) ? most(bits) : random.anySize(bits));
  const unsigned = (bits: number): bigint => (random.chance(8) ? most(bits) : random.anySize(bits));
  const count = random.below(HOLDINGS + 1);
  const ids = [
    ...new Set(Array.from({ length: count }, () => 65_536 * (1 + random.below(3)) + random.below(5) + 1)),
  ].sort((a, b) => a - b);
  const issuerCaps = [0, 1, 2, 3].map(() => (random.chance(2) ? NO_ISSUER_CAP : unsigned(ISSUER_CAP_BITS)));
  return ids.map((instrument) => ({
    size: random.chance(12) ? 1n : signed(LOTS_BITS) || 1n,
    row: {
      instrument,
      kind: "position",
      group: random.below(GROUPS),
      dead: false,
      mark: unsigned(VALUE_BITS),
      chargeLong: unsigned(VALUE_BITS),
      chargeShort: unsigned(VALUE_BITS),
      cap: random.chance(2) ? NO_LOT_CAP : unsigned(LOTS_BITS),
      issuerCap: issuerCaps[instrument >> 16]!,
      pnl: Array.from({ length: SCENARIOS }, () => signed(PNL_BITS)),
    },
  }));
}

function randomRisk(random: Random): Risk {
  const rho = random.below(20_001) - 10_000;
  return {
    groups: ["A", "B"],
    correlations: [
      [10_000, rho],
      [rho, 10_000],
    ],
    omega: random.below(10_001),
  };
}

function inputsOf(
  positions: readonly Position[],
  margin: Hints,
  risk: Risk,
  { holdings, groups }: Pick<Tier, "holdings" | "groups"> = TIERS.T,
): CircuitInputs {
  const rows = Array.from({ length: holdings }, (_, i) => positions[i]?.row ?? EMPTY_ROW);
  return {
    instruments: rows.map(({ instrument }) => BigInt(instrument)),
    sizes: rows.map((_, i) => positions[i]?.size ?? 0n),
    rowGroups: rows.map(({ group }) => BigInt(group)),
    rowNumbers: rows.map((row) => rowSignals(row).slice(1)),
    tableWords: riskWords(risk as RiskTable, groups),
    linear: margin.linear,
    remainder: margin.remainder,
    diversified: margin.diversified,
    joint: margin.joint,
  };
}

async function computed(
  positions: readonly Position[],
  margin: Hints,
  risk: Risk,
  shape: Pick<Tier, "holdings" | "groups"> = TIERS.T,
  by: Circuit = circuit,
): Promise<{ equity: bigint; requirement: bigint }> {
  const witness = await by.witness(inputsOf(positions, margin, risk, shape));
  const signed = (value: bigint): bigint => (value < FIELD / 2n ? value : value - FIELD);
  return { equity: signed(witness[by.wires.get("equity")!]!), requirement: witness[by.wires.get("requirement")!]! };
}

describe("the circuit's margin", () => {
  it(`equals the reference for ${ACCOUNTS} random accounts`, async () => {
    const random = Random.named("circuit margin");
    let provable = 0;
    for (let n = 0; n < ACCOUNTS; n++) {
      const positions = randomPositions(random);
      const risk = randomRisk(random);
      const exposed = exposure(positions, GROUPS);
      const linear = random.chance(3)
        ? Array.from({ length: GROUPS }, () => (random.chance(2) ? 1n : -1n) * random.anySize(LINEAR_BITS - 2))
        : chooseOffsets(exposed, risk);
      let margin: Margin;
      try {
        margin = requirement(exposed, linear, risk);
      } catch {
        continue;
      }
      provable++;
      const { equity, requirement: required } = await computed(positions, margin, risk);
      expect({ n, equity, required }).toEqual({ n, equity: margin.equity, required: margin.requirement });
    }
    expect(provable).toBeGreaterThan(ACCOUNTS * 0.9);
  });

  it("gives every named case its numbers, in the tiny shape and in tier M's", async () => {
    const large = await alone(TIERS.M);
    for (const { name, tier, risk, positions, linear, expected } of readMarginCases()) {
      const shape = tier === "T" ? TIERS.T : TIERS.M;
      const given = await computed(positions, { ...expected, linear }, risk, shape, tier === "T" ? circuit : large);
      expect({ name, ...given }).toEqual({ name, equity: expected.equity, requirement: expected.requirement });
    }
  });

  it("takes no hint one below what the rule needs", async () => {
    const random = Random.named("circuit margin hints");
    const reached = { remainder: 0, diversified: 0, joint: 0 };
    for (let n = 0; n < 150; n++) {
      const positions = randomPositions(random);
      const risk = randomRisk(random);
      const exposed = exposure(positions, GROUPS);
      const margin = requirement(exposed, chooseOffsets(exposed, risk), risk);
      const spend: [keyof typeof reached, Partial<Margin>][] = [
        ["joint", { joint: margin.joint - 1n }],
        // Less of a part, and of the sum with it, so that only that part's own rule can object.
        ...(margin.diversified > 0n
          ? [["diversified", { diversified: margin.diversified - 1n }] as [keyof typeof reached, Partial<Margin>]]
          : []),
        ...margin.remainder.flatMap((value, g): [keyof typeof reached, Partial<Margin>][] =>
          value === 0n
            ? []
            : [["remainder", { remainder: margin.remainder.map((other, h) => (g === h ? other - 1n : other)) }]],
        ),
      ];
      for (const [name, change] of spend) {
        expect(await circuit.verdict(inputsOf(positions, { ...margin, ...change }, risk))).toMatch(
          /NotNegativeSlots|Spread|Range/,
        );
        reached[name]++;
      }
    }
    console.log("hints lowered", reached);
    expect(Math.min(...Object.values(reached))).toBeGreaterThan(20);
  });

  it("takes numbers at their widths and none beyond", async () => {
    const risk: Risk = {
      groups: ["A", "B"],
      correlations: [
        [10_000, 10_000],
        [10_000, 10_000],
      ],
      omega: 10_000,
    };
    const extreme = (sign: bigint): Position[] =>
      [1, 2, 3, 4].map((serial) => ({
        size: sign * most(LOTS_BITS),
        row: {
          instrument: 65_536 + serial,
          kind: "position",
          group: serial % 2,
          dead: false,
          mark: most(VALUE_BITS),
          chargeLong: most(VALUE_BITS),
          chargeShort: most(VALUE_BITS),
          cap: NO_LOT_CAP,
          issuerCap: NO_ISSUER_CAP,
          pnl: Array.from({ length: SCENARIOS }, (_, s) => (s % 2 ? 1n : -1n) * most(PNL_BITS)),
        },
      }));
    for (const sign of [1n, -1n]) {
      const positions = extreme(sign);
      const exposed = exposure(positions, GROUPS);
      const margin = requirement(exposed, chooseOffsets(exposed, risk), risk);
      expect(await computed(positions, margin, risk)).toEqual({
        equity: margin.equity,
        requirement: margin.requirement,
      });
      const beyond = { ...margin, joint: 1n << BigInt(JOINT_BITS) };
      expect(await circuit.verdict(inputsOf(positions, beyond, risk))).toContain("Range(JOINT_BITS())(joint)");
      const wide = { ...margin, remainder: [1n << BigInt(REMAINDER_BITS), 0n] };
      expect(await circuit.verdict(inputsOf(positions, wide, risk))).toMatch(/Range|NotNegativeSlots/);
    }
  });

  it("takes a linear part below 2^80 either side and none beyond, though two that cancel out cost nothing", async () => {
    const spread = await Circuit.from(await fixture("margin", `SpreadAlone(${GROUPS})`));
    const alike: Risk = {
      groups: ["A", "B"],
      correlations: [
        [10_000, 10_000],
        [10_000, 10_000],
      ],
      omega: 0,
    };
    const apart = (linear: bigint): Promise<string> =>
      spread.verdict({ words: riskWords(alike as RiskTable, GROUPS), linear: [linear, -linear], diversified: 0n });
    for (const linear of [0n, most(LINEAR_BITS), -most(LINEAR_BITS)]) expect(await apart(linear)).toBe("accepted");
    for (const bits of [LINEAR_BITS, LINEAR_BITS + 1, LINEAR_BITS + 39, 200]) {
      for (const linear of [1n << BigInt(bits), -(1n << BigInt(bits))])
        expect(await apart(linear)).toMatch(/\nSigned: /);
    }
  });
});
