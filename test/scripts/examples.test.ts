/** What `npm run docs -- --check` refuses: a function or class without an example, and an example that doesn't compile. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { problemsOf, referenceOf } from "../../scripts/docs/examples.ts";

const ROOT = join(import.meta.dirname, "../..");

/** Problems of an entry "toy" whose text this is, beside other texts. */
const problems = (toy: string, texts: Readonly<Record<string, string>> = {}): string[] =>
  problemsOf({ root: ROOT, entries: { toy: "toy.ts" }, texts: { "toy.ts": toy, ...texts } });

/** A comment with an example of these lines. */
const example = (...lines: readonly string[]): string =>
  [
    "/**",
    " * Says so.",
    " *",
    " * @example",
    " * ```ts",
    ...lines.map((line) => ` * ${line}`),
    " * ```",
    " */",
    "",
  ].join("\n");
const SUM = "export const sum = (a: number, b: number): number => a + b;\n";

describe("examples", () => {
  it("are right where each function and class has one that compiles", () => {
    const good = example('import { sum } from "toy";', "const three: number = sum(1, 2);");
    const heap = example('import { Heap } from "toy";', "new Heap();");
    expect(
      problems(`${good}${SUM}${heap}export class Heap {}\nexport const FIVE = 5;\nexport interface Shape {}\n`),
    ).toEqual([]);
  });

  it("are missed by function, by class and in a namespace, where they are declared", () => {
    const deep = "/** Says so. */\nexport function twice(a: number): number {\n  return 2 * a;\n}\n";
    const toy = `export * from "./deep.ts";\nexport * as more from "./more.ts";\n`;
    const more = "/** Says so. */\nexport class Heap {}\n";
    expect(problems(toy, { "deep.ts": deep, "more.ts": more })).toEqual([
      "more.ts:2: Heap has no @example",
      "deep.ts:2: twice has no @example",
    ]);
  });

  it("are of what they stand at, and in a fence", () => {
    expect(problems(`${example("const three = 3;")}${SUM}`)).toEqual(["toy.ts:9: sum isn't in its @example"]);
    expect(problems(`/**\n * Says so.\n *\n * @example\n * sum(1, 2);\n */\n${SUM}`)).toEqual([
      "toy.ts:4: an @example must stand in a ```ts fence",
    ]);
  });

  it("aren't asked of errors, which say when they are thrown", () => {
    expect(problems("/** Thrown when it is dark. */\nexport class Dark extends Error {}\n")).toEqual([]);
    expect(problems("export class Dark extends Error {}\n")).toEqual(["toy.ts:1: Dark has no comment"]);
  });

  it("are compiled strictly, those of a module too: each mistake by its own line", () => {
    const types = example('import { sum } from "toy";', 'sum(1, "2");', "const none: number = [1][sum(0, 0)];");
    expect(problems(`${types}${SUM}`)).toEqual([
      "toy.ts:7: Argument of type 'string' is not assignable to parameter of type 'number'.",
      "toy.ts:8: Type 'number | undefined' is not assignable to type 'number'. Type 'undefined' is not assignable to type 'number'.",
    ]);
    const names = example('import { total } from "toy";', 'import "nowhere";', "total(").replace(
      " */",
      " * @module\n */",
    );
    expect(problems(`${names}export {};\n`)).toEqual([
      "toy.ts:9: Argument expression expected.",
      expect.stringMatching(/^toy\.ts:6: .*no exported member 'total'/),
      expect.stringMatching(/^toy\.ts:7: Cannot find module .*'nowhere'/),
    ]);
  });

  it("share no names with each other", () => {
    const both = example('import { sum } from "toy";', "const three = sum(1, 2);");
    expect(problems(`${both}${SUM}${both.replaceAll("sum", "plus")}${SUM.replace("sum", "plus")}`)).toEqual([]);
  });
});

it("entries are what package.json exports", () => {
  const { entries } = referenceOf(ROOT);
  expect(entries).toMatchObject({ plimsoll: "src/index.ts", "plimsoll/wallet": "src/wallet.ts" });
  expect(Object.keys(entries)).toHaveLength(8);
});
