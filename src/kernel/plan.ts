/**
 * Who does what: the multi-scalar multiplications of a proof, laid end to end in a fixed order and cut into stretches of
 * equal cost, one per thread. The first thread also computes the witness and H's scalars, so H comes first and as far as
 * possible to it; a thread takes its pieces of H last, when their scalars are there.
 *
 * @module
 */
import { affineBytes, type GroupName } from "./kernel.ts";
import { stretchesFor, tableGain } from "./tables.ts";
import type { KeyLayout } from "./zkey.ts";

const SUMS = ["h", "a", "c", "b1", "b2"] as const;
export type SumName = (typeof SUMS)[number];
export const groupOf = (sum: SumName): GroupName => (sum === "b2" ? "g2" : "g1");

/** Points `from` to `to` of one sum. */
export interface Piece {
  readonly sum: SumName;
  readonly from: number;
  readonly to: number;
}

/** Milliseconds per thousand points, or per thousand of the domain for the quotient; measured, only ratios matter. */
const COST = { quotient: 3.5, h: 6.8, a: 4.4, c: 4.6, b1: 2.9, b2: 9.2 } as const;

/** Points of a sum. */
const pointsOf = ({ domain, wires, publicSignals }: KeyLayout, sum: SumName): number =>
  sum === "h" ? domain : sum === "c" ? wires - publicSignals - 1 : wires;

export interface Plan {
  /** Pieces of every thread, in the order in which it works on them. */
  readonly pieces: readonly (readonly Piece[])[];
  /** Stretches of the tables that all sums use: see tables.ts. */
  readonly stretches: number;
  /** What the tables take over all threads, at most. */
  readonly tableBytes: number;
}

/** @param room bytes that tables may take */
export function plan(layout: KeyLayout, threads: number, room: number): Plan {
  const pointBytes = SUMS.reduce((bytes, sum) => bytes + pointsOf(layout, sum) * affineBytes(groupOf(sum)), 0);
  const tableBytes = (stretches: number): number => (stretches - 1) * pointBytes;
  const stretches = stretchesFor(layout.domain / threads, (each) => tableBytes(each) <= room);
  const costOf = (sum: SumName): number => COST[sum] * tableGain(layout.domain / threads, stretches);
  return { pieces: share(layout, threads, costOf), stretches, tableBytes: tableBytes(stretches) };
}

function share(layout: KeyLayout, threads: number, costOf: (sum: SumName) => number): Piece[][] {
  const first = COST.quotient * layout.domain;
  const total = first + SUMS.reduce((cost, sum) => cost + costOf(sum) * pointsOf(layout, sum), 0);
  const pieces: Piece[][] = Array.from({ length: threads }, () => []);
  let thread = 0;
  let left = Math.max(0, total / threads - first);
  for (const sum of SUMS) {
    const count = pointsOf(layout, sum);
    for (let from = 0; from < count;) {
      const room = thread === threads - 1 ? Infinity : Math.floor(left / costOf(sum));
      const to = Math.min(count, from + room);
      if (to > from) pieces[thread]!.push({ sum, from, to });
      left -= costOf(sum) * (to - from);
      if (to === from || to < count) {
        thread++;
        left = total / threads;
      }
      from = to;
    }
  }
  // H waits for the first thread: its pieces go last.
  return pieces.map((list) => [...list.filter(({ sum }) => sum !== "h"), ...list.filter(({ sum }) => sum === "h")]);
}
