/**
 * The committed list of mutants: test/mutants/<group>.json, each entry one guard weakened and the tests that must notice.
 *
 * @module
 */
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { CIRCUITS } from "../../src/protocol/constants.ts";

const FOLDER = "test/mutants";

const entry = v.strictObject({
  /** Unique in its group; says what is weakened. */
  id: v.pipe(v.string(), v.regex(/^[\w.-]+$/)),
  /** Source file, relative to the repository. */
  file: v.string(),
  /** Text that occurs in the file exactly once, and what stands there instead. */
  was: v.pipe(v.string(), v.nonEmpty()),
  became: v.string(),
  /** Test files: Solidity's for Foundry, all others for vitest. */
  tests: v.pipe(v.array(v.pipe(v.string(), v.regex(/^test\/.+\.(t\.sol|test\.ts)$/))), v.minLength(1)),
  /** Regular expression for the names of the tests to run in them; all by default. */
  match: v.optional(v.string()),
  /** Circuit whose tiny instance those tests load from the build: compiled with the change and put in its place. */
  circuit: v.optional(v.picklist(CIRCUITS)),
});

export interface Mutant extends v.InferOutput<typeof entry> {
  readonly group: string;
}

/** Every mutant of the list. Throws naming the entry that has another form, or an id twice. */
export async function readMutants(root: string): Promise<Mutant[]> {
  const names = (await readdir(join(root, FOLDER))).filter((name) => name.endsWith(".json")).sort();
  const mutants = await Promise.all(
    names.map(async (name) => {
      const path = `${FOLDER}/${name}`;
      const parsed = v.safeParse(v.array(entry), JSON.parse(await readFile(join(root, path), "utf8")));
      if (!parsed.success)
        throw new Error(`${path}: ${v.getDotPath(parsed.issues[0]) ?? "the list"}: ${parsed.issues[0].message}`);
      return parsed.output.map((each) => ({ ...each, group: name.replace(/\.json$/, "") }));
    }),
  );
  const all = mutants.flat();
  const twice = all.find(
    ({ group, id }, i) => all.findIndex((other) => other.group === group && other.id === id) !== i,
  );
  if (twice !== undefined) throw new Error(`${FOLDER}/${twice.group}.json: ${twice.id} is there twice`);
  return all;
}

/** The source with the guard weakened. Throws where `was` isn't there exactly once: the list is stale. */
export function weaken(source: string, { group, id, file, was, became }: Mutant): string {
  const found = source.split(was).length - 1;
  if (found !== 1) throw new Error(`${group} ${id}: ${file} must have the text once, has it ${found} times: ${was}`);
  return source.replace(was, () => became);
}
