/**
 * The smooth side of offsets.ts: Newton's method on the barrier of
 *
 *   min Σ t_g + d   over   t_g ≥ a_g,k − k·x_g,   d ≥ root(x'Qx),   d ≥ w·Σ u_g,   u_g ≥ |x_g|
 *
 * where 1/μ weighs the objective and μ falls as fast as centring allows. Values are losses as shares of the largest.
 *
 * @module
 */

/** How much μ falls after a step from nearby, and what is nearby (Newton decrement squared). */
const FALL = 0.05;
const NEARBY = 0.6;
/** How far a long step goes towards the nearest wall. */
const REACH = 0.7;
/** Distance of the start from every wall. */
const ROOM = 0.1;
/** A pivot below this share of its diagonal is rounding noise. */
const FLAT = 1e-14;

/** A choice x, its slack variables, and one Newton step at a time towards the optimum. */
export class Barrier {
  readonly x: Float64Array;
  private readonly t: Float64Array;
  private readonly u: Float64Array;
  private d: number;
  private mu = ROOM;
  /** Whether the last step began near the central path: only then are its multipliers worth looking at. */
  centred = false;
  /** Multipliers of the cone and of |x| ≤ u, to first order at the end of the last Newton step. */
  private readonly v: Float64Array;
  private readonly b: Float64Array;
  /** The Newton system in (x, u, d) after t is eliminated: lower triangle, row by row. */
  private readonly hessian: Float64Array;
  private readonly gradient: Float64Array;
  private readonly move: Float64Array;

  /** lines[g][k + 3] = a_g,k; q = Q, positive semi-definite; w ≥ 0. */
  constructor(
    private readonly lines: readonly (readonly number[])[],
    private readonly q: readonly (readonly number[])[],
    private readonly w: number,
  ) {
    const size = 2 * lines.length + 1;
    this.hessian = new Float64Array(size * size);
    this.gradient = new Float64Array(size);
    this.move = new Float64Array(size);
    // A group of futures alone is exactly linear: there this start is already right.
    this.x = Float64Array.from(lines, (line) => (line[6]! - line[0]!) / 6);
    this.t = Float64Array.from(lines, (line, g) => remainder(line, this.x[g]!) + ROOM);
    this.u = this.x.map((value) => Math.abs(value) + ROOM);
    this.v = new Float64Array(lines.length);
    this.b = new Float64Array(lines.length);
    this.d = Math.max(root(q, this.x), w * sum(this.u)) + ROOM;
  }

  /** F(x): the part of the requirement that S decides. */
  value(): number {
    const left = this.lines.reduce((total, line, g) => total + remainder(line, this.x[g]!), 0);
    return left + Math.max(root(this.q, this.x), this.w * sum(this.x.map(Math.abs)));
  }

  /**
   * The dual point of the last step and the bound that it proves: as it comes, or stretched to the edge of the dual
   * set, where it belongs unless x = 0.
   */
  dual(): { bound: number; v: number[]; b: number[] } {
    const { v, b, w, q, lines } = this;
    const gauge = root(q, v) + (w > 0 ? b.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / w : 0);
    const bound = (size: number): number =>
      lines.reduce((total, line, g) => total + envelope(line, size * (dot(q[g]!, v) + b[g]!)), 0);
    const edge = gauge > 0 ? 1 / gauge : 1;
    const size = edge > 1 && bound(1) > bound(edge) ? 1 : edge;
    return { bound: bound(size), v: Array.from(v, (value) => size * value), b: Array.from(b, (value) => size * value) };
  }

  /** One Newton step. False when float64 allows no further progress. */
  step(): boolean {
    const { x, t, u, w, move } = this;
    const n = x.length;
    if (this.centred) this.mu *= FALL;
    const { slope, curve, cross } = this.assemble();
    move.set(this.gradient);
    solve(this.hessian, move);
    let decrement = dot(move, this.gradient);
    const moveT = slope.map((value, g) => {
      decrement += value ** 2 / curve[g]!;
      return (value - cross[g]! * move[g]!) / curve[g]!;
    });
    if (!(decrement >= 0 && decrement < Infinity)) return false;
    // 1 / (1 + decrement) stays inside and descends (self-concordance); farther usually does better.
    const wall = this.wall(moveT);
    const length = Math.min(
      1,
      Math.max(decrement < NEARBY ? 1 : 1 / (1 + Math.sqrt(decrement)), REACH * wall),
      0.99 * wall,
    );
    this.linearise();
    for (let g = 0; g < n; g++) {
      x[g]! -= length * move[g]!;
      t[g]! -= length * moveT[g]!;
      if (w > 0) u[g]! -= length * move[n + g]!;
    }
    this.d -= length * move[2 * n]!;
    this.centred = decrement < NEARBY;
    return true;
  }

  /** Fills hessian and gradient; returns slope and curvature in t, and curvature across t and x, for each group. */
  private assemble(): { slope: Float64Array; curve: Float64Array; cross: Float64Array } {
    const { lines, q, x, t, u, d, w, mu, hessian, gradient } = this;
    const n = x.length;
    const size = 2 * n + 1;
    const slope = new Float64Array(n);
    const curve = new Float64Array(n);
    const cross = new Float64Array(n);
    hessian.fill(0);

    // −log(d² − x'Qx), and the objective d / μ
    const pull = q.map((row) => dot(row, x));
    const least = Math.sqrt(Math.max(0, dot(pull, x)));
    const cone = (d - least) * (d + least);
    gradient.fill(0);
    gradient[2 * n] = 1 / mu - (2 * d) / cone;
    hessian[size * size - 1] = (2 * (d * d + least * least)) / (cone * cone);
    for (let g = 0; g < n; g++) {
      gradient[g] = (2 * pull[g]!) / cone;
      hessian[2 * n * size + g] = (-4 * d * pull[g]!) / (cone * cone);
      for (let h = 0; h <= g; h++)
        hessian[g * size + h] = (2 * q[g]![h]!) / cone + (4 * pull[g]! * pull[h]!) / (cone * cone);
    }

    // −Σ log(t − a_k + k·x), and the objective Σ t / μ
    for (let g = 0; g < n; g++) {
      slope[g] = 1 / mu;
      for (let k = -3; k <= 3; k++) {
        const inverse = 1 / (t[g]! - lines[g]![k + 3]! + k * x[g]!);
        slope[g]! -= inverse;
        gradient[g]! -= k * inverse;
        curve[g]! += inverse * inverse;
        cross[g]! += k * inverse * inverse;
      }
      // t eliminated: what stays is the spread of k about its mean, summed so that nothing cancels.
      const mean = cross[g]! / curve[g]!;
      gradient[g]! -= mean * slope[g]!;
      for (let k = -3; k <= 3; k++) {
        hessian[g * size + g]! += ((k - mean) / (t[g]! - lines[g]![k + 3]! + k * x[g]!)) ** 2;
      }
    }

    // −Σ log(u² − x²) − log(d − w·Σ u)
    if (w === 0) {
      for (let g = n; g < 2 * n; g++) hessian[g * size + g] = 1;
      return { slope, curve, cross };
    }
    const slack = 1 / (d - w * sum(u));
    gradient[2 * n]! -= slack;
    hessian[size * size - 1]! += slack * slack;
    for (let g = 0; g < n; g++) {
      const wedge = 1 / ((u[g]! - x[g]!) * (u[g]! + x[g]!));
      const across = 2 * (u[g]! ** 2 + x[g]! ** 2) * wedge * wedge;
      gradient[g]! += 2 * x[g]! * wedge;
      gradient[n + g] = w * slack - 2 * u[g]! * wedge;
      hessian[g * size + g]! += across;
      hessian[(n + g) * size + g] = -4 * u[g]! * x[g]! * wedge * wedge;
      for (let h = 0; h <= g; h++) hessian[(n + g) * size + n + h] = (w * slack) ** 2;
      hessian[(n + g) * size + n + g]! += across;
      hessian[2 * n * size + n + g] = -w * slack * slack;
    }
    return { slope, curve, cross };
  }

  /** Multipliers at the end of the move: the barrier's gradients plus their first derivative along it. */
  private linearise(): void {
    const { q, x, u, d, w, mu, move, v, b } = this;
    const n = x.length;
    const least = root(q, x);
    const cone = (d - least) * (d + least);
    const coneFall = 2 * (d * move[2 * n]! - q.reduce((total, row, g) => total + dot(row, x) * move[g]!, 0));
    for (let g = 0; g < n; g++) {
      v[g] = ((2 * mu) / cone) * (x[g]! - move[g]! + (x[g]! * coneFall) / cone);
      if (w === 0) continue;
      const wedge = (u[g]! - x[g]!) * (u[g]! + x[g]!);
      const wedgeFall = 2 * (u[g]! * move[n + g]! - x[g]! * move[g]!);
      b[g] = ((2 * mu) / wedge) * (x[g]! - move[g]! + (x[g]! * wedgeFall) / wedge);
    }
  }

  /** How many times the move fits before an iterate leaves the domain. */
  private wall(moveT: Float64Array): number {
    const { lines, q, x, t, u, d, w, move } = this;
    const n = x.length;
    let least = Infinity;
    const meet = (slack: number, fall: number): void => {
      if (fall > 0) least = Math.min(least, slack / fall);
    };
    let spread = 0;
    for (let g = 0; g < n; g++) {
      for (let k = -3; k <= 3; k++) meet(t[g]! - lines[g]![k + 3]! + k * x[g]!, moveT[g]! + k * move[g]!);
      if (w === 0) continue;
      meet(u[g]! - x[g]!, move[n + g]! - move[g]!);
      meet(u[g]! + x[g]!, move[n + g]! + move[g]!);
      spread += move[n + g]!;
    }
    if (w > 0) meet(d - w * sum(u), move[2 * n]! - w * spread);
    // (d − l·m)² = (x − l·y)'Q(x − l·y): the smaller positive root in l.
    const y = move.subarray(0, n);
    const m = move[2 * n]!;
    const a = m * m - form(q, y);
    const b = d * m - q.reduce((total, row, g) => total + dot(row, y) * x[g]!, 0);
    const c = (d - root(q, x)) * (d + root(q, x));
    const discriminant = Math.sqrt(Math.max(0, b * b - a * c));
    if (b + discriminant > 0) meet(c, b + discriminant);
    return least;
  }
}

/** max_k (a_k − k·x); at least 0 because a_0 is. */
function remainder(line: readonly number[], x: number): number {
  let most = 0;
  for (let k = -3; k <= 3; k++) most = Math.max(most, line[k + 3]! - k * x);
  return most;
}

/** Concave envelope of the points (k, a_k) at y, which is min_x (max_k (a_k − k·x) + y·x); −∞ outside [−3, 3]. */
function envelope(line: readonly number[], y: number): number {
  if (!(Math.abs(y) <= 3)) return -Infinity;
  let most = -Infinity;
  for (let i = -3; i <= y; i++) {
    if (i === y) most = Math.max(most, line[i + 3]!);
    for (let j = 3; j > i && j >= y; j--)
      most = Math.max(most, line[i + 3]! + ((line[j + 3]! - line[i + 3]!) * (y - i)) / (j - i));
  }
  return most;
}

/** Solves hessian · z = vector in place by Cholesky on the lower triangle. */
function solve(hessian: Float64Array, vector: Float64Array): void {
  const n = vector.length;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let value = hessian[i * n + j]!;
      for (let k = 0; k < j; k++) value -= hessian[i * n + k]! * hessian[j * n + k]!;
      if (j < i) hessian[i * n + j] = value / hessian[j * n + j]!;
      // Where rounding leaves no curvature, a huge pivot keeps the direction still.
      else hessian[i * n + i] = value > FLAT * hessian[i * n + i]! ? Math.sqrt(value) : Infinity;
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) vector[i]! -= hessian[i * n + k]! * vector[k]!;
    vector[i]! /= hessian[i * n + i]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) vector[i]! -= hessian[k * n + i]! * vector[k]!;
    vector[i]! /= hessian[i * n + i]!;
  }
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < a.length; i++) total += a[i]! * b[i]!;
  return total;
}

const sum = (values: Float64Array): number => {
  let total = 0;
  for (let i = 0; i < values.length; i++) total += values[i]!;
  return total;
};
const form = (q: readonly (readonly number[])[], x: ArrayLike<number>): number =>
  q.reduce((total, row, g) => total + dot(row, x) * x[g]!, 0);
const root = (q: readonly (readonly number[])[], x: ArrayLike<number>): number => Math.sqrt(Math.max(0, form(q, x)));
