/**
 * Many multiples of the two generators at once, on every core.
 *
 * @module
 */
import { once } from "node:events";
import { availableParallelism } from "node:os";
import type { Worker } from "node:worker_threads";
import { spawnWorker } from "../base/worker.ts";
import { AFFINE_BYTES, FIELD_BYTES, type Bn254Code, type Group } from "./bn254.ts";
import type { FixedBaseData, FixedBaseTask, PerGroup } from "./fixedBaseTask.ts";

const BATCH = 2048;
/** Above this many products, wide windows repay their larger table. */
const MANY = 8192;

/**
 * scalars · G1 and scalars · G2.
 *
 * @param scalars plain field elements, FIELD_BYTES each, over SharedArrayBuffers
 * @param options.onProgress called with the share done, 0 to 1
 * @returns affine points in Montgomery form, AFFINE_BYTES each; the point at infinity is all zeros
 */
export async function multiplyGenerators(
  { module, generators }: Bn254Code,
  scalars: PerGroup,
  { threads = availableParallelism(), onProgress }: { threads?: number; onProgress?: (share: number) => void } = {},
): Promise<PerGroup> {
  const count = (group: Group): number => scalars[group].byteLength / FIELD_BYTES;
  const room = (group: Group): Uint8Array => new Uint8Array(new SharedArrayBuffer(count(group) * AFFINE_BYTES[group]));
  const points = { g1: room("g1"), g2: room("g2") };
  const windowBits = count("g1") + count("g2") > MANY ? 12 : 8;
  const code = { module, generators };
  const data: FixedBaseData = { code, scalars, points, windowBits, batch: BATCH };
  // A product in G2 costs about three in G1: those go first, so that the threads end together.
  const tasks = (["g2", "g1"] as const).flatMap((group) => split(group, count(group)));
  const total = tasks.length;

  const run = async (worker: Worker): Promise<void> => {
    for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
      worker.postMessage(task);
      await once(worker, "message");
      onProgress?.(1 - tasks.length / total);
    }
    worker.postMessage("stop");
    await once(worker, "exit");
  };
  const workers = Array.from({ length: Math.min(threads, total) }, () =>
    spawnWorker(new URL("./fixedBase.worker.ts", import.meta.url), { workerData: data }),
  );
  try {
    await Promise.all(workers.map(run));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return points;
}

function split(group: Group, count: number): FixedBaseTask[] {
  const tasks: FixedBaseTask[] = [];
  for (let from = 0; from < count; from += BATCH) tasks.push({ group, from, count: Math.min(BATCH, count - from) });
  return tasks;
}
