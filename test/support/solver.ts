/**
 * What follows from some wires of a constraint system: every other wire that has one value only, by linear equations,
 * by bits and the sums that bits make, and by trying both values of a bit or all of a few. What is left over may still
 * be unique; what is found is. So a circuit whose every wire is found from its inputs leaves its prover no choice.
 * It reads systems that the compiler simplified no further than equal signals (`--O1`): there a bit is a wire of its own.
 *
 * @module
 */
import { FIELD } from "../../src/protocol/constants.ts";
import type { Circuit } from "./circuit.ts";
import { element, inverse } from "./rogue.ts";

type Constraints = Pick<Circuit, "constraints">["constraints"];
type Terms = Constraints[number]["a"];

export interface Solution {
  /** Values by wire; wire 0 is the constant 1. */
  readonly known: ReadonlyMap<number, bigint>;
  /** A constraint that no value of the other wires can satisfy. */
  readonly broken?: number;
}

/** k + Σ coefficient · wire, over wires whose values aren't known. */
interface Form {
  k: bigint;
  readonly terms: Map<number, bigint>;
}

/** One term of a sum of bounded wires, turned so that its coefficient is positive: value = most − turned if it was not. */
interface Digit {
  readonly wire: number;
  readonly weight: bigint;
  readonly most: bigint;
  readonly turned: boolean;
}

/** Bits tried together, at most. */
const FEW = 12;
const centred = (value: bigint): bigint => (value > FIELD / 2n ? value - FIELD : value);

class Broken extends Error {}

export function solve(constraints: Constraints, given: ReadonlyMap<number, bigint>): Solution {
  const solver = new Solver(constraints, given);
  return solver.run();
}

class Solver {
  private readonly known: Map<number, bigint>;
  /** Wires known to lie in [0, most]. */
  private readonly most = new Map<number, bigint>();
  private readonly uses = new Map<number, number[]>();
  private queue: number[] = [];
  private readonly queued: Uint8Array;

  constructor(
    private readonly constraints: Constraints,
    given: ReadonlyMap<number, bigint>,
  ) {
    this.known = new Map([[0, 1n], ...[...given].map(([wire, value]) => [wire, element(value)] as const)]);
    this.queued = new Uint8Array(constraints.length).fill(1);
    constraints.forEach(({ a, b, c }, i) => {
      this.queue.push(i);
      for (const wire of new Set([...a, ...b, ...c].map(([w]) => w))) {
        const list = this.uses.get(wire);
        if (list === undefined) this.uses.set(wire, [i]);
        else list.push(i);
      }
    });
  }

  run(): Solution {
    while (this.queue.length > 0) {
      const round = this.queue;
      this.queue = [];
      for (const i of round) {
        this.queued[i] = 0;
        try {
          this.visit(i);
        } catch (error) {
          if (!(error instanceof Broken)) throw error;
          return { known: this.known, broken: i };
        }
      }
    }
    return { known: this.known };
  }

  private visit(i: number): void {
    const { a, b, c } = this.constraints[i]!;
    const [left, right, result] = [this.form(a), this.form(b), this.form(c)];
    const unknown = new Set([...left.terms.keys(), ...right.terms.keys(), ...result.terms.keys()]);
    if (left.terms.size === 0 || right.terms.size === 0) {
      const [scale, form] = left.terms.size === 0 ? [left.k, right] : [right.k, left];
      const sum: Form = { k: element(scale * form.k - result.k), terms: new Map() };
      for (const [wire, by] of form.terms) add(sum.terms, wire, scale * by);
      for (const [wire, by] of result.terms) add(sum.terms, wire, -by);
      this.linear(sum);
    } else if (unknown.size === 1) {
      // q·x² + l·x + k = 0: read here only as x (x − 1) = 0, or where the square cancels out.
      const [wire] = [...unknown] as [number];
      const [p, q, r] = [left, right, result].map(({ terms }) => terms.get(wire) ?? 0n) as [bigint, bigint, bigint];
      const square = element(p * q);
      const line = element(p * right.k + q * left.k - r);
      const k = element(left.k * right.k - result.k);
      if (square === 0n) this.linear({ k, terms: new Map(line === 0n ? [] : [[wire, line]]) });
      else if (k === 0n && element(line + square) === 0n) this.bound(wire, 1n);
    }
  }

  private form(terms: Terms): Form {
    const form: Form = { k: 0n, terms: new Map() };
    for (const [wire, by] of terms) {
      const value = this.known.get(wire);
      if (value === undefined) add(form.terms, wire, by);
      else form.k += by * value;
    }
    form.k = element(form.k);
    return form;
  }

  private linear({ k, terms }: Form): void {
    if (terms.size === 0) {
      if (k !== 0n) throw new Broken();
      return;
    }
    const free = [...terms.keys()].filter((wire) => !this.most.has(wire));
    if (terms.size === 1) {
      const [[wire, by]] = [...terms] as [[number, bigint]];
      this.set(wire, element(-k * inverse(by)));
    } else if (free.length === 1) this.boundBySum(free[0]!, k, terms);
    else if (free.length === 0) {
      for (const wire of terms.keys()) if (this.most.get(wire)! > 1n) this.boundBySum(wire, k, terms);
      this.digits(k, terms);
    }
  }

  /** x = base + Σ weight · y with every weight ≥ 0 and no wrap: as bits make a number, or its distance from one. */
  private boundBySum(wire: number, k: bigint, terms: ReadonlyMap<number, bigint>): void {
    const by = centred(terms.get(wire)!);
    if (by !== 1n && by !== -1n) return;
    const base = centred(element(-by * k));
    const weights = [...terms]
      .filter(([other]) => other !== wire)
      .map(([other, c]) => [other, centred(element(-by * c))] as const);
    const reach = weights.reduce(
      (sum, [other, weight]) => sum + (weight < 0n ? -weight : weight) * this.most.get(other)!,
      0n,
    );
    if (base < 0n || base + reach >= FIELD / 4n) return;
    if (weights.every(([, weight]) => weight >= 0n)) this.bound(wire, base + reach);
    else if (weights.every(([, weight]) => weight <= 0n) && base >= reach) this.bound(wire, base);
  }

  /** k + Σ terms = 0 where every wire is bounded. */
  private digits(k: bigint, terms: ReadonlyMap<number, bigint>): void {
    this.tighten(k, terms);
    const solved = this.mixedRadix(k, terms);
    if (solved !== undefined) {
      if (solved === "none") throw new Broken();
      for (const [wire, value] of solved) this.set(wire, value);
      return;
    }
    const bits = [...terms.keys()].filter((wire) => this.most.get(wire) === 1n);
    if (bits.length === terms.size && bits.length <= FEW) return this.enumerate(bits);
    // One bit, such as a sign, that a sum of others hangs on.
    for (const bit of bits) {
      const rest = new Map(terms);
      rest.delete(bit);
      const cases = [0n, 1n].map((value) => this.mixedRadix(element(k + terms.get(bit)! * value), rest));
      if (cases.includes(undefined)) continue;
      const left = cases.flatMap((found, value) => (found instanceof Map ? [[BigInt(value), found] as const] : []));
      if (left.length === 0) throw new Broken();
      if (left.length > 1) return;
      this.set(bit, left[0]![0]);
      for (const [wire, value] of left[0]![1]) this.set(wire, value);
      return;
    }
  }

  /** Σ weight · x = target with weights > 0 and no wrap: no x is above target / weight. */
  private tighten(k: bigint, terms: ReadonlyMap<number, bigint>): void {
    for (const sign of [1n, -1n]) {
      const weights = [...terms].map(([wire, by]) => [wire, centred(element(sign * by))] as const);
      if (weights.some(([, weight]) => weight < 0n)) continue;
      const reach = weights.reduce((sum, [wire, weight]) => sum + weight * this.most.get(wire)!, 0n);
      if (reach >= FIELD) continue;
      const target = element(-sign * k);
      if (target > reach) throw new Broken();
      for (const [wire, weight] of weights) this.bound(wire, target / weight);
    }
  }

  /** The one reading of a number in digits whose places don't overlap; undefined where they do. */
  private mixedRadix(k: bigint, terms: ReadonlyMap<number, bigint>): Map<number, bigint> | "none" | undefined {
    for (const sign of [1n, -1n]) {
      let [target, reach] = [element(-sign * k), 0n];
      const list: Digit[] = [...terms].map(([wire, by]) => {
        const weight = centred(element(sign * by));
        const most = this.most.get(wire)!;
        const turned = weight < 0n;
        if (turned) target = element(target - weight * most);
        reach += (turned ? -weight : weight) * most;
        return { wire, weight: turned ? -weight : weight, most, turned };
      });
      if (reach >= FIELD) continue;
      list.sort((x, y) => (x.weight < y.weight ? -1 : x.weight > y.weight ? 1 : 0));
      let below = 0n;
      const apart = list.every(({ weight, most }) => {
        const fits = weight > below;
        below += weight * most;
        return fits;
      });
      if (!apart) continue;
      const values = new Map<number, bigint>();
      for (const { wire, weight, most, turned } of list.reverse()) {
        const whole = target / weight;
        const value = whole > most ? most : whole;
        target -= value * weight;
        values.set(wire, turned ? most - value : value);
      }
      return target === 0n ? values : "none";
    }
    return undefined;
  }

  /** Tries all values of a few bits against every constraint that has no other unknown. */
  private enumerate(bits: readonly number[]): void {
    const among = new Set(bits);
    const closed = [...new Set(bits.flatMap((wire) => this.uses.get(wire)!))]
      .map((i) => this.constraints[i]!)
      .filter(({ a, b, c }) => [...a, ...b, ...c].every(([wire]) => among.has(wire) || this.known.has(wire)));
    const fitting: bigint[][] = [];
    for (let mask = 0; mask < 1 << bits.length; mask++) {
      const trial = new Map(bits.map((wire, j) => [wire, BigInt((mask >> j) & 1)]));
      const sum = (terms: Terms): bigint =>
        terms.reduce((total, [wire, by]) => total + by * (trial.get(wire) ?? this.known.get(wire)!), 0n);
      if (closed.every(({ a, b, c }) => element(sum(a) * sum(b) - sum(c)) === 0n)) fitting.push([...trial.values()]);
    }
    if (fitting.length === 0) throw new Broken();
    bits.forEach((wire, j) => {
      if (fitting.every((values) => values[j] === fitting[0]![j])) this.set(wire, fitting[0]![j]!);
    });
  }

  private set(wire: number, value: bigint): void {
    const before = this.known.get(wire);
    if (before !== undefined) {
      if (before !== value) throw new Broken();
      return;
    }
    if (value > (this.most.get(wire) ?? FIELD)) throw new Broken();
    this.known.set(wire, value);
    this.wake(wire);
  }

  private bound(wire: number, most: bigint): void {
    const before = this.most.get(wire);
    if (before !== undefined && before <= most) return;
    this.most.set(wire, most);
    this.wake(wire);
  }

  private wake(wire: number): void {
    for (const i of this.uses.get(wire) ?? []) {
      if (this.queued[i] === 1) continue;
      this.queued[i] = 1;
      this.queue.push(i);
    }
  }
}

function add(terms: Map<number, bigint>, wire: number, by: bigint): void {
  const sum = element((terms.get(wire) ?? 0n) + by);
  if (sum === 0n) terms.delete(wire);
  else terms.set(wire, sum);
}
