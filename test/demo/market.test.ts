/** The demo's next market is one that the engine takes: the next epoch, prices moved, days that ended closed. */
import { expect, it } from "vitest";
import { nextMarket } from "../../scripts/demo/market.ts";
import { buildTable } from "../../src/risk/table.ts";
import { readMarket } from "../../src/risk/marketFile.ts";
import { sampleJson, type Json } from "../risk/sample.ts";

const text = JSON.stringify(sampleJson());
const listed = buildTable(readMarket(text));
const after = (seconds: number, moves: Record<string, number> = {}): Json =>
  JSON.parse(nextMarket(text, listed, listed.table.asOf + seconds, moves));

it("is of the epoch after, with the moves of whoever moved", () => {
  const next = after(600, { BTC: -600 });
  expect([next.epoch, next.previous.epoch]).toEqual([listed.table.epoch + 1, listed.table.epoch]);
  const moved = buildTable(readMarket(JSON.stringify(next)));
  const price = (name: string, of = listed): number =>
    Number(of.underlyings.find((underlying) => underlying.name === name)!.price);
  expect(
    [price("BTC", moved) / price("BTC"), price("ETH", moved) / price("ETH")].map((ratio) => ratio.toFixed(6)),
  ).toEqual(["0.940000", "1.000000"]);
});

it("closes the days that ended meanwhile, so that no history grows old", () => {
  const [{ closes }] = after(600).underlyings;
  expect(closes).toEqual(sampleJson().underlyings[0].closes);
  const [{ closes: later, sources }] = after(3 * 86_400, { BTC: 100 }).underlyings;
  expect(later.last).toBe("2025-10-27");
  expect(later.values.length).toBe(closes.values.length + 3);
  expect(Number(sources[0].price) / later.values.at(-1)).toBeCloseTo(1.01, 9);
  expect(() => buildTable(readMarket(nextMarket(text, listed, listed.table.asOf + 3 * 86_400, {})))).not.toThrow();
});
