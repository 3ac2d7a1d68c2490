/**
 * The options that every daemon has.
 *
 * @module
 */
import { Option, type Command } from "commander";
import { wholeNumber } from "./declare.ts";

/** Adds the options that every daemon has. */
export function daemonOptions(command: Command, { interval, listen }: { readonly interval: number; readonly listen?: string }): Command {
  const option = new Option("--listen <host:port>", "serve there; GET /health answers 200, or 503 when something has failed for too long");
  return command
    .addOption(listen === undefined ? option : option.default(listen))
    .addOption(new Option("--interval <seconds>", "between two looks at the chains").argParser(wholeNumber(1, 86_400)).default(interval))
    .addOption(new Option("--longest-pause <seconds>", "that failures lead to, doubling from the interval").argParser(wholeNumber(1, 86_400)).default(Math.max(120, interval)))
    .option("--once", "do what is missing, once, and end")
    .option("--pretty", "log lines for people instead of JSON");
}
