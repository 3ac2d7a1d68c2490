/**
 * What a dishonest prover tries, systematically: every input off by one, every wire changed.
 *
 * @module
 */
import { FIELD } from "../../src/protocol/constants.ts";
import type { CircuitInput, CircuitInputs } from "../../src/statements/request.ts";
import type { Circuit } from "./circuit.ts";
import type { Random } from "./random.ts";

/**
 * Adds 1 to one input at a time, from a fresh copy, and returns those that still give a witness, indices replaced by
 * `*` and each once.
 */
export async function acceptedPlusOne(circuit: Circuit, inputs: CircuitInputs): Promise<string[]> {
  const accepted = new Set<string>();
  for (const path of leaves(inputs)) {
    const forged = structuredClone(inputs) as Record<string, CircuitInput>;
    bump(forged, path);
    const holds = await circuit.witness(forged).then(
      (witness) => circuit.broken(witness).length === 0,
      () => false,
    );
    if (holds) accepted.add(starred(path.join(".")));
  }
  return [...accepted].sort();
}

/**
 * Changes one wire of a valid witness at a time, by 1 and by a random amount, and returns those that break no
 * constraint, as names with `*` for indices and each once.
 */
export function undetermined(circuit: Circuit, witness: readonly bigint[], random: Random): string[] {
  const loose = new Set<string>();
  const forged = [...witness];
  for (let wire = 1; wire < witness.length; wire++) {
    for (const change of [1n, 1n + random.field()]) {
      forged[wire] = (witness[wire]! + change) % FIELD;
      const caught = circuit.constraintsOf(wire).some((i) => circuit.broken(forged, [i]).length > 0);
      if (!caught) loose.add(starred(circuit.names[wire] ?? `wire ${wire}`));
    }
    forged[wire] = witness[wire]!;
  }
  return [...loose].sort();
}

/** A hint of circomlib's IsZero: the inverse of a value that is 0 can be anything, and decides nothing. */
export const ZERO_INVERSE = /\bisz\.inv$|IsZero_\d+_\d+(\[\*\])?\.inv$/;

/** A name with `*` for every index. */
export const starred = (name: string): string => name.replace(/\[\d+\]/g, "[*]").replace(/\.\d+(?=\.|$)/g, "[*]");

function* leaves(inputs: CircuitInputs): Generator<(string | number)[]> {
  function* walk(value: CircuitInput, path: (string | number)[]): Generator<(string | number)[]> {
    if (typeof value === "bigint") yield path;
    else for (const [i, item] of value.entries()) yield* walk(item, [...path, i]);
  }
  for (const [name, value] of Object.entries(inputs)) yield* walk(value, [name]);
}

function bump(inputs: Record<string, CircuitInput>, path: readonly (string | number)[]): void {
  let at = inputs as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  const last = path.at(-1)!;
  at[last] = (at[last] as bigint) + 1n;
}
