/**
 * The transcendental functions of the engine. ECMAScript lets Math.exp and Math.log differ between engines in the last
 * bits, and one flipped µUSD is another table root. Cephes compiled to WebAssembly computes with IEEE operations alone,
 * so that a market file has one root on every machine. Beside it the engine uses + − × / and Math.sqrt only, which the
 * language fixes to the bit.
 *
 * @module
 */
import { exp, log, ndtr, pow } from "./cephes.ts";

export { log as ln, pow };

/** Φ(x), the standard normal distribution; absolute error below 1e-15. */
export const normalCdf = ndtr;

const INVERSE_ROOT_TWO_PI = 0.3989422804014327;

/** φ(x), its density. */
export const normalPdf = (x: number): number => INVERSE_ROOT_TWO_PI * exp(-0.5 * x * x);
