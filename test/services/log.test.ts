/**
 * Lines of daemons: what is in them, and what never is.
 */
import { expect, it } from "vitest";
import { InputError, NodeError } from "../../src/base/errors.ts";
import { jsonLog, prettyLog, reasonOf, withoutRepeats } from "../../src/services/log.ts";
import { recorder } from "./support.ts";

const SECRET = "https://user:hunter2@node.example/v3/token?key=abc";

it("writes one JSON object a line", () => {
  const lines: string[] = [];
  jsonLog(
    (line) => lines.push(line),
    () => 0,
  )("warn", "something", { number: 2n ** 70n, list: ["a\nb"], none: undefined });
  expect(lines).toEqual([
    `{"time":"1970-01-01T00:00:00.000Z","level":"warn","event":"something","number":"${2n ** 70n}","list":["a\\nb"]}\n`,
  ]);
});

it("writes text for people", () => {
  const lines: string[] = [];
  prettyLog(
    (line) => lines.push(line),
    () => 0,
  )("alarm", "finality broke", { source: "north", number: 5n });
  expect(lines).toEqual(['00:00:00 ALARM finality broke source=north number="5"\n']);
});

it("never shows a URL, wherever it comes from", () => {
  const shown: string[] = [];
  for (const log of [jsonLog, prettyLog])
    log((line) => shown.push(line))("info", `to ${SECRET}`, {
      url: SECRET,
      deep: [{ [SECRET]: SECRET }],
      ws: "wss://me@x/y",
    });
  shown.push(
    reasonOf(new Error(`request to ${SECRET} failed`)),
    reasonOf(new NodeError("n", `at (${SECRET})`)),
    reasonOf(Object.assign(new Error(SECRET), { code: "ECONNREFUSED" })),
  );
  for (const line of shown) expect(line).not.toMatch(/hunter2|example|token|abc|me@x/);
  expect(shown.at(-1)).toBe("defect: Error ECONNREFUSED: <url>");
  expect(reasonOf(new InputError("a.b", "must be c", 1))).toBe("a.b: must be c, got 1");
});

it("leaves out warnings that were just given, and no information", () => {
  const { lines, log } = recorder();
  let now = 0;
  const quiet = withoutRepeats(log, () => now);
  const tell = (): void => {
    quiet("alarm", "route frozen", { from: "a" });
    quiet("alarm", "route frozen", { from: "b" });
    quiet("info", "brought", {});
  };
  tell();
  now = 599_999;
  tell();
  expect(lines.map(({ event, fields }) => [event, fields["from"]])).toEqual([
    ["route frozen", "a"],
    ["route frozen", "b"],
    ["brought", undefined],
    ["brought", undefined],
  ]);
  now = 600_000;
  tell();
  expect(lines).toHaveLength(7);
});
