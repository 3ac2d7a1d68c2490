/**
 * npm run docs: the reference of what the package's entries export, into build/docs; with --check, only whether every
 * function and class has an example that compiles. A warning is an error, but for one: valibot's types name a schema's
 * field twice, and TypeDoc finds the one comment at the two places.
 */
import { resolve } from "node:path";
import { Application, ConsoleLogger, LogLevel, TSConfigReader, TypeDocReader } from "typedoc";
import { problemsOf, referenceOf } from "./docs/examples.ts";

const HARMLESS = /has multiple declarations with a comment|The comments for .* are declared at/;

class Strict extends ConsoleLogger {
  problems = 0;

  override log(message: string, level: Parameters<ConsoleLogger["log"]>[1]): void {
    if (HARMLESS.test(message)) return;
    if (level >= LogLevel.Warn) this.problems++;
    super.log(message, level);
  }
}

async function write(): Promise<boolean> {
  const logger = new Strict();
  const app = await Application.bootstrap({}, [new TypeDocReader(), new TSConfigReader()]);
  app.logger = logger;
  const project = await app.convert();
  if (project === undefined) return false;
  app.validate(project);
  await app.generateOutputs(project);
  return logger.problems === 0;
}

const problems = problemsOf(referenceOf(resolve(import.meta.dirname, "..")));
for (const problem of problems) console.error(problem);
const isWritten = process.argv.includes("--check") || (await write());
process.exitCode = problems.length === 0 && isWritten ? 0 : 1;
