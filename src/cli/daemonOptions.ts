/**
 * The options that every daemon has.
 *
 * @module
 */
import { Option } from "@commander-js/extra-typings";
import { wholeNumber, type Program } from "./options.ts";

/** A daemon's command with the options that all have. Seconds. */
export const daemonCommand = (
  program: Program,
  name: string,
  about: string,
  { interval, listen }: { readonly interval: number; readonly listen?: string },
) =>
  program
    .command(name)
    .description(`daemon: ${about}`)
    .addOption(
      new Option(
        "--listen <host:port>",
        "serve there; GET /health answers 200, or 503 when something has failed for too long",
      ).default(listen),
    )
    .addOption(
      new Option("--interval <seconds>", "between two looks at the chains")
        .argParser(wholeNumber(1, 86_400))
        .default(interval),
    )
    .addOption(
      new Option("--longest-pause <seconds>", "that failures lead to, doubling from the interval")
        .argParser(wholeNumber(1, 86_400))
        .default(Math.max(120, interval)),
    )
    .option("--once", "do what is missing, once, and end")
    .option("--pretty", "log lines for people instead of JSON");

/** What {@link daemonCommand}'s actions are given. */
export type DaemonFlags = ReturnType<ReturnType<typeof daemonCommand>["optsWithGlobals"]>;
