/**
 * What fixedBase.ts's threads are started with and asked for.
 *
 * @module
 */
import type { Bn254Code, Group } from "./bn254.ts";

/** Scalars or points per group, in shared memory from offset 0. */
export type PerGroup = Readonly<Record<Group, Uint8Array>>;

/** What a thread is started with. */
export interface FixedBaseData {
  readonly code: Bn254Code;
  readonly scalars: PerGroup;
  readonly points: PerGroup;
  readonly windowBits: number;
  /** Most products of one task. */
  readonly batch: number;
}

/** A stretch of one group's scalars. */
export interface FixedBaseTask {
  readonly group: Group;
  readonly from: number;
  readonly count: number;
}
