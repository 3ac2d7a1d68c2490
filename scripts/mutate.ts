/**
 * npm run mutate: weakens one guard at a time, of the list in test/mutants, in a copy of the sources, and runs the tests
 * that must notice. Prints the survivors; there should be none.
 */
import { readFile, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { INSTANCES } from "../src/protocol/constants.ts";
import { ROOT } from "../src/setup/build.ts";
import { haveArtifacts } from "./artifacts.ts";
import { compileWeakened } from "./mutate/compile.ts";
import { Copy } from "./mutate/copy.ts";
import { judge, type Verdict } from "./mutate/judge.ts";
import { readMutants, weaken, type Mutant } from "./mutate/mutant.ts";

const GROUPS = ["circuits", "contracts", "margin", "statements", "verifier"] as const;
const FOLDER = join(ROOT, "build/mutate");

const flags = new Command("npm run mutate --")
  .description("Weakens one guard at a time and runs the tests that must notice. Exits 1 when a mutant survives.")
  .addOption(new Option("--group <group...>", "groups of mutants").choices(GROUPS))
  .option("--only <regex>", "mutants whose ids match")
  .option(
    "--jobs <n>",
    "mutants at once, each in a copy of its own",
    (text) => Math.max(1, Number.parseInt(text, 10) || 1),
    Math.min(2, availableParallelism()),
  )
  .option("--trust", "skip the first run, which sees that the tests pass while nothing is weakened")
  .option("--list", "print the mutants and run nothing")
  .option("--json", 'print {"mutants": n, "survivors": []} on stdout and nothing else')
  .parse()
  .opts<{ group?: string[]; only?: string; jobs: number; trust?: boolean; list?: boolean; json?: boolean }>();

const say = (text: string): void => console.error(text);
const nameOf = ({ group, id }: Mutant): string => `${group} ${id}`;

const only = new RegExp(flags.only ?? "");
const mutants = (await readMutants(ROOT)).filter(
  ({ group, id }) => (flags.group ?? [group]).includes(group) && only.test(id),
);
if (flags.list) {
  for (const mutant of mutants) console.log(`${nameOf(mutant)}: ${mutant.file}`);
  process.exit(0);
}
if (mutants.length === 0) {
  say("no mutant has that group and id");
  process.exit(1);
}

for (const mutant of mutants) weaken(await readFile(join(ROOT, mutant.file), "utf8"), mutant);
await haveArtifacts(INSTANCES.filter(({ tier }) => tier === "T"));
const started = performance.now();
const copies = await Promise.all(
  Array.from({ length: Math.min(flags.jobs, mutants.length) }, (_, i) =>
    Copy.of(ROOT, join(FOLDER, `${process.pid}-${i}`)),
  ),
);
if (!flags.trust) await expectPassing(copies[0]!);

const survivors: string[] = [];
const broken: string[] = [];
const queue = [...mutants];
await Promise.all(
  copies.map(async (copy) => {
    for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
      const from = performance.now();
      const verdict = await judged(copy, mutant).catch((error: Error) => error);
      const seconds = `${((performance.now() - from) / 1000).toFixed(0)} s`;
      if (verdict instanceof Error) {
        broken.push(nameOf(mutant));
        say(`${nameOf(mutant)}: no verdict, ${seconds}: ${verdict.message}`);
      } else if (verdict.failed.length === 0) {
        survivors.push(nameOf(mutant));
        say(`${nameOf(mutant)}: SURVIVES ${verdict.passed} tests, ${seconds}`);
      } else say(`${nameOf(mutant)}: killed by "${verdict.failed[0]}", ${seconds}`);
    }
  }),
);

await Promise.all(copies.map(({ root }) => rm(root, { recursive: true })));
say(`${mutants.length} mutants, ${survivors.length} survived, ${((performance.now() - started) / 1000).toFixed(0)} s`);
if (flags.json)
  console.log(
    JSON.stringify({
      mutants: mutants.length,
      survivors: survivors.sort(),
      ...(broken.length > 0 ? { broken: broken.sort() } : {}),
    }),
  );
else for (const survivor of survivors) console.log(survivor);
process.exit(survivors.length + broken.length === 0 ? 0 : 1);

/** Runs a mutant's tests in a copy that has it. */
function judged(copy: Copy, mutant: Mutant): Promise<Verdict> {
  const { file, tests, match, circuit } = mutant;
  return copy.changed(
    file,
    (source) => weaken(source, mutant),
    async () => {
      const run = (): Promise<Verdict> => judge(copy.root, tests, match);
      if (circuit === undefined) return run();
      const instance = { circuit, tier: "T" } as const;
      return copy.compiled(instance, await compileWeakened(copy.root, instance, join(FOLDER, "compiled")), run);
    },
  );
}

/** A test that fails anyway kills every mutant: each must pass first. */
async function expectPassing(copy: Copy): Promise<void> {
  const runs = new Map(mutants.map(({ tests, match }) => [JSON.stringify([tests, match]), { tests, match }]));
  const whole = [
    ...new Set([...runs.values()].filter(({ match }) => match === undefined).flatMap(({ tests }) => tests)),
  ];
  const parts = [...runs.values()].filter(
    ({ tests, match }) => match !== undefined && !tests.every((path) => whole.includes(path)),
  );
  for (const { tests, match } of [...(whole.length > 0 ? [{ tests: whole, match: undefined }] : []), ...parts]) {
    const { passed, failed } = await judge(copy.root, tests, match);
    if (failed.length > 0) {
      say(`while nothing is weakened, "${failed[0]}" fails`);
      process.exit(1);
    }
    say(`${passed} tests pass while nothing is weakened: ${tests.length === 1 ? tests[0] : `${tests.length} files`}`);
  }
}
