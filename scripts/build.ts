/**
 * npm run build: circuits, development keys and manifest, for what is missing or stale.
 */
import { SingleBar } from "cli-progress";
import { Command, Option } from "commander";
import { PlimsollError } from "../src/base/errors.ts";
import { CIRCUITS, INSTANCES, TIERS, type CircuitName, type TierName } from "../src/protocol/constants.ts";
import { build, type BuildEvent } from "../src/setup/build.ts";
import { costsOf } from "../src/setup/costs.ts";
import { writeVerifiers } from "../src/setup/verifiers.ts";

interface Flags {
  readonly tier?: TierName[];
  readonly circuit?: CircuitName[];
  readonly all?: boolean;
  readonly force?: boolean;
  readonly jobs?: number;
  readonly json?: boolean;
  readonly out?: string;
}

const flags = new Command("npm run build --")
  .description("Compiles circuits, makes development keys and writes build/artifacts/manifest.json.")
  .addOption(new Option("--tier <tier...>", "tiers to build (default: T and M)").choices(Object.keys(TIERS)))
  .addOption(new Option("--circuit <circuit...>", "circuits to build (default: all)").choices(CIRCUITS))
  .option("--all", "every tier, L too, which takes several minutes")
  .option("--force", "build again what is current; replaces ceremony keys")
  .option("--jobs <n>", "circuits built at once (default: one per core)", (text) =>
    Math.max(1, Number.parseInt(text, 10) || 1),
  )
  .option("--out <folder>", "where to write (default: build/artifacts)")
  .option("--json", "print what each circuit costs as JSON, as npm run costs does")
  .addHelpText(
    "after",
    "\nExamples:\n  npm run build\n  npm run build -- --tier L\n  npm run build -- --circuit solvency --force",
  )
  .parse()
  .opts<Flags>();

const tiers = flags.tier ?? (flags.all ? (Object.keys(TIERS) as TierName[]) : ["T", "M"]);
const circuits = flags.circuit ?? CIRCUITS;
const instances = INSTANCES.filter(({ circuit, tier }) => circuits.includes(circuit) && tiers.includes(tier));

const started = performance.now();
const progress = report(instances.length);
try {
  const manifest = await build(instances, {
    onEvent: progress.onEvent,
    ...(flags.force === undefined ? {} : { force: flags.force }),
    ...(flags.jobs === undefined ? {} : { jobs: flags.jobs }),
    ...(flags.out === undefined ? {} : { artifacts: flags.out }),
  });
  await writeVerifiers(flags.out);
  progress.end();
  if (flags.json) console.log(JSON.stringify(costsOf(manifest)));
  else
    console.log(
      `built in ${((performance.now() - started) / 1000).toFixed(1)} s; development keys: for trying out, not for value`,
    );
} catch (error) {
  progress.end();
  if (!(error instanceof PlimsollError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** A bar where somebody watches, a line per step in a pipe; on stderr, so that stdout is the result alone. */
function report(count: number): { onEvent: (event: BuildEvent) => void; end: () => void } {
  const shares = new Map<string, number>();
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "{bar} {percentage}% {step}",
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : undefined;
  bar?.start(count, 0, { step: "" });
  const line = (text: string): void => {
    if (bar === undefined) console.error(text);
  };
  const onEvent = (event: BuildEvent): void => {
    if (event.type === "waiting") return line(`waiting for ${event.what}`);
    const { instance, type } = event;
    // Compiling takes about four fifths of an instance's time.
    shares.set(
      instance,
      type === "compiling" ? 0 : type === "compiled" ? 0.8 : type === "setup" ? 0.8 + 0.2 * event.share : 1,
    );
    bar?.update(
      [...shares.values()].reduce((sum, share) => sum + share, 0),
      { step: `${instance} ${type}` },
    );
    if (type === "current") line(`${instance}: up to date`);
    if (type === "compiled")
      line(`${instance}: compiled in ${event.seconds.toFixed(1)} s, ${event.constraints} constraints`);
    if (type === "built") line(`${instance}: built in ${event.seconds.toFixed(1)} s`);
  };
  return { onEvent, end: () => bar?.stop() };
}
