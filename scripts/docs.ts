/**
 * npm run docs: the reference of what the package's entries export, into build/docs. A warning is an error, but for one:
 * valibot's types name a schema's field twice, and TypeDoc finds the one comment at the two places.
 */
import { Application, ConsoleLogger, LogLevel, TSConfigReader, TypeDocReader } from "typedoc";

const HARMLESS = /has multiple declarations with a comment|The comments for .* are declared at/;

class Strict extends ConsoleLogger {
  problems = 0;

  override log(message: string, level: Parameters<ConsoleLogger["log"]>[1]): void {
    if (HARMLESS.test(message)) return;
    if (level >= LogLevel.Warn) this.problems++;
    super.log(message, level);
  }
}

const logger = new Strict();
const app = await Application.bootstrap({}, [new TypeDocReader(), new TSConfigReader()]);
app.logger = logger;
const project = await app.convert();
if (project !== undefined) {
  app.validate(project);
  await app.generateOutputs(project);
}
process.exitCode = project === undefined || logger.problems > 0 ? 1 : 0;
