/**
 * Passphrases: from PLIMSOLL_PASSPHRASE, or asked for on a terminal without showing what is typed. Never from the
 * command line, which other users of a machine can read.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { KeystoreError } from "../base/errors.ts";
import { Interrupted } from "./command.ts";

const VARIABLE = "PLIMSOLL_PASSPHRASE";

/** Throws a KeystoreError where nobody can be asked. */
export async function askPassphrase(what: string, variable = VARIABLE): Promise<string> {
  const given = process.env[variable];
  if (given !== undefined) return given;
  if (!process.stdin.isTTY) throw new KeystoreError(`passphrase: takes a terminal to ask on, or ${variable}`);
  return askHidden(`${what}: `);
}

/** As {@link askPassphrase}, twice where it is typed. */
export async function askNewPassphrase(what = "new passphrase", variable = VARIABLE): Promise<string> {
  const first = await askPassphrase(what, variable);
  if (process.env[variable] === undefined && (await askHidden("again: ")) !== first) {
    throw new KeystoreError("passphrase: must be the same twice");
  }
  return first;
}

function askHidden(prompt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const line = createInterface({ input: process.stdin, output: nowhere, terminal: true, historySize: 0 });
    const end = (settle: () => void): void => {
      line.close();
      process.stderr.write("\n");
      settle();
    };
    process.stderr.write(prompt);
    line.once("SIGINT", () => end(() => reject(new Interrupted("interrupted"))));
    line.once("line", (text) => end(() => resolve(text)));
  });
}
