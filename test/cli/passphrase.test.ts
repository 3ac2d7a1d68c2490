/** Asking on a terminal that answers, ends, or is interrupted. */
import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Interrupted } from "../../src/cli/interrupt.ts";
import { askNewPassphrase, askPassphrase } from "../../src/cli/passphrase.ts";
import { KeystoreError } from "../../src/base/errors.ts";

const stdin = Object.getOwnPropertyDescriptor(process, "stdin")!;
let typed: PassThrough;
let shown = "";
beforeEach(() => {
  typed = new PassThrough();
  shown = "";
  Object.defineProperty(process, "stdin", {
    ...stdin,
    get: () => Object.assign(typed, { isTTY: true }),
    configurable: true,
  });
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((shown += String(text)), true));
  vi.stubEnv("PLIMSOLL_PASSPHRASE", undefined);
});
afterEach(() => {
  Object.defineProperty(process, "stdin", stdin);
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

it("takes a line, and shows none of it", async () => {
  const asked = askPassphrase("passphrase of x");
  typed.write("correct horse\n");
  expect(await asked).toBe("correct horse");
  expect(shown).toBe("passphrase of x: \n");
});

it("says so when the input ends first", async () => {
  const asked = askPassphrase("passphrase of x");
  typed.end();
  await expect(asked).rejects.toThrow(new KeystoreError("passphrase of x: the input ended before it was given"));
});

it("ends at Ctrl-D and at Ctrl-C", async () => {
  const ended = askPassphrase("passphrase of x");
  typed.write("\u0004");
  await expect(ended).rejects.toThrow(KeystoreError);
  typed = new PassThrough();
  const interrupted = askPassphrase("passphrase of x");
  typed.write("\u0003");
  await expect(interrupted).rejects.toThrow(Interrupted);
});

it("takes an empty variable as none, and asks for a new one twice", async () => {
  vi.stubEnv("PLIMSOLL_PASSPHRASE", "");
  const asked = askNewPassphrase();
  typed.write("correct horse\n");
  await new Promise((resolve) => setImmediate(resolve));
  typed.write("battery staple\n");
  await expect(asked).rejects.toThrow("passphrase: must be the same twice");
});
