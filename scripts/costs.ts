/**
 * npm run costs: constraints, wires, public signals and domain of every circuit, and the gas of every operation as the
 * last measurement pinned it. Builds what is missing of tiers T and M; tier L is shown if it was built, or with --all.
 */
import { Command } from "commander";
import { PlimsollError } from "../src/base/errors.ts";
import { readJson } from "../src/base/files.ts";
import { INSTANCES } from "../src/protocol/constants.ts";
import { build } from "../src/setup/build.ts";
import { checkCosts, costsOf, costsTable, updateCosts } from "../src/setup/costs.ts";

const SNAPSHOT = "test/costs.snapshot.json";
/** test/contracts/gas.test.ts measures both, and fails when they differ: the gas of operations, and where it goes. */
const GAS = "test/contracts/gas.json";
const GAS_PARTS = "test/contracts/gasParts.json";

type Figures = Readonly<Record<string, number>>;

const flags = new Command("npm run costs --")
  .description("Prints what circuits and contracts cost.")
  .option("--json", "print JSON")
  .option("--check", "fail if they differ from test/costs.snapshot.json")
  .option("--update", "record the costs in the snapshot")
  .option("--all", "build tier L too")
  .parse()
  .opts<{ json?: boolean; check?: boolean; update?: boolean; all?: boolean }>();

try {
  const wanted = INSTANCES.filter(({ tier }) => flags.all || tier !== "L");
  const costs = costsOf(
    await build(wanted, {
      onEvent: (event) => event.type === "compiling" && console.error(`compiling ${event.instance}`),
    }),
  );
  const gas = (await readJson(GAS)) as Figures;
  const gasParts = (await readJson(GAS_PARTS)) as Readonly<Record<string, Figures>>;
  console.log(
    flags.json
      ? JSON.stringify({ ...costs, gas, gasParts })
      : [costsTable(costs), "", ...gasTable(gas, gasParts)].join("\n"),
  );
  if (flags.update) await updateCosts(costs, SNAPSHOT);
  const differences = flags.check ? await checkCosts(costs, SNAPSHOT) : [];
  if (differences.length > 0) {
    console.error(`${SNAPSHOT} differs; npm run costs -- --update records it\n${differences.join("\n")}`);
    process.exitCode = 1;
  }
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

/** A line for each operation: its gas, and where it goes. */
function gasTable(gas: Figures, parts: Readonly<Record<string, Figures>>): string[] {
  const columns = Object.keys(Object.values(parts)[0] ?? {});
  const line = (name: string, cells: readonly (number | string)[]): string =>
    name.padEnd(18) + cells.map((cell) => cell.toLocaleString("en").padStart(13)).join("");
  const rows = Object.entries(gas).map(([name, units]) =>
    line(name, [units, ...columns.map((part) => parts[name]?.[part] ?? "")]),
  );
  return [line("operation", ["gas", ...columns]), ...rows];
}
