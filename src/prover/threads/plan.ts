/**
 * Who does what: the points of a key, part after part in a fixed order, cut into stretches of equal cost, one per thread.
 * The first thread also computes the witness and the quotient, so the points that take the quotient's scalars come first
 * and as far as possible to it.
 *
 * @module
 */
import { affineBytes, type GroupName } from "../../kernel/kernel.ts";
import { stretchesFor, tableGain } from "./tables.ts";
import type { KeyLayout } from "../../groth16/zkey.ts";

/** Parts of a key that are points. C is the sum of two of them, which lie side by side so that a thread sums them as one. */
const PARTS = ["h", "c", "a", "b1", "b2"] as const;
export type PartName = (typeof PARTS)[number];
export type SumName = Exclude<PartName, "h">;
export const sumOf = (part: PartName): SumName => (part === "h" ? "c" : part);
export const groupOf = (part: PartName): GroupName => (part === "b2" ? "g2" : "g1");

/** Points `from` to `to` of one part. */
export interface Piece {
  readonly part: PartName;
  readonly from: number;
  readonly to: number;
}

/** Milliseconds per thousand points, or per thousand of the domain for the quotient; measured, only ratios matter. */
const COST = { quotient: 3.5, h: 6.6, c: 4.5, a: 4.4, b1: 2.9, b2: 9.2 } as const;

/** Points of a part. */
const pointsOf = ({ domain, wires, publicSignals }: KeyLayout, part: PartName): number =>
  part === "h" ? domain : part === "c" ? wires - publicSignals - 1 : wires;

export interface Plan {
  /** Pieces of every thread. */
  readonly pieces: readonly (readonly Piece[])[];
  /** Stretches of the tables that all threads use: see tables.ts. */
  readonly stretches: number;
  /** What the tables take over all threads, at most. */
  readonly tableBytes: number;
}

/** @param room bytes that tables may take */
export function plan(layout: KeyLayout, threads: number, room: number): Plan {
  const pointBytes = PARTS.reduce((bytes, part) => bytes + pointsOf(layout, part) * affineBytes(groupOf(part)), 0);
  const tableBytes = (stretches: number): number => (stretches - 1) * pointBytes;
  const stretches = stretchesFor(layout.domain / threads, (each) => tableBytes(each) <= room);
  const costOf = (part: PartName): number => COST[part] * tableGain(layout.domain / threads, stretches);
  return { pieces: share(layout, threads, costOf), stretches, tableBytes: tableBytes(stretches) };
}

function share(layout: KeyLayout, threads: number, costOf: (part: PartName) => number): Piece[][] {
  const first = COST.quotient * layout.domain;
  const total = first + PARTS.reduce((cost, part) => cost + costOf(part) * pointsOf(layout, part), 0);
  const pieces: Piece[][] = Array.from({ length: threads }, () => []);
  let thread = 0;
  let left = Math.max(0, total / threads - first);
  for (const part of PARTS) {
    const count = pointsOf(layout, part);
    for (let from = 0; from < count;) {
      const room = thread === threads - 1 ? Infinity : Math.floor(left / costOf(part));
      const to = Math.min(count, from + room);
      if (to > from) pieces[thread]!.push({ part, from, to });
      left -= costOf(part) * (to - from);
      if (to === from || to < count) {
        thread++;
        left = total / threads;
      }
      from = to;
    }
  }
  return pieces;
}
