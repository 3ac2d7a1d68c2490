/** A process that, each time it is told a folder, takes its lock a few times and finds out whether somebody else is in. */
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout } from "node:timers/promises";
import { withLock } from "../../src/base/lock.ts";

const turns = Number(process.argv[2]);
const say = (line: string): void => void process.stdout.write(`${line}\n`);

say("ready");
for await (const folder of createInterface(process.stdin)) {
  for (let turn = 0; turn < turns; turn++) {
    await withLock(folder, async () => {
      const inside = await open(join(folder, "inside"), "wx").catch(() => undefined);
      if (inside === undefined) return say("OVERLAP");
      await setTimeout(5);
      await inside.close();
      await rm(join(folder, "inside"));
      say("in");
    });
  }
  say("ready");
}
