/**
 * Proving from the command line: a bar where somebody watches, nothing in a pipe, and an interrupt that stops cleanly.
 *
 * @module
 */
import { SingleBar } from "cli-progress";
import { setImmediate } from "node:timers/promises";
import type { CircuitName } from "../protocol/constants.ts";
import { localProver } from "../prover/backends.ts";
import { formatProof, type Proof } from "../groth16/proof.ts";
import type { Stage } from "../prover/prover.ts";
import { writeAtomic } from "../base/files.ts";
import { proofRequest, type Statement } from "../statements/statement.ts";
import { Interrupted, type Globals } from "./command.ts";

export type Prove = <C extends CircuitName>(statement: Statement<C>) => Promise<Proof<C>>;

/** Share of a proof's time at the start of each stage, and the share that it takes. */
const SHARES: Readonly<Record<Stage, readonly [start: number, share: number]>> = { witness: [0, 0.2], prove: [0.2, 0.75], verify: [0.95, 0.05] };

/** Runs `work` with a prover that is warm from its first proof to its last. */
export async function withProver<T>({ json, backend }: Globals, work: (prove: Prove) => Promise<T>): Promise<T> {
  const prover = localProver({
    backend,
    onFallback: (name, error) => process.stderr.write(`${name} made a proof that does not verify (${error.message}); proved again with snarkjs: please report this\n`),
  });
  const controller = new AbortController();
  const interrupt = (): void => controller.abort(new Interrupted("interrupted"));
  process.on("SIGINT", interrupt);
  const watched = process.stderr.isTTY && json !== true;
  try {
    return await work(async (statement) => {
      const bar = watched
        ? new SingleBar({ format: `${statement.circuit.padEnd(8)} {bar} {percentage}% {stage}`, stream: process.stderr, hideCursor: true, clearOnComplete: true })
        : undefined;
      bar?.start(1, 0, { stage: "witness" });
      try {
        return await prover.prove(proofRequest(statement), {
          signal: controller.signal,
          onProgress: (stage, fraction) => {
            const [start, share] = SHARES[stage];
            bar?.update(start + fraction * share, { stage });
          },
        });
      } catch (error) {
        // On a terminal an interrupt reaches the prover's process too, which may be faster to end than we are to hear.
        await setImmediate();
        controller.signal.throwIfAborted();
        throw error;
      } finally {
        bar?.stop();
      }
    });
  } finally {
    process.off("SIGINT", interrupt);
    await prover.close();
  }
}

/** Writes a proof file, atomically. */
export const writeProof = <C extends CircuitName>(path: string, proof: Proof<C>): Promise<void> => writeAtomic(path, formatProof(proof));
