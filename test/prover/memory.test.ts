/**
 * A prover that lives long doesn't grow. Threads run in this process, whose garbage is collected after each proof: what is
 * left then is kept. That the kernels' own memory stays as it is: test/prover/threads/thread.test.ts.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { TOY_INPUTS, toyArtifacts } from "../fixtures/toy.ts";
import { backendOver, inProcess } from "./watched.ts";

const MIB = 2 ** 20;
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it.each([
  ["keeps its threads", false],
  ["starts afresh each time", true],
])("40 proofs leave nothing behind when the prover %s", async (_, afresh) => {
  const toy = await toyArtifacts();
  const backend = backendOver(inProcess);
  const prove = async (times: number): Promise<NodeJS.MemoryUsage> => {
    for (let i = 0; i < times; i++) {
      await backend.run(toy, TOY_INPUTS, {});
      if (afresh) await backend.close();
      collectGarbage();
    }
    return process.memoryUsage();
  };
  const before = await prove(10);
  const after = await prove(40);
  expect(after.rss - before.rss).toBeLessThan(8 * MIB);
  expect(after.heapUsed + after.external - before.heapUsed - before.external).toBeLessThan(MIB / 2);
  await backend.close();
});
