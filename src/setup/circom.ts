/**
 * Runs the circom compiler in a process of its own and judges what it says.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { ArtifactError } from "../base/errors.ts";
import { runNode } from "./nodeProcess.ts";

const require = createRequire(import.meta.url);

/** Full simplification; `--inspect` also finds signals that no constraint mentions. */
export const CIRCOM_FLAGS = ["--O2", "--r1cs", "--wasm", "--sym", "--inspect"] as const;

/** Where includes are looked for, relative to the repository. */
export const LIBRARIES = [
  "circuits",
  "node_modules/circomlib/circuits",
  "node_modules/@zk-kit/binary-merkle-root.circom/src",
] as const;

/** A warning or a finding of `--inspect` that is known and harmless. */
export interface AllowedWarning {
  /** circom's code, such as CA01. */
  readonly code: string;
  /** Regular expression that the warning's text must match. */
  readonly message: string;
  /** Why it may stand. */
  readonly reason: string;
}

export interface Diagnostic {
  readonly severity: "warning" | "error";
  readonly code: string;
  readonly text: string;
}

/**
 * Compiles `source` into `outDir`. Both are relative to `root`, because the compiler sees no files outside it.
 *
 * @throws ArtifactError with the compiler's words when it fails or warns of anything that isn't allowed
 */
export async function runCircom(
  root: string,
  source: string,
  outDir: string,
  allowed: readonly AllowedWarning[] = [],
): Promise<void> {
  const cli = join(dirname(require.resolve("circom2/package.json")), "cli.js");
  const libraries = LIBRARIES.flatMap((path) => ["-l", path]);
  const { code, output } = await runNode(root, [cli, source, ...CIRCOM_FLAGS, ...libraries, "-o", outDir]);
  const found = parseDiagnostics(output);
  const unexpected = found.filter((each) => !allowed.some((known) => matches(known, each)));
  if (code !== 0 && unexpected.length === 0) throw new ArtifactError(source, `does not compile:\n${output.trim()}`);
  if (unexpected.length > 0) {
    const texts = unexpected.map((each) => `${each.severity}[${each.code}]: ${each.text}`);
    throw new ArtifactError(source, `must compile without warnings:\n${texts.join("\n")}`);
  }
}

const matches = (known: AllowedWarning, { severity, code, text }: Diagnostic): boolean =>
  severity === "warning" && known.code === code && new RegExp(known.message).test(text);

/** `warning[CODE]: text`, each ending at an empty line. */
export function parseDiagnostics(output: string): Diagnostic[] {
  return output.split(/\n\s*\n|(?=^(?:warning|error)\[)/m).flatMap((block) => {
    const match = /^(warning|error)\[(\w+)\]:\s*([\s\S]+)/m.exec(block.trim());
    return match === null
      ? []
      : [{ severity: match[1] as "warning" | "error", code: match[2]!, text: match[3]!.trim() }];
  });
}
