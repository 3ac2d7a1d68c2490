/**
 * The backtest as a picture: for each kind of table, each day's largest loss over margin; the line is where margin ends.
 *
 * @module
 */
import type { Result } from "./run.ts";

const WIDTH = 960;
const PANEL = 150;
const LEFT = 60;
const TOP = 30;
/** Loss over margin at the top of a panel. */
const SCALE = 1.5;

export function chartSvg(results: readonly Result[]): string {
  const height = TOP + results.length * PANEL + 10;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="18">Largest two-day loss over initial margin, each day, by kind of table</text>`,
    ...results.flatMap((result, i) => panel(result, TOP + i * PANEL)),
    "</svg>\n",
  ].join("\n");
}

function panel({ kind, daily, exceedance, overAdditive }: Result, top: number): string[] {
  const bottom = top + PANEL - 20;
  const x = (i: number): number => LEFT + (i / Math.max(daily.length - 1, 1)) * (WIDTH - LEFT - 10);
  const y = (value: number): number => bottom - (Math.min(Math.max(value, 0), SCALE) / SCALE) * (bottom - top - 18);
  // Days on which nothing was lost would only thicken the axis.
  const dots = daily.flatMap(({ loss }, i) =>
    loss <= 0.02
      ? []
      : [`<circle cx="${x(i).toFixed(1)}" cy="${y(loss).toFixed(1)}" r="1.4" fill="${loss > 1 ? "#c00" : "#247"}"/>`],
  );
  return [
    `<text x="${LEFT}" y="${top + 12}">${kind}: ${(100 * exceedance).toFixed(2)} % above margin, R / additive ${overAdditive.toFixed(2)}</text>`,
    `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${bottom}" y2="${bottom}" stroke="#999"/>`,
    `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${y(1)}" y2="${y(1)}" stroke="#c00" stroke-dasharray="4 3"/>`,
    `<text x="${LEFT - 8}" y="${y(1) + 4}" text-anchor="end">1.0</text><text x="${LEFT - 8}" y="${bottom + 4}" text-anchor="end">0</text>`,
    `<text x="${LEFT}" y="${bottom + 14}" fill="#666">${daily[0]?.date ?? ""}</text>`,
    `<text x="${WIDTH - 10}" y="${bottom + 14}" fill="#666" text-anchor="end">${daily.at(-1)?.date ?? ""}</text>`,
    ...dots,
  ];
}
