/**
 * The backtest: on each day, random tables, their initial margin from what was known that day, and what they lost over
 * the days until they could have been sold.
 *
 * @module
 */
import { exposure, type Position } from "../../src/margin/rule.ts";
import { marginOf } from "../../src/margin/offsets.ts";
import { black76, SECONDS_PER_YEAR } from "../../src/risk/black76.ts";
import { buildTable } from "../../src/risk/table.ts";
import { decimalToNumber } from "../../src/base/decimal.ts";
import type { Market } from "../../src/risk/market.ts";
import type { Parameters } from "../../src/risk/parameters.ts";
import { TABLE_KINDS, randomTable, type TableKind } from "./tables.ts";
import { dateOf, impliedVolatility, marketOf, type History } from "./history.ts";
import { seeded } from "./random.ts";

const DAY = 86_400;

interface Options {
  readonly seed: number;
  /** Tables of each kind a day. */
  readonly tables: number;
  /** Days of history before the first that is tested. */
  readonly warmUp: number;
  /** Every how many days. */
  readonly step: number;
}

export interface Result {
  readonly kind: TableKind;
  readonly tables: number;
  /** Share of tables that lost more than R. */
  readonly exceedance: number;
  /** Largest loss over R, and its day. */
  readonly worst: number;
  readonly worstDay: string;
  /** Mean of R over Σ of each group's own requirement. */
  readonly overAdditive: number;
  /** Each tested day's largest loss over R. */
  readonly daily: readonly { readonly date: string; readonly loss: number }[];
}

/**
 * Charges for spreads, basis and latency are left out: no such costs are in the losses, so they would only flatter. The
 * minimum on short options stays, being there for losses between scenario points.
 */
export const withoutCosts = (parameters: Parameters): Parameters => ({
  ...parameters,
  perpetualLiquidityBps: 0,
  optionLiquidityVolPoints: 0,
  perpetualBasisBps: 0,
  futureBasisBps: 0,
  annualBasisMoveBps: 0,
});

export function backtest(history: History, parameters: Parameters, options: Options): Result[] {
  const random = seeded(options.seed);
  const horizon = Math.round(parameters.horizon / DAY);
  const tallies = new Map(TABLE_KINDS.map((kind) => [kind, new Tally()]));
  let previous: Record<string, number> | undefined;
  for (let day = options.warmUp; day + horizon < history.days; day++) {
    const market = marketOf(history, day, parameters, previous);
    const listed = buildTable(market, parameters);
    previous = Object.fromEntries(listed.underlyings.map(({ name, scanBps }) => [name, scanBps]));
    if ((day - options.warmUp) % options.step !== 0) continue;
    const profits = profitsPerLot(market, history, day, horizon, parameters);
    for (const kind of TABLE_KINDS) {
      for (let n = 0; n < options.tables; n++) {
        const lots = randomTable(kind, market, random);
        const positions = [...lots]
          .sort(([a], [b]) => a - b)
          .map(([i, size]): Position => ({ row: listed.table.rows[i]!, size }));
        const { requirement } = marginOf(positions, listed.table);
        const loss = -1e6 * [...lots].reduce((sum, [i, size]) => sum + Number(size) * profits[i]!, 0);
        tallies
          .get(kind)!
          .add(
            loss / Number(requirement),
            Number(requirement) / additive(positions, listed.table.groups.length),
            dateOf(history, day),
          );
      }
    }
  }
  return TABLE_KINDS.map((kind) => ({ kind, ...tallies.get(kind)!.result() }));
}

/** Each group on its own, added up: its charges and its worst scenario. */
function additive(positions: readonly Position[], groups: number): number {
  const { charges, losses } = exposure(positions, groups);
  return losses.reduce((sum, group) => sum + Math.max(0, ...group.map(Number)), Number(charges));
}

/** USD that a lot of each instrument gained over the horizon, options at the volatility of the later day. */
function profitsPerLot(
  market: Market,
  history: History,
  day: number,
  horizon: number,
  parameters: Parameters,
): number[] {
  return market.instruments.map((instrument) => {
    const g = history.names.indexOf(instrument.underlying);
    const spot = history.closes[g]![day]!;
    const later = history.closes[g]![day + horizon]!;
    const lot = decimalToNumber(instrument.lot);
    if (instrument.type !== "option") return lot * (later - spot);
    const { right, iv, expiry } = instrument;
    const strike = decimalToNumber(instrument.strike);
    const years = (expiry - market.asOf) / SECONDS_PER_YEAR;
    const passed = (horizon * DAY) / SECONDS_PER_YEAR;
    const after = black76(
      right,
      later,
      strike,
      impliedVolatility(history, g, day + horizon, parameters),
      years - passed,
    );
    return lot * (after - black76(right, spot, strike, iv, years));
  });
}

class Tally {
  private tables = 0;
  private exceeded = 0;
  private ratios = 0;
  private readonly daily = new Map<string, number>();

  add(lossOverMargin: number, overAdditive: number, date: string): void {
    this.tables += 1;
    this.exceeded += lossOverMargin > 1 ? 1 : 0;
    this.ratios += overAdditive;
    this.daily.set(date, Math.max(this.daily.get(date) ?? -Infinity, lossOverMargin));
  }

  result(): Omit<Result, "kind"> {
    const daily = [...this.daily].map(([date, loss]) => ({ date, loss }));
    const worst = daily.reduce((most, each) => (each.loss > most.loss ? each : most), { date: "", loss: 0 });
    return {
      tables: this.tables,
      exceedance: this.exceeded / this.tables,
      worst: worst.loss,
      worstDay: worst.date,
      overAdditive: this.ratios / this.tables,
      daily,
    };
  }
}
