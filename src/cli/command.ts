/**
 * What all commands share once they run: global options, and how results and errors are shown. A result goes to stdout,
 * everything else to stderr.
 *
 * @module
 */
import { CommanderError } from "commander";
import { ArtifactError, InputError, KeystoreError, MarginError, NodeError, PlimsollError, ProofError, RefusedError } from "../base/errors.ts";
import type { BackendName } from "../prover/backendName.ts";
import { reportJson } from "../margin/report/marginReport.ts";
import { EXIT } from "./exitCodes.ts";

/** Options of every command. */
export interface Globals {
  /** Folder of keystore, config, table and caches. */
  readonly home: string;
  readonly json?: boolean;
  readonly backend?: BackendName;
}

/** Thrown when the user interrupts. */
export class Interrupted extends PlimsollError {}

/** Prints a result: `text` for people, or with --json an object whose whole numbers are decimal strings. */
export function show({ json }: Globals, result: object, text: () => string): void {
  process.stdout.write(`${(json === true ? reportJson(result) : text()).trimEnd()}\n`);
}

/** A remark for people that is no part of the result. */
export function remark({ json }: Globals, text: string): void {
  if (json !== true) process.stderr.write(`${text}\n`);
}

/** Prints an error as one line or, with --json, as an object, and returns the exit code. */
export function fail(error: unknown, json: boolean): number {
  const { code, ...shown } = describe(error);
  process.stderr.write(`${json ? JSON.stringify({ error: { ...shown, ...details(error) } }) : `error: ${shown.message}`}\n`);
  if (code === EXIT.defect && !json) process.stderr.write(`${(error as Error).stack ?? ""}\n`);
  return code;
}

function describe(error: unknown): { code: number; type: string; message: string } {
  if (error instanceof Interrupted) return { code: EXIT.interrupted, type: "Interrupted", message: error.message };
  if (error instanceof CommanderError) {
    return { code: EXIT.input, type: "UsageError", message: error.code === "commander.help" ? "a command is missing" : error.message.replace(/^error: /, "") };
  }
  if (error instanceof PlimsollError) return { code: codeOf(error), type: error.name, message: error.message };
  const { code, path, message } = error as NodeJS.ErrnoException;
  // The system refused a file: no defect of ours.
  if (typeof code === "string" && path !== undefined) return { code: EXIT.input, type: "SystemError", message: `${path}: ${code}` };
  return { code: EXIT.defect, type: "Error", message: message ?? String(error) };
}

/** What programs act on: where and which rule, or by how much (µUSD). Never an input's value. */
function details(error: unknown): object {
  if (error instanceof MarginError) return { coverage: error.coverage, equity: String(error.equity), required: String(error.required) };
  if (error instanceof RefusedError) return { call: error.call, refusal: error.refusal, args: JSON.parse(reportJson(error.args)) as unknown };
  const has = error instanceof InputError || error instanceof ArtifactError || error instanceof ProofError;
  return has ? { path: error.path, rule: error.rule } : {};
}

function codeOf(error: PlimsollError): number {
  if (error instanceof InputError) return EXIT.input;
  if (error instanceof ArtifactError) return EXIT.artifacts;
  if (error instanceof KeystoreError) return EXIT.keystore;
  if (error instanceof ProofError || error instanceof MarginError || error instanceof RefusedError) return EXIT.refused;
  if (error instanceof NodeError) return EXIT.node;
  return EXIT.input;
}
