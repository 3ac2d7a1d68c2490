/** The part of cephes that is used; its package keeps its own declarations out of its `exports`. */
declare module "cephes" {
  /** Resolves once the WebAssembly module is ready. */
  export const compiled: Promise<void>;
  export function exp(x: number): number;
  export function log(x: number): number;
  export function pow(x: number, y: number): number;
  /** Φ(x). */
  export function ndtr(x: number): number;
}
