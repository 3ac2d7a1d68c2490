/**
 * Who does what: the multi-scalar multiplications of a proof, laid end to end in a fixed order and cut into stretches of
 * equal cost, one per thread. The first thread also computes the witness and H's scalars, so H comes first and as far as
 * possible to it; a thread takes its pieces of H last, when their scalars are there.
 *
 * @module
 */
import type { GroupName } from "./kernel.ts";
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
const COST = { quotient: 3.6, h: 6.8, a: 4.2, c: 4.4, b1: 2.8, b2: 8.6 } as const;

/** Pieces of every thread, in the order in which it works on them. */
export function plan(layout: KeyLayout, threads: number): Piece[][] {
  const count = (sum: SumName): number =>
    sum === "h" ? layout.domain : sum === "c" ? layout.wires - layout.publicSignals - 1 : layout.wires;
  const first = COST.quotient * layout.domain;
  const total = first + SUMS.reduce((cost, sum) => cost + COST[sum] * count(sum), 0);
  const pieces: Piece[][] = Array.from({ length: threads }, () => []);
  let thread = 0;
  let left = Math.max(0, total / threads - first);
  for (const sum of SUMS) {
    for (let from = 0; from < count(sum);) {
      const room = thread === threads - 1 ? Infinity : Math.floor(left / COST[sum]);
      const to = Math.min(count(sum), from + room);
      if (to > from) pieces[thread]!.push({ sum, from, to });
      left -= COST[sum] * (to - from);
      if (to === from || to < count(sum)) {
        thread++;
        left = total / threads;
      }
      from = to;
    }
  }
  // H waits for the first thread: its pieces go last.
  return pieces.map((list) => [...list.filter(({ sum }) => sum !== "h"), ...list.filter(({ sum }) => sum === "h")]);
}
