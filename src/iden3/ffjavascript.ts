/**
 * bn254 by wasmcurves, which development keys are made with; see snarkjs.ts for why this module is here.
 *
 * @module
 */
export { buildBn128 } from "ffjavascript";
