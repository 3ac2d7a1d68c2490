/**
 * What the fallback prover, the second verifier and ceremonies use of snarkjs. The modules of this folder only pass on
 * what iden3's packages have: in the published package `npm run bundle` puts the packages' own code in their place, a
 * hundredth of what they would install.
 *
 * @module
 */
export { curves, groth16, wtns, zKey } from "snarkjs";

interface Group {
  fromObject(point: readonly unknown[]): Uint8Array;
  isValid(point: Uint8Array): boolean;
  isZero(point: Uint8Array): boolean;
  timesScalar(point: Uint8Array, scalar: bigint): Uint8Array;
}
export interface Curve {
  readonly r: bigint;
  readonly G1: Group;
  readonly G2: Group;
}

declare module "snarkjs" {
  /** @types/snarkjs leaves it out. */
  export const curves: { getCurveFromName(name: string): Promise<Curve> };
}
