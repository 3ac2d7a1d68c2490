/**
 * Passphrases and other secrets: from the environment, or asked for on a terminal without showing what is typed. Never
 * from the command line, which other users of a machine can read.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { KeystoreError } from "../base/errors.ts";
import { environment } from "../base/environment.ts";
import { Interrupted } from "./interrupt.ts";

const VARIABLE = "PLIMSOLL_PASSPHRASE";

/** Throws a KeystoreError where nobody can be asked, or nobody answers. */
export async function askPassphrase(what: string, variable = VARIABLE): Promise<string> {
  const given = environment(variable);
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new KeystoreError(`passphrase: takes a terminal to ask on, or ${variable}`);
  return askHidden(what);
}

/** As {@link askPassphrase}, twice where it is typed. */
export async function askNewPassphrase(what = "new passphrase", variable = VARIABLE): Promise<string> {
  const first = await askPassphrase(what, variable);
  if (environment(variable) === undefined && (await askHidden("again")) !== first) {
    throw new KeystoreError("passphrase: must be the same twice");
  }
  return first;
}

/** Asks on the terminal. Throws a KeystoreError when its input ends, Interrupted upon Ctrl-C. */
export function askHidden(what: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const line = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
    let settle = (): void => reject(new KeystoreError(`${what}: the input ended before it was given`));
    const end = (how: () => void): void => {
      settle = how;
      line.close();
    };
    process.stderr.write(`${what}: `);
    line.once("SIGINT", () => end(() => reject(new Interrupted())));
    line.once("line", (text) => end(() => resolve(text)));
    // Ctrl-D closes it, too.
    line.once("close", () => {
      process.stderr.write("\n");
      settle();
    });
  });
}
