/**
 * What snarkjs throws, as a ProofError. Only names, places and counts get through: a message that is not known here may
 * quote an input, so it is dropped.
 *
 * @module
 */
import { ProofError } from "../base/errors.ts";
import type { Stage } from "./prover.ts";

/** `error` was thrown in `stage`, by circom's calculator or by `prover`. */
export function explain(error: unknown, stage: Stage, prover = "snarkjs"): ProofError {
  const message = error instanceof Error ? error.message : "";
  const frames = [...message.matchAll(/Error in template (\w+?)(?:_\d+)? line: (\d+)/g)];
  if (frames.length > 0) {
    const [where, ...callers] = frames.map(([, template, line]) => `${template}, line ${line}`);
    const path = callers.length > 0 ? ` (within ${callers.join("; ")})` : "";
    return new ProofError("inputs", `break a constraint of template ${where}${path}`);
  }
  const missing = /Not all inputs have been set\. Only (\d+) out of (\d+)/.exec(message);
  if (missing) return new ProofError("inputs", `must be complete: ${missing[1]} of ${missing[2]} values given`);
  const unknown = /Signal (\w+) not found/.exec(message);
  if (unknown) return new ProofError(`inputs.${unknown[1]}`, "is no input of the circuit");
  const count = /(Not enough|Too many) values for input signal (\w+)/.exec(message);
  // The calculator takes an unknown signal for one of length 0.
  const rule = count?.[1] === "Too many" ? "is no input of the circuit or has too many values" : "has too few values";
  if (count) return new ProofError(`inputs.${count[2]}`, rule);
  const foreign = /Invalid witness length\. Circuit: (\d+), witness: (\d+)/.exec(message);
  if (foreign)
    return new ProofError(stage, `circuit and key must belong together: ${foreign[2]} wires and ${foreign[1]}`);
  if (/ENOENT|EACCES/.test(message)) return new ProofError(stage, "its circuit or key is not readable");
  if (/could not allocate memory|Array buffer allocation failed/i.test(message))
    return new ProofError("memory", "ran out");
  return new ProofError(stage, `${prover} failed with ${error instanceof Error ? error.name : typeof error}`);
}
