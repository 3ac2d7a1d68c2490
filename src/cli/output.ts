/**
 * How results and errors are shown. A result goes to stdout, everything else to stderr; no line shows a URL, which
 * may hold an access token or be a secret of its own.
 *
 * @module
 */
import { CommanderError } from "@commander-js/extra-typings";
import { styleText } from "node:util";
import {
  ArtifactError,
  InputError,
  KeystoreError,
  MarginError,
  NodeError,
  PlimsollError,
  ProofError,
  RefusedError,
  WaitError,
  withoutUrls,
} from "../base/errors.ts";
import { reportJson } from "../margin/report/marginReport.ts";
import type { Style } from "../margin/report/terminal.ts";
import { EXIT } from "./exitCodes.ts";
import { Interrupted } from "./interrupt.ts";
import type { Globals } from "./options.ts";
import { date } from "./words.ts";

/** Contracts' refusals that say when to try again. */
const TOO_SOON: ReadonlySet<string> = new Set(["ReceiveTooSoon", "WindowNotOver"]);
/** Arguments of contracts' errors that are times. */
const TIMES = /^(?:.*(?:Until|At|From)|deadline)$/;

type Shown = Pick<Globals, "json">;

/** Prints a result: `text` for people, or with --json an object whose whole numbers are decimal strings. */
export function show({ json }: Shown, result: object, text: () => string): void {
  process.stdout.write(`${(json === true ? reportJson(result) : text()).trimEnd()}\n`);
}

/** A remark for people that is no part of the result. */
export function remark({ json }: Shown, text: string): void {
  if (json !== true) process.stderr.write(`${withoutUrls(text)}\n`);
}

/** Colours on a terminal, and nowhere with NO_COLOR; with FORCE_COLOR everywhere. */
export const style: Style = (format, text) => styleText(format, text, { stream: process.stdout });

/** Prints an error as one line or, with --json, as an object, and returns the exit code. */
export function fail(error: unknown, json: boolean): number {
  const { code, type, message: text } = describe(error);
  const message = withoutUrls(text);
  process.stderr.write(
    `${json ? JSON.stringify({ error: { type, message, ...details(error) } }) : `error: ${message}`}\n`,
  );
  if (code === EXIT.defect && !json) process.stderr.write(`${withoutUrls((error as Error).stack ?? "")}\n`);
  return code;
}

function describe(error: unknown): { code: number; type: string; message: string } {
  if (error instanceof Interrupted) return { code: EXIT.interrupted, type: "Interrupted", message: error.message };
  if (error instanceof CommanderError) {
    const message =
      error.code === "commander.help"
        ? "a command is missing"
        : error.message.replace(/^error: /, "").replace(/\n\(Did you mean (.*)\?\)/s, "; did you mean $1?");
    return { code: EXIT.input, type: "UsageError", message };
  }
  if (error instanceof PlimsollError)
    return {
      code: codeOf(error),
      type: error.name,
      message: error instanceof RefusedError ? refusalWords(error) : error.message,
    };
  const { code, path, message } = error as NodeJS.ErrnoException;
  // The system refused a file: no defect of ours.
  if (typeof code === "string" && path !== undefined)
    return { code: EXIT.input, type: "SystemError", message: `${path}: ${code}` };
  return { code: EXIT.defect, type: "Error", message: message ?? String(error) };
}

/** A contract's refusal with its times as dates. */
function refusalWords({ call, refusal, args, message }: RefusedError): string {
  const values = Object.entries(args).map(
    ([name, value]) =>
      [
        name,
        TIMES.test(name) && typeof value === "bigint" && value < 2n ** 40n ? date(Number(value)) : undefined,
      ] as const,
  );
  if (values.every(([, time]) => time === undefined)) return message;
  return `${call}: ${refusal} (${values.map(([name, time]) => `${name} ${time ?? String(args[name])}`).join(", ")})`;
}

/** What programs act on: where and which rule, or by how much (µUSD). Never an input's value. */
function details(error: unknown): object {
  if (error instanceof MarginError)
    return { coverage: error.coverage, equity: String(error.equity), required: String(error.required) };
  if (error instanceof RefusedError)
    return { call: error.call, refusal: error.refusal, args: JSON.parse(reportJson(error.args)) as unknown };
  if (error instanceof WaitError) return { path: error.path, until: error.until };
  const has = error instanceof InputError || error instanceof ArtifactError || error instanceof ProofError;
  return has ? { path: error.path, rule: withoutUrls(error.rule) } : {};
}

function codeOf(error: PlimsollError): number {
  if (error instanceof InputError) return EXIT.input;
  if (error instanceof ArtifactError) return EXIT.artifacts;
  if (error instanceof KeystoreError) return EXIT.keystore;
  if (
    error instanceof NodeError ||
    error instanceof WaitError ||
    (error instanceof RefusedError && TOO_SOON.has(error.refusal))
  )
    return EXIT.again;
  if (error instanceof ProofError || error instanceof MarginError || error instanceof RefusedError) return EXIT.refused;
  return EXIT.input;
}
