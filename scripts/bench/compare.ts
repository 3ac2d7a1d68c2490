/**
 * Provers side by side on one key and one request: cold, then warm in turns, so that whatever else the machine does falls
 * on all of them alike. Runs in Node and in a page.
 *
 * @module
 */
import type { Prover, Stage } from "../../src/prover/prover.ts";
import type { ProofRequest } from "../../src/statements/request.ts";

/** Milliseconds. */
interface Timing {
  readonly total: number;
  readonly witness: number;
  readonly prove: number;
  readonly verify: number;
}

export interface ProverTiming {
  readonly cold: Timing;
  /** Medians; spread: the fastest and the slowest. */
  readonly warm: Timing & { readonly spread: readonly [number, number] };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Measures all provers, `runs` warm proofs each, and closes them. */
export async function compareProvers<K extends string>(
  named: Readonly<Record<K, Prover>>,
  request: ProofRequest,
  runs: number,
): Promise<Record<K, ProverTiming>> {
  const names = Object.keys(named) as K[];
  const provers = names.map((name) => named[name]);
  const once = async (i: number): Promise<Timing> => {
    const stages: Record<Stage, number> = { witness: 0, prove: 0, verify: 0 };
    const started = performance.now();
    await provers[i]!.prove(request, {
      onProgress: (stage, fraction) => {
        if (fraction === 0) stages[stage] -= performance.now();
        if (fraction === 1) stages[stage] += performance.now();
      },
    });
    return round({ total: performance.now() - started, ...stages });
  };
  const cold: Timing[] = [];
  for (const i of names.keys()) cold.push(await once(i));
  for (const i of names.keys()) await once(i);
  const all: Timing[][] = names.map(() => []);
  for (let run = 0; run < runs; run++) for (const i of names.keys()) all[i]!.push(await once(i));
  await Promise.all(provers.map((prover) => prover.close()));
  return Object.fromEntries(
    names.map((name, i) => {
      const timings = all[i]!;
      const of = (key: keyof Timing): number => median(timings.map((timing) => timing[key]));
      const totals = timings.map(({ total }) => total);
      const warm = {
        total: of("total"),
        witness: of("witness"),
        prove: of("prove"),
        verify: of("verify"),
        spread: [Math.min(...totals), Math.max(...totals)] as const,
      };
      return [name, { cold: cold[i]!, warm }];
    }),
  ) as Record<K, ProverTiming>;
}

const round = (timing: Timing): Timing =>
  Object.fromEntries(Object.entries(timing).map(([key, value]) => [key, Math.round(value)])) as unknown as Timing;
