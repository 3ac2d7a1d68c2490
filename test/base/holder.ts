/** A process that holds a lock file until it is ended. */
import { withLockFile } from "../../src/base/lock.ts";

await withLockFile(
  process.argv[2]!,
  () => {
    process.stdout.write("held\n");
    setInterval(() => undefined, 60_000);
    return new Promise<never>(() => undefined);
  },
  { name: "holder" },
);
