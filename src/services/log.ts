/**
 * What daemons say: one line an event, JSON for programs or text for people. No line ever shows a URL, whose user part,
 * path or query may hold an access token: whoever writes names endpoints by their place in the config.
 *
 * @module
 */
import { BoundedMap } from "../base/bounded.ts";
import { PlimsollError, withoutUrls } from "../base/errors.ts";
import { toJson } from "../base/json.ts";

/** `alarm` is for people, now: a chain or a signer broke what everything rests on. */
export type Level = "info" | "warn" | "alarm";
export type Fields = Readonly<Record<string, unknown>>;
export type Log = (level: Level, event: string, fields?: Fields) => void;

/**
 * One JSON object a line: time, level, event, then the event's own fields; whole numbers beyond a double's range as
 * text.
 *
 * @example
 * ```ts
 * import { jsonLog } from "plimsoll/services";
 *
 * const log = jsonLog((line) => process.stdout.write(line));
 * log("info", "epoch signed", { epoch: 7 }); // {"time":"…","level":"info","event":"epoch signed","epoch":7}
 * ```
 */
export const jsonLog =
  (write: (line: string) => void, now: () => number = Date.now): Log =>
  (level, event, fields = {}) =>
    write(`${withoutUrls(toJson({ time: new Date(now()).toISOString(), level, event, ...fields }))}\n`);

/**
 * For people at a terminal: UTC time, the level where it is no `info`, event and fields.
 *
 * @example
 * ```ts
 * import { prettyLog } from "plimsoll/services";
 *
 * const log = prettyLog((line) => process.stderr.write(line));
 * log("warn", "task failed", { task: "exits" }); // 12:00:00 WARN task failed task=exits
 * ```
 */
export const prettyLog =
  (write: (line: string) => void, now: () => number = Date.now): Log =>
  (level, event, fields = {}) => {
    const shown = Object.entries(fields)
      .map(([name, value]) => ` ${name}=${typeof value === "string" ? value : toJson(value)}`)
      .join("");
    const mark = level === "info" ? "" : `${level.toUpperCase()} `;
    write(`${withoutUrls(`${new Date(now()).toISOString().slice(11, 19)} ${mark}${event}${shown}`)}\n`);
  };

/** Milliseconds for which a line that says the same again is left out, and how many lines are remembered. */
const SAME_AGAIN = 600_000;
const MOST_REMEMBERED = 1_000;

/**
 * Leaves out warnings and alarms that were given within ten minutes, such as that a route is frozen still.
 *
 * @example
 * ```ts
 * import { jsonLog, withoutRepeats } from "plimsoll/services";
 *
 * const log = withoutRepeats(jsonLog((line) => process.stdout.write(line)));
 * for (let i = 0; i < 2; i++) log("alarm", "route frozen", { from: "ethereum" }); // one line
 * ```
 */
export function withoutRepeats(log: Log, now: () => number = Date.now): Log {
  const told = new BoundedMap<string, number>(MOST_REMEMBERED);
  return (level, event, fields = {}) => {
    const line = toJson([level, event, fields]);
    if (level !== "info" && now() - (told.get(line) ?? -Infinity) < SAME_AGAIN) return;
    told.set(line, now());
    log(level, event, fields);
  };
}

/** Why something failed, in one line. */
export function reasonOf(error: unknown): string {
  if (error instanceof PlimsollError) return withoutUrls(error.message);
  const { name, message, code } = error as { name?: string; message?: string; code?: unknown };
  return withoutUrls(
    `defect: ${name ?? "Error"}${typeof code === "string" ? ` ${code}` : ""}: ${message ?? String(error)}`.slice(
      0,
      300,
    ),
  );
}
