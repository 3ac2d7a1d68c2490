/**
 * What declaring commands takes: the program that they are added to, with the options that all have, and parsers. A
 * command's file declares it and says what it does; whatever that needs is imported when it runs, so that help is fast.
 *
 * @module
 */
import { Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { TIERS, type TierName } from "../protocol/constants.ts";
import { BACKENDS, DEFAULT_BACKEND } from "../prover/backendName.ts";

/** The program without its commands. */
export const newProgram = (home: string | undefined) =>
  new Command("plimsoll")
    .option("--home <folder>", "keystore, config, table and caches", home ?? "")
    .option("--json", "results, and errors, as JSON")
    .addOption(
      new Option("--backend <name>", "what computes proofs; rapidsnark must be on PATH")
        .choices(BACKENDS)
        .default(DEFAULT_BACKEND),
    );

export type Program = ReturnType<typeof newProgram>;
/** Options of every command. `home` is the folder of keystore, config, table and caches. */
export type Globals = ReturnType<Program["opts"]>;

/** Adds examples to a command's help. */
export function examples<C extends { addHelpText(position: "after", text: string): unknown }>(
  command: C,
  ...lines: readonly string[]
): C {
  command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`);
  return command;
}

/** Option parsers; commander turns what they throw into a usage error. */
export const wholeNumber =
  (low: number, high: number) =>
  (text: string): number => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= low && value <= high))
      throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}.`);
    return value;
  };

/** For options that may be given again. */
export const repeated = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];

/** Declared alike wherever it is an option. */
export const KEYSTORE = ["--keystore <file>", "another keystore than the home's"] as const;
export const ISSUER = ["--issuer <issuer>", "name or id of the desk or venue"] as const;
export const TABLE = ["--table <file>", "risk table (default: the home's)"] as const;

export const TIER_NAMES = Object.keys(TIERS) as TierName[];
