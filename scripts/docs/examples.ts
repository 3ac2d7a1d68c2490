/**
 * The examples of the reference: every function and class that an entry of the package exports has one, and all of them
 * compile as a user's own file would, against the sources.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import ts from "typescript";

interface Reference {
  /** Folder with the tsconfig.json whose strictness examples are held to. */
  readonly root: string;
  /** Source of each entry, below the root, by the name that users import it by. */
  readonly entries: Readonly<Record<string, string>>;
  /** Source that declares what examples may name without declaring it. */
  readonly context?: string;
  /** Texts of sources that are on no disk, by their path below the root. */
  readonly texts?: Readonly<Record<string, string>>;
}

/** The package's own: entries are what package.json exports with types. */
export function referenceOf(root: string): Reference {
  const { name, exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    name: string;
    exports: Record<string, string | { readonly types: string }>;
  };
  const entries = Object.entries(exports).flatMap(([path, built]) =>
    typeof built === "string" ? [] : [[name + path.slice(1), sourceOf(built.types)] as const],
  );
  return { root, entries: Object.fromEntries(entries), context: "scripts/docs/context.ts" };
}

const sourceOf = (types: string): string => types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts");

/** An example's code, and where it stands. */
interface Example {
  readonly file: string;
  /** Of its first line of code, from 0. */
  readonly line: number;
  readonly code: string;
}

/** What is wrong with the examples, a line each: `src/risk/table.ts:31: buildTable has no @example`. */
export function problemsOf({ root, entries, context, texts = {} }: Reference): string[] {
  const at = (path: string): string => join(root, path);
  const virtual = new Map(Object.entries(texts).map(([path, text]) => [at(path), text]));
  const options = optionsAt(at("tsconfig.json"));
  options.paths = Object.fromEntries(Object.entries(entries).map(([name, path]) => [name, [at(path)]]));
  const host = hostOver(virtual, options);
  const files = Object.values(entries).map(at);
  const sources = ts.createProgram(files, options, host);
  const where = (file: ts.SourceFile, line: number): string => `${relative(root, file.fileName)}:${line + 1}`;

  const problems = undocumented(sources, files).map(
    ({ name, declaration, lacks }) => `${where(...placeOf(declaration))}: ${name} ${lacks}`,
  );
  const own = sources
    .getSourceFiles()
    .filter((file) => !file.isDeclarationFile && !sources.isSourceFileFromExternalLibrary(file));
  const examples = new Map<string, Example>();
  for (const file of own) {
    for (const { line, code } of examplesIn(file.text)) {
      if (code === undefined) problems.push(`${where(file, line)}: an @example must stand in a \`\`\`ts fence`);
      else examples.set(at(`example-${examples.size}.ts`), { file: file.fileName, line, code });
    }
  }

  // What exports nothing is a script to the compiler, and scripts share their names.
  for (const [path, { code }] of examples) virtual.set(path, `${code}\nexport {};`);
  const extra = context === undefined ? [] : [at(context)];
  const program = ts.createProgram([...files, ...extra, ...examples.keys()], options, host, sources);
  for (const path of [...extra, ...examples.keys()]) {
    const source = program.getSourceFile(path)!;
    for (const { start, messageText } of [
      ...program.getSyntacticDiagnostics(source),
      ...program.getSemanticDiagnostics(source),
    ]) {
      const { file, line } = examples.get(path) ?? { file: path, line: 0 };
      const place = line + source.getLineAndCharacterOfPosition(start ?? 0).line + 1;
      problems.push(`${relative(root, file)}:${place}: ${oneLine(messageText)}`);
    }
  }
  return problems;
}

/** The project's options, but that an example may declare what it only shows. */
function optionsAt(path: string): ts.CompilerOptions {
  const parsed = ts.getParsedCommandLineOfConfigFile(
    path,
    { noUnusedLocals: false, noUnusedParameters: false },
    {
      ...ts.sys,
      onUnRecoverableConfigFileDiagnostic: ({ messageText }) => {
        throw new Error(oneLine(messageText));
      },
    },
  );
  return parsed!.options;
}

/** The compiler's own declarations and those of packages: no call changes them, and they are most of what is read. */
const LIBRARIES = new Map<string, ts.SourceFile | undefined>();

/** Reads virtual files first, and each file once. */
function hostOver(virtual: ReadonlyMap<string, string>, options: ts.CompilerOptions): ts.CompilerHost {
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, getSourceFile } = host;
  const parsed = new Map<string, ts.SourceFile | undefined>();
  host.readFile = (path) => virtual.get(path) ?? readFile(path);
  host.fileExists = (path) => virtual.has(path) || fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const known = path.includes("/node_modules/") ? LIBRARIES : parsed;
    if (!known.has(path)) known.set(path, getSourceFile(path, ...rest));
    return known.get(path);
  };
  return host;
}

interface Undocumented {
  readonly name: string;
  readonly declaration: ts.Declaration;
  readonly lacks: string;
}

/** Functions and classes that the files export, wherever they are declared, without what the reference owes a user. */
function undocumented(program: ts.Program, files: readonly string[]): Undocumented[] {
  const checker = program.getTypeChecker();
  const seen = new Set<ts.Symbol>();
  const found: Undocumented[] = [];
  const visit = (exported: ts.Symbol): void => {
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (seen.has(symbol)) return;
    seen.add(symbol);
    // A namespace, such as `protocol`.
    if (symbol.flags & ts.SymbolFlags.ValueModule) return checker.getExportsOfModule(symbol).forEach(visit);
    const isClass = (symbol.flags & ts.SymbolFlags.Class) !== 0;
    if (!isClass && checker.getTypeOfSymbol(symbol).getCallSignatures().length === 0) return;
    const lacks = lackOf(symbol, isClass && isError(checker.getDeclaredTypeOfSymbol(symbol)), checker);
    if (lacks !== undefined) found.push({ name: symbol.name, declaration: symbol.declarations![0]!, lacks });
  };
  for (const file of files)
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)!)!).forEach(visit);
  return found;
}

/** Errors are thrown by others, whose examples are what is tried: of an error it is enough to say when. */
function lackOf(symbol: ts.Symbol, isError: boolean, checker: ts.TypeChecker): string | undefined {
  if (symbol.getDocumentationComment(checker).length === 0) return "has no comment";
  if (isError) return undefined;
  const examples = symbol.getJsDocTags(checker).filter(({ name }) => name === "example");
  if (examples.length === 0) return "has no @example";
  const uses = new RegExp(`\\b${symbol.name}\\b`);
  return examples.some(({ text }) => uses.test(ts.displayPartsToString(text))) ? undefined : "isn't in its @example";
}

function isError(type: ts.Type): boolean {
  return type.symbol.name === "Error" || (type.getBaseTypes() ?? []).some(isError);
}

function placeOf(node: ts.Node): [file: ts.SourceFile, line: number] {
  const file = node.getSourceFile();
  return [file, file.getLineAndCharacterOfPosition(node.getStart()).line];
}

/** Every @example of a text, those of its module among them; without code where no fence follows. */
function examplesIn(text: string): { readonly line: number; readonly code: string | undefined }[] {
  const lines = text.split("\n").map((line) => line.replace(/^\s*(\/\*)?\*+ ?/, ""));
  return lines.flatMap((tag, i) => {
    if (!/^@example\b/.test(tag)) return [];
    const end = lines.indexOf("```", i + 1);
    const isFenced = lines[i + 1] === "```ts" && end > 0;
    return [isFenced ? { line: i + 2, code: lines.slice(i + 2, end).join("\n") } : { line: i, code: undefined }];
  });
}

const oneLine = (text: string | ts.DiagnosticMessageChain): string =>
  ts.flattenDiagnosticMessageText(text, " ").replace(/\s+/g, " ");
