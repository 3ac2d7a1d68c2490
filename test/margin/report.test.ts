import { describe, expect, test } from "vitest";
import { formatUsd } from "../../src/base/amounts.ts";
import { MarginError } from "../../src/base/errors.ts";
import { isCovered } from "../../src/margin/rule.ts";
import { addPositions, parsePortfolio, parseTrades, type ListedPosition } from "../../src/margin/portfolio.ts";
import { COVERAGE_INITIAL, COVERAGE_MAINTENANCE, SCENARIO_THIRDS } from "../../src/protocol/constants.ts";
import type { ListedTable } from "../../src/risk/listing.ts";
import { renderHtml } from "../../src/margin/report/html.ts";
import { marginReport, reportJson, type MarginReport } from "../../src/margin/report/marginReport.ts";
import { renderTerminal, renderWhatIf } from "../../src/margin/report/terminal.ts";
import { whatIf } from "../../src/margin/report/whatIf.ts";
import { marginOf } from "../../src/margin/offsets.ts";
import { assertCovered, scenarioWords, worstScenarios, worstTogether } from "../../src/margin/worst.ts";
import { Random } from "../support/random.ts";
import { sampleTable, samplePortfolio, shortPortfolio } from "../support/sample.ts";

const sum = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);
const holding = (...holdings: [string, string][]): readonly ListedPosition[] =>
  parsePortfolio(
    {
      format: "plimsoll-portfolio",
      version: 1,
      tier: "M",
      holdings: holdings.map(([instrument, size]) => ({ instrument, size })),
    },
    sampleTable,
  ).positions;
const report = marginReport(samplePortfolio.positions, sampleTable);
const short = marginReport(shortPortfolio.positions, sampleTable);

/** Any few of the table's instruments, in sizes worth up to some million USD. */
function randomAccount(random: Random): ListedPosition[] {
  const places = new Set(Array.from({ length: random.below(17) }, () => random.below(sampleTable.table.rows.length)));
  return addPositions(
    [],
    [...places].flatMap((i) => {
      const row = sampleTable.table.rows[i]!;
      const size = (random.anySize(40) / (row.mark + 1n)) * (random.chance(2) ? 1n : -1n);
      return size === 0n ? [] : [{ row, listing: sampleTable.listings[i]!, size }];
    }),
  );
}

describe("the margin report", () => {
  test("adds up, for the samples and random accounts", () => {
    const random = Random.named("report");
    const accounts = [
      samplePortfolio.positions,
      shortPortfolio.positions,
      [],
      ...Array.from({ length: 100 }, () => randomAccount(random)),
    ];
    for (const positions of accounts) {
      const { parts, groups, requirement, equity, maintenance, issuers, chains, netting, band, ...rest } = marginReport(
        positions,
        sampleTable,
      );
      const margin = marginOf(positions, sampleTable.table);
      expect([equity, requirement]).toEqual([margin.equity, margin.requirement]);
      expect(sum(parts.charges.map(({ amount }) => amount))).toBe(margin.charges);
      expect(margin.charges + sum(groups.map(({ remainder }) => remainder)) + parts.linear + parts.joint).toBe(
        requirement,
      );
      expect(sum(issuers.map((share) => share.equity))).toBe(equity);
      expect(sum(chains.map((share) => share.equity))).toBe(equity);
      // Sub-additive but for the tolerance of each choice of S.
      expect(netting.holdings + netting.holdings / 1_000n + 64n).toBeGreaterThanOrEqual(netting.issuers);
      expect(netting.issuers + netting.issuers / 1_000n + 64n).toBeGreaterThanOrEqual(requirement);
      expect(maintenance * 10_000n).toBeGreaterThanOrEqual(requirement * 8_000n);
      expect((maintenance - 1n) * 10_000n).toBeLessThan(requirement * 8_000n);
      expect(rest.covered).toEqual({
        initial: isCovered(margin, COVERAGE_INITIAL),
        maintenance: isCovered(margin, COVERAGE_MAINTENANCE),
      });
      expect(band === "under maintenance").toBe(!rest.covered.maintenance);
      const text = renderTerminal(marginReport(positions, sampleTable));
      expect(text).not.toMatch(/NaN|undefined|Infinity/);
    }
  });

  test("names the band by equity over maintenance: 1.25, 1.10 and 1.00 to the µUSD", () => {
    // 10 BTC short against cash: R does not depend on the cash, so equity can be set to the cent.
    const base = marginReport(holding(["venue-a:BTC-PERP", "-10"], ["venue-a:USD", "1300000"]), sampleTable);
    const at = (ratio: bigint, centsLess: bigint): MarginReport => {
      const equity = (base.maintenance * ratio + 9_999n) / 10_000n;
      const cents = 130_000_000n + (equity - base.equity + 9_999n) / 10_000n - centsLess;
      return marginReport(
        holding(
          ["venue-a:BTC-PERP", "-10"],
          ["venue-a:USD", `${cents / 100n}.${(cents % 100n).toString().padStart(2, "0")}`],
        ),
        sampleTable,
      );
    };
    expect([at(12_500n, 0n).band, at(12_500n, 1n).band]).toEqual(["comfortable", "watch"]);
    expect([at(11_000n, 0n).band, at(11_000n, 1n).band]).toEqual(["watch", "warning"]);
    expect([at(10_000n, 0n).band, at(10_000n, 1n).band]).toEqual(["warning", "under maintenance"]);
    expect(at(12_500n, 0n).covered.initial).toBe(true);
    expect(at(12_500n, 1n).covered.initial).toBe(false);
  });

  test("finds the price at which a linear account stops being covered", () => {
    const positions = holding(["venue-a:BTC-PERP", "-10"], ["venue-a:USD", "1500000"]);
    const { equity, maintenance, distances } = marginReport(positions, sampleTable);
    const [bitcoin] = distances;
    expect(bitcoin!.downBps).toBeNull();
    const { price } = sampleTable.underlyings.find(({ name }) => name === "BTC")!;
    const expected = (Number(equity - maintenance) / (10 * Number(price))) * 10_000;
    expect(Math.abs(bitcoin!.upBps! - expected)).toBeLessThan(2);
  });

  test("of a short straddle has edges on both sides, of an account under water none left", () => {
    const straddle = holding(
      ["venue-a:BTC-26DEC25-125000-C", "-15"],
      ["venue-a:BTC-26DEC25-100000-P", "-15"],
      ["venue-a:USD", "700000"],
    );
    const [bitcoin] = marginReport(straddle, sampleTable).distances;
    expect(bitcoin!.upBps).toBeGreaterThan(0);
    expect(bitcoin!.downBps).toBeLessThan(0);
    const [sunk] = marginReport(holding(["venue-a:BTC-PERP", "-10"]), sampleTable).distances;
    expect([sunk!.upBps, sunk!.downBps]).toEqual([0, 0]);
  });

  test("is JSON without losing a digit", () => {
    const json = JSON.parse(reportJson(report)) as Record<string, unknown>;
    expect(json["format"]).toBe("plimsoll-margin");
    expect(json["equity"]).toBe(report.equity.toString());
    expect(json["netting"]).toEqual(
      Object.fromEntries(Object.entries(report.netting).map(([name, value]) => [name, value.toString()])),
    );
  });
});

describe("what a trade would do", () => {
  test("pays at the mark in the venue's cash, never in the trader's favour", () => {
    for (const [trade, cash] of [
      ["venue-b:ETH-PERP=-100", "venue-b:USD"],
      ["venue-c:ETH-PERP=7.001", "venue-c:USDC"],
    ] as const) {
      const result = whatIf(samplePortfolio.positions, parseTrades([trade], sampleTable), sampleTable);
      expect(result.trades.map(({ name }) => name)).toEqual([trade.split("=")[0], cash]);
      const change = result.after.equity - result.before.equity;
      expect(change).toBeLessThanOrEqual(0n);
      expect(change).toBeGreaterThan(-10_000n); // less than one lot of cash
      expect(result.after.requirement).not.toBe(result.before.requirement);
    }
  });

  test("moves collateral as it is, and there and back is nothing", () => {
    const deposit = whatIf(samplePortfolio.positions, parseTrades(["vault-ethereum:WBTC=1"], sampleTable), sampleTable);
    expect(deposit.trades).toHaveLength(1);
    expect(deposit.after.equity).toBeGreaterThan(deposit.before.equity);
    const both = whatIf(
      samplePortfolio.positions,
      parseTrades(["venue-a:BTC-PERP=2", "venue-a:BTC-PERP=-2"], sampleTable),
      sampleTable,
    );
    expect(both.after).toEqual(both.before);
    expect(renderWhatIf(deposit)).toContain("vault-ethereum:WBTC");
  });
});

describe("the refusal", () => {
  test("says by how much and in which scenario", () => {
    const margin = marginOf(shortPortfolio.positions, sampleTable.table);
    expect(() =>
      assertCovered({ ...margin, equity: margin.requirement }, COVERAGE_INITIAL, sampleTable.table.groups),
    ).not.toThrow();
    try {
      assertCovered(margin, COVERAGE_INITIAL, sampleTable.table.groups);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(MarginError);
      const { message, required, equity, coverage } = error as MarginError;
      expect([required, equity, coverage]).toEqual([margin.requirement, margin.equity, COVERAGE_INITIAL]);
      expect(message).toMatch(/^short of initial margin by [\d,]+\.\d\d USD; worst: BTC −/);
      const named = BigInt(/by ([\d,.]+) USD/.exec(message)![1]!.replace(/\D/g, "")) * 10_000n;
      expect(margin.equity + named).toBeGreaterThanOrEqual(margin.requirement);
      expect(margin.equity + named - 10_000n).toBeLessThan(margin.requirement);
    }
    expect(() => assertCovered({ ...margin, equity: 0n }, COVERAGE_MAINTENANCE, [])).toThrow(
      /^short of maintenance margin by .* worst: group 0 −/,
    );
    expect(() => assertCovered({ ...margin, equity: 0n }, 9_000, [])).toThrow(/^short of 90 % of initial margin/);
  });

  test("has words for every scenario, each once", () => {
    const words = SCENARIO_THIRDS.map((_, s) => scenarioWords(s));
    expect(new Set(words).size).toBe(SCENARIO_THIRDS.length);
    expect([words[0], words[3], words[10], words[13], words[14], words[15]]).toEqual([
      "price unchanged, vol up",
      "+1/3 scan, vol down",
      "+1 scan, vol up",
      "−1 scan, vol down",
      "+3 scans at a third",
      "−3 scans at a third",
    ]);
    const losses = [
      SCENARIO_THIRDS.map((k) => BigInt(k)),
      SCENARIO_THIRDS.map((k) => BigInt(-5 * k)),
      SCENARIO_THIRDS.map(() => -1n),
    ];
    expect(worstScenarios({ losses }, ["a", "b", "c"]).map((item) => [item.words, item.loss])).toEqual([
      ["b +1 scan, vol up", 15n],
      ["a −1 scan, vol up", 3n],
    ]);
    expect(worstTogether({ losses })).toEqual({ scenario: 10, loss: 11n, words: "all +1 scan, vol up" });
  });
});

/** Whatever is emphasised, in colour. */
const coloured = (_: string, text: string): string => `\u001b[31m${text}\u001b[0m`;

describe("the renderers", () => {
  test("of the terminal write ASCII, and colour only when asked", () => {
    for (const some of [report, short]) {
      const plain = renderTerminal(some);
      expect(plain).toMatch(/^[\n\x20-\x7e]*$/);
      const bare = renderTerminal(some, coloured).replace(/\u001b\[\d+m/g, "");
      expect(bare).toBe(plain);
      expect(renderTerminal(some, coloured)).not.toBe(plain);
      for (const amount of [some.equity, some.requirement, some.maintenance])
        expect(plain).toContain(formatUsd(amount));
      for (const { name } of some.issuers) expect(plain).toContain(name);
    }
    expect(renderTerminal(short)).toContain("SHORT");
  });

  test("of the page write one closed document that asks for nothing", () => {
    for (const page of [
      renderHtml(report),
      renderHtml(short),
      renderHtml(marginReport([], sampleTable)),
      renderHtml(report, whatIf(samplePortfolio.positions, [], sampleTable)),
    ]) {
      expect(page).toMatch(/^<!doctype html>/);
      expect(page).not.toMatch(/<script|https?:|src=|@import|url\(|NaN|undefined|Infinity/);
      const open = [
        ...page.matchAll(/<(\/?)(svg|section|table|div|tr|td|text|rect|main|header|body|html|head|h2|p)\b[^>]*>/g),
      ];
      const stack: string[] = [];
      for (const [, close, name] of open) {
        if (close === "/") expect(stack.pop()).toBe(name);
        else stack.push(name!);
      }
      expect(stack).toEqual([]);
    }
    expect(renderHtml(report).match(/<svg viewBox="0 0 920/g)).toHaveLength(5);
    const trade = whatIf(samplePortfolio.positions, parseTrades(["venue-a:BTC-PERP=-5"], sampleTable), sampleTable);
    const [after, traded] = [renderHtml(trade.after), renderHtml(report, trade)];
    for (const chart of after.match(/<svg viewBox="0 0 920.*?<\/svg>/gs)!) expect(traded).toContain(chart);
    expect(traded).toContain("After the trade. Epoch");
  });

  test("of the page take names as text, never as markup", () => {
    const evil = '<img src=x onerror="alert(1)">&';
    const listed: ListedTable = {
      ...sampleTable,
      table: { ...sampleTable.table, groups: sampleTable.table.groups.map((name) => evil + name) },
      listings: sampleTable.listings.map((listing) => ({
        ...listing,
        name: evil + listing.name,
        issuer: evil,
        chain: evil,
        unit: evil,
        underlying: evil,
        charges: listing.charges.map((part) => ({ ...part, part: evil })),
      })),
      underlyings: sampleTable.underlyings.map((underlying) => ({ ...underlying, name: evil })),
    };
    const positions = samplePortfolio.positions.map((position) => ({
      ...position,
      listing: listed.listings.find(({ instrument }) => instrument === position.row.instrument)!,
    }));
    const page = renderHtml(
      marginReport(positions, listed),
      whatIf(positions, [{ ...positions[5]!, size: 1n }], listed),
    );
    expect(page).not.toContain("<img");
    expect(page).toContain("&#60;img");
  });
});
