/**
 * Proving from the command line: a bar where somebody watches, nothing in a pipe.
 *
 * @module
 */
import { SingleBar } from "cli-progress";
import { setImmediate } from "node:timers/promises";
import type { CircuitName } from "../protocol/constants.ts";
import { localProver } from "../prover/backends.ts";
import type { Proof } from "../groth16/proof.ts";
import type { Stage } from "../prover/prover.ts";
import type { ProofRequest } from "../statements/request.ts";
import type { Globals } from "./options.ts";

type ProveRequest = <C extends CircuitName>(request: ProofRequest<C>) => Promise<Proof<C>>;

/** Share of a proof's time at the start of each stage, and the share that it takes. */
const SHARES: Readonly<Record<Stage, readonly [start: number, share: number]>> = {
  witness: [0, 0.2],
  prove: [0.2, 0.75],
  verify: [0.95, 0.05],
};

/** Runs `work` with a prover that is warm from its first proof to its last, and stops when `signal` fires. */
export async function withProver<T>(
  { json, backend }: Globals,
  signal: AbortSignal,
  work: (prove: ProveRequest) => Promise<T>,
): Promise<T> {
  const prover = localProver({
    backend,
    onFallback: (name, error) =>
      process.stderr.write(
        `${name} made a proof that does not verify (${error.message}); proved again with snarkjs: please report this\n`,
      ),
  });
  const watched = process.stderr.isTTY && json !== true;
  try {
    return await work(async (request) => {
      const bar = watched
        ? new SingleBar({
            format: `${request.circuit.padEnd(8)} {bar} {percentage}% {stage}`,
            stream: process.stderr,
            hideCursor: true,
            clearOnComplete: true,
          })
        : undefined;
      bar?.start(1, 0, { stage: "witness" });
      try {
        return await prover.prove(request, {
          signal,
          onProgress: (stage, fraction) => {
            const [start, share] = SHARES[stage];
            bar?.update(start + fraction * share, { stage });
          },
        });
      } catch (error) {
        // On a terminal an interrupt reaches the prover's process too, which may be faster to end than we are to hear.
        await setImmediate();
        signal.throwIfAborted();
        throw error;
      } finally {
        bar?.stop();
      }
    });
  } finally {
    await prover.close();
  }
}
