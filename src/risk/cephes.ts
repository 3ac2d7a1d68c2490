/**
 * Cephes' exp, log, pow and Φ, compiled to WebAssembly: IEEE operations alone, so that they give the same bits on every
 * machine. Instantiated with the first call, at once: there is nothing to wait for, and a program that never asks for a
 * price needs no WebAssembly.
 *
 * @module
 */
import { CMATH, CPROB } from "./cephesCode.ts";

type Functions = Readonly<Record<"exp" | "log" | "pow" | "ndtr", (...args: number[]) => number>>;

let functions: Functions | undefined;

function load(): Functions {
  const imports = { env: { mtherr } };
  const [math, probability] = [CMATH, CPROB].map((code) => {
    const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), imports).exports;
  });
  return (functions = { ...math, ...probability } as unknown as Functions);
}

/** What Cephes reports, by its number. */
const REPORTS = [
  "an error",
  "an argument outside the domain",
  "a singularity",
  "an overflow",
  "an underflow",
  "a loss of all digits",
  "a loss of digits",
];

function mtherr(_name: number, code: number): never {
  throw new RangeError(`cephes reports ${REPORTS[code] ?? REPORTS[0]}`);
}

/** e^x. As all of them, it throws a RangeError where the result is no number or has no double. */
export const exp = (x: number): number => (functions ?? load()).exp(x);
/** The natural logarithm. */
export const log = (x: number): number => (functions ?? load()).log(x);
/** x^y */
export const pow = (x: number, y: number): number => (functions ?? load()).pow(x, y);
/** Φ(x), the standard normal distribution. */
export const ndtr = (x: number): number => (functions ?? load()).ndtr(x);
