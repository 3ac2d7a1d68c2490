/**
 * What declaring commands takes. A declaration is names, options and help alone and loads at every start; what a command
 * does stands in the module of the same name one folder up, which loads when the command runs.
 *
 * @module
 */
import { InvalidArgumentError, type Command } from "commander";

/** An action: `name` of the module that `load` imports, called with the flags and then the operands. */
export const lazily = <N extends string>(load: () => Promise<Readonly<Record<N, (flags: never, ...operands: never[]) => Promise<void>>>>, name: N) =>
  async (...given: readonly unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    const run = (await load())[name] as (flags: object, ...operands: readonly unknown[]) => Promise<void>;
    await run(command.optsWithGlobals(), ...given.slice(0, -2));
  };

/** Adds examples to a command's help. */
export const examples = (command: Command, ...lines: readonly string[]): Command =>
  command.addHelpText("after", `\nExamples:\n${lines.map((line) => `  ${line}`).join("\n")}`);

/** Option parsers; commander turns what they throw into a usage error. */
export const wholeNumber = (low: number, high: number) => (text: string): number => {
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= low && value <= high)) throw new InvalidArgumentError(`must be a whole number from ${low} to ${high}.`);
  return value;
};

/** For options that may be given again. */
export const repeated = (text: string, before: readonly string[] = []): readonly string[] => [...before, text];
