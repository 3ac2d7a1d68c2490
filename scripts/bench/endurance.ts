/**
 * Many proofs in a row: none may fail its verification, and memory must not grow.
 *
 * @module
 */
import { ProofError } from "../../src/base/errors.ts";
import type { Prover } from "../../src/prover/prover.ts";
import type { ProofRequest } from "../../src/statements/request.ts";

export interface Endurance {
  readonly proofs: number;
  /** Proofs that did not verify, or were not made. */
  readonly failures: number;
  readonly seconds: number;
  /** Resident memory in MiB after so many proofs. */
  readonly residentMiB: Readonly<Record<number, number>>;
}

/** Proves `count` times with a prover that has no fallback. `onMark` hears of every mark as it is passed. */
export async function endurance(
  prover: Prover,
  request: ProofRequest,
  count: number,
  onMark: (proofs: number, failures: number, residentMiB: number, seconds: number) => void,
): Promise<Endurance> {
  const residentMiB: Record<number, number> = {};
  const started = performance.now();
  const elapsed = (): number => Math.round((performance.now() - started) / 1000);
  let failures = 0;
  for (let done = 1; done <= count; done++) {
    await prover.prove(request).catch((error: unknown) => {
      if (!(error instanceof ProofError)) throw error;
      failures++;
    });
    if (done !== 10 && done !== count && done % 100 !== 0) continue;
    const resident = Math.round(process.memoryUsage.rss() / 2 ** 20);
    residentMiB[done] = resident;
    onMark(done, failures, resident, elapsed());
  }
  return { proofs: count, failures, seconds: elapsed(), residentMiB };
}
