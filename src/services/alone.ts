/**
 * One daemon of a kind per home. Two would each believe that only they sign, and send with the same nonces.
 *
 * @module
 */
import { join } from "node:path";
import { holderOf, inWords, tryLockFile } from "../base/lock.ts";
import { InputError } from "../base/errors.ts";

/** Runs `work` as the only daemon `name` of a home. Throws an InputError when there is one already, saying which process. */
export async function alone<T>(home: string, name: string, work: () => Promise<T>): Promise<T> {
  const path = join(home, `${name}.lock`);
  const lock = await tryLockFile(path, `plimsoll ${name}`);
  if (lock === undefined) {
    const holder = await holderOf(path);
    throw new InputError(
      "home",
      `has a running plimsoll ${name} already: ${path}${holder === undefined ? " is held" : `, which ${inWords(holder)}`}`,
    );
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}
