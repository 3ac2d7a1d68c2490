/**
 * npm run backtest: how often random tables of the past would have lost more than their initial margin, over daily
 * closes, and what netting across groups saves. Prints a table, draws build/backtest.svg.
 *
 *   npm run backtest                              the sample market's histories, every day since mid 2020
 *   npm run -s backtest -- --json                 the same for programs
 *   npm run backtest -- --market my.json --tables 10 --seed 7
 *
 * @module
 */
import { parseArgs } from "node:util";
import { InputError } from "../src/base/errors.ts";
import { readText, writeAtomic } from "../src/base/files.ts";
import { DEFAULT_PARAMETERS } from "../src/risk/parameters.ts";
import { readMarket } from "../src/risk/marketFile.ts";
import { chartSvg } from "./backtest/chart.ts";
import { dateOf, historyOf } from "./backtest/history.ts";
import { backtest, withoutCosts } from "./backtest/run.ts";
import { helpIfAsked } from "./help.ts";

helpIfAsked(`
npm run backtest -- [options]
How often random tables of the past would have lost more than their initial margin; a table, and build/backtest.svg.

  --market <file>   with histories (default: data/market.json)
  --tables <n>       random tables of each kind and day (default: 4)
  --seed <n>        of the generator (default: 1)
  --step <days>     from one day to the next (default: 1)
  --warmup <days>   of history before the first (default: 120)
  --json            for programs
`);

const CHART = "build/backtest.svg";

const { values } = parseArgs({
  options: {
    market: { type: "string", default: "data/market.json" },
    tables: { type: "string", default: "4" },
    seed: { type: "string", default: "1" },
    step: { type: "string", default: "1" },
    warmup: { type: "string", default: "120" },
    json: { type: "boolean", default: false },
  },
});

const history = historyOf(readMarket(await readText(values.market)));
const options = {
  seed: whole("seed", 0),
  tables: whole("tables", 1),
  step: whole("step", 1),
  warmUp: whole("warmup", DEFAULT_PARAMETERS.minHistory),
};
const started = performance.now();
const results = backtest(history, withoutCosts(DEFAULT_PARAMETERS), options);
const seconds = (performance.now() - started) / 1000;

await writeAtomic(CHART, chartSvg(results));

if (values.json) {
  const summary = results.map(({ daily: _, ...result }) => result);
  console.log(
    JSON.stringify(
      { ...options, horizonDays: DEFAULT_PARAMETERS.horizon / 86_400, chart: CHART, results: summary },
      null,
      2,
    ),
  );
} else {
  const last = history.days - 1 - DEFAULT_PARAMETERS.horizon / 86_400;
  console.log(
    `${history.names.join(", ")}; ${dateOf(history, options.warmUp)} to ${dateOf(history, last)}, two-day losses, seed ${options.seed}\n`,
  );
  console.log("table        tables   above margin   worst loss / R   on           R / additive");
  for (const { kind, tables, exceedance, worst, worstDay, overAdditive } of results) {
    console.log(
      `${kind.padEnd(10)}${String(tables).padStart(7)}${`${(100 * exceedance).toFixed(2)} %`.padStart(15)}` +
        `${worst.toFixed(2).padStart(17)}   ${worstDay}${overAdditive.toFixed(2).padStart(15)}`,
    );
  }
  console.log(`\n${CHART}, ${seconds.toFixed(0)} s`);
}

function whole(name: "seed" | "tables" | "step" | "warmup", least: number): number {
  const value = Number(values[name]);
  if (!Number.isSafeInteger(value) || value < least)
    throw new InputError(`--${name}`, `must be a whole number of at least ${least}`, values[name]);
  return value;
}
