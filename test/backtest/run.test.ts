import { describe, expect, it } from "vitest";
import { DEFAULT_PARAMETERS } from "../../src/risk/parameters.ts";
import { parseMarket } from "../../src/risk/marketFile.ts";
import { backtest, withoutCosts, type Result } from "../../scripts/backtest/run.ts";
import { dateOf, historyOf, marketOf } from "../../scripts/backtest/history.ts";
import { sampleJson } from "../risk/sample.ts";

/** Two years that hold the spring of 2021. */
const whole = historyOf(parseMarket(sampleJson()));
const history = {
  ...whole,
  days: 700,
  last: dateOf(whole, 699),
  closes: whole.closes.map((closes) => closes.slice(0, 700)),
};
const run = (parameters = DEFAULT_PARAMETERS, seed = 1): Result[] =>
  backtest(history, withoutCosts(parameters), { seed, tables: 1, step: 15, warmUp: 120 });

describe("the backtest", () => {
  it("is the same for the same seed, another for another", () => {
    expect(run()).toEqual(run());
    expect(run(DEFAULT_PARAMETERS, 2)).not.toEqual(run());
  });

  it("sees nothing of later days", () => {
    const day = 500;
    const later = {
      ...history,
      closes: history.closes.map((closes) => closes.map((close, i) => (i > day ? 2 * close : close))),
    };
    expect(marketOf(later, day, DEFAULT_PARAMETERS, undefined)).toEqual(
      marketOf(history, day, DEFAULT_PARAMETERS, undefined),
    );
    expect(dateOf(history, day)).toBe("2021-05-15");
  });

  it("would notice a margin that is far too small", () => {
    const small = {
      ...DEFAULT_PARAMETERS,
      z: 1,
      scanFloorBps: { BTC: 1, ETH: 1 },
      otherScanFloorBps: 1,
      stressWeightBps: 0,
    };
    expect(run(small)[0]!.exceedance).toBeGreaterThan(0.05);
  });

  it("nets no more than the rule allows, and adds up what all falls together", () => {
    const [, hedged, longOnly] = run();
    expect(hedged!.overAdditive).toBeGreaterThanOrEqual(0.5);
    expect(longOnly!.overAdditive).toBeCloseTo(1, 6);
  });
});
