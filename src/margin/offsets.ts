/**
 * The wallet's choice of S: which part of each group's loss is called linear and so nets across groups. Any choice is
 * safe (PROTOCOL.md, section 5); this one makes the requirement least.
 *
 * With x_g = S_g / 3 and a_g,k the worst loss of group g among the scenarios of k thirds (a_g,0 ≥ 0), it minimises
 *
 *   F(x) = Σ_g max_k (a_g,k − k·x_g) + max( root(x'Qx), w·Σ|x_g| ),      Q = 9ρ / 10,000,  w = 3ω / 10,000
 *
 * by a log-barrier method (Boyd and Vandenberghe, "Convex Optimization", 11.3) in float64. Its dual is
 *
 *   max Σ_g φ_g(y_g)  over  y = Qv + b,  root(v'Qv) + max|b_g| / w ≤ 1,
 *
 * φ_g being the concave envelope of the seven points (k, a_g,k). Each iterate gives a choice and a y, so the loop ends
 * when the two values meet: the result carries the proof of its own quality. Only + − × ÷ and root are used, which IEEE
 * 754 rounds the same everywhere, so that a portfolio has one requirement on every machine.
 *
 * @module
 */
import { exposure, jointLoss, requirement, type Exposure, type GroupRisk, type Margin, type Position } from "./rule.ts";
import { BASIS_POINTS, LINEAR_BITS, SCENARIO_THIRDS, TIERS } from "../protocol/constants.ts";
import { Barrier } from "./offsetsBarrier.ts";

/** Where the loop ends: the gap to the dual bound, as a share of it. A tenth of what section 5 promises. */
const TOLERANCE = 1e-4;
/** A gap below this share of the largest loss is rounding noise: it ends the loop where the optimum itself is nil. */
const NOISE = 1e-11;
const MAX_STEPS = 200;

/** A choice of S / 3 and what proves that no other is much better. */
export interface Offsets {
  /** S_g / 3 in µUSD, |.| < 2^80. */
  readonly linear: readonly bigint[];
  /** The dual point y = Qv + b; root(v'Qv) + max|b| / w ≤ 1. Zero in groups without losses. */
  readonly v: readonly number[];
  readonly b: readonly number[];
}

/**
 * S_g / 3 for every group, in µUSD: within 0.1 % of the least requirement, and usually 0.01 %.
 *
 * @example
 * ```ts
 * import { chooseOffsets, exposure, protocol, requirement } from "plimsoll/toolkit";
 *
 * const exposed = exposure(positions, protocol.TIERS.M.groups);
 * const margin = requirement(exposed, chooseOffsets(exposed, listed.table), listed.table);
 * ```
 */
export const chooseOffsets = (exposed: Exposure, risk: GroupRisk): bigint[] => [
  ...certifiedOffsets(exposed, risk).linear,
];

/**
 * The least requirement of positions in ascending order of instrument, µUSD, `groups` groups wide. Throws an InputError
 * for values out of range.
 *
 * @example
 * ```ts
 * import { marginOf } from "plimsoll/toolkit";
 *
 * const { equity, requirement } = marginOf(positions, listed.table);
 * console.log(equity >= requirement);
 * ```
 */
export function marginOf(positions: readonly Position[], risk: GroupRisk, groups: number = TIERS.M.groups): Margin {
  const exposed = exposure(positions, groups);
  return requirement(exposed, chooseOffsets(exposed, risk), risk);
}

/** {@link chooseOffsets}, with the dual point that proves it. */
export function certifiedOffsets(exposed: Exposure, risk: GroupRisk): Offsets {
  const linear = exposed.losses.map(() => 0n);
  const v = exposed.losses.map(() => 0);
  const b = exposed.losses.map(() => 0);
  // A group without losses keeps S = 0: any other choice adds 3|x| to N and takes at most that much off D.
  const active = exposed.losses.flatMap((losses, g) => (losses.some((loss) => loss !== 0n) ? [g] : []));
  const lines = active.map((g) => worstByThirds(exposed.losses[g]!));
  const scale = Math.max(0, ...lines.flatMap((line) => line.map(Math.abs)));
  if (scale === 0) return { linear, v, b };

  const problem = new Barrier(
    lines.map((line) => line.map((loss) => loss / scale)),
    active.map((g) =>
      active.map((h) => (9 * (g === h ? BASIS_POINTS : (risk.correlations[g]?.[h] ?? 0))) / BASIS_POINTS),
    ),
    (3 * risk.omega) / BASIS_POINTS,
  );
  const floor = Number(jointLoss(exposed)) / scale; // below J nothing is gained
  let best = problem.value();
  const still = lines.reduce((total, line) => total + Math.max(...line), 0) / scale; // F(0), exact where nothing is lost
  if (best > floor && still <= floor) return { linear, v, b };
  let choice = problem.x.slice();
  let bound = -1;
  for (let step = 0; step < MAX_STEPS; step++) {
    const value = problem.value();
    if (value < best) {
      best = value;
      choice = problem.x.slice();
    }
    if (problem.centred) {
      const dual = problem.dual();
      if (dual.bound > bound) {
        bound = dual.bound;
        active.forEach((g, i) => {
          v[g] = dual.v[i]!;
          b[g] = dual.b[i]!;
        });
      }
    }
    const gap = best - Math.max(bound, floor);
    if (gap <= TOLERANCE * Math.max(bound, floor) || gap <= NOISE) break;
    if (!problem.step()) break; // float64 is exhausted; the choice is safe all the same
  }
  active.forEach((g, i) => (linear[g] = toLinear(choice[i]! * scale)));
  return { linear, v, b };
}

/** a_k for k = −3 to 3, in µUSD: the worst loss among the scenarios of k thirds; a_0 ≥ 0 because N is. */
function worstByThirds(losses: readonly bigint[]): number[] {
  const worst: (bigint | undefined)[] = [undefined, undefined, undefined, 0n, undefined, undefined, undefined];
  losses.forEach((loss, s) => {
    const k = SCENARIO_THIRDS[s]! + 3;
    if (worst[k] === undefined || loss > worst[k]) worst[k] = loss;
  });
  return worst.map(Number);
}

function toLinear(value: number): bigint {
  const most = (1n << BigInt(LINEAR_BITS)) - 1n;
  const rounded = BigInt(Math.round(value));
  return rounded > most ? most : rounded < -most ? -most : rounded;
}
