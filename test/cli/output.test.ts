/** What errors look like, and with which code a command ends. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { EXIT } from "../../src/cli/exitCodes.ts";
import { Interrupted } from "../../src/cli/interrupt.ts";
import { fail, remark } from "../../src/cli/output.ts";
import { InputError, NodeError, RefusedError, WaitError } from "../../src/base/errors.ts";

let written = "";
beforeEach(() => {
  written = "";
  vi.spyOn(process.stderr, "write").mockImplementation((text) => ((written += String(text)), true));
});
afterEach(() => void vi.restoreAllMocks());

const told = (error: unknown, json = false): [code: number, text: string] => {
  const code = fail(error, json);
  return [code, written];
};

it("says to try again for what is too soon, ours and the contracts'", () => {
  expect(told(new WaitError("batch", 1_761_350_700, "must wait for its window"))).toEqual([
    EXIT.again,
    "error: batch: must wait for its window, until 2025-10-25T00:05:00Z\n",
  ]);
  expect(
    fail(
      new RefusedError("AccountRegistry.receiveNotes", "ReceiveTooSoon", { slot: 0n, allowedAt: 1_761_350_700n }),
      false,
    ),
  ).toBe(EXIT.again);
  expect(fail(new NodeError("home", "doesn't answer"), false)).toBe(EXIT.again);
  expect(fail(new RefusedError("CreditDesk.draw", "BeyondLine"), false)).toBe(EXIT.refused);
  expect(fail(new Interrupted(), false)).toBe(EXIT.interrupted);
});

it("writes contracts' times as dates", () => {
  expect(
    told(new RefusedError("CreditDesk.prove", "StaleTable", { tableRoot: 77n, goodUntil: 1_761_350_700n }))[1],
  ).toBe("error: CreditDesk.prove: StaleTable (tableRoot 77, goodUntil 2025-10-25T00:05:00Z)\n");
});

it("gives programs what they act on", () => {
  expect(JSON.parse(told(new WaitError("account", 1_761_350_700, "must wait"), true)[1])).toEqual({
    error: {
      type: "WaitError",
      message: "account: must wait, until 2025-10-25T00:05:00Z",
      path: "account",
      until: 1_761_350_700,
    },
  });
});

it.each([
  "wss://node.example/ws/v3/KEY",
  "https://user:KEY@node.example:8545/v3?token=KEY#KEY",
  "http://KEY@127.0.0.1:8545",
  "http://127.0.0.1:8545",
])("shows nothing of %s, whatever says it", (url) => {
  expect(told(new InputError("x", "must be reached", url))[1]).toBe('error: x: must be reached, got "<url>"\n');
  written = "";
  told(new TypeError(`fetch failed: ${url}`));
  remark({}, `waiting for ${url}`);
  told(new InputError("x", `can't reach ${url}`), true);
  expect(written).not.toMatch(/KEY|node\.example|127\.0\.0\.1/);
  expect(written).toContain("<url>");
});
