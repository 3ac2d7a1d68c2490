/**
 * SVG charts of the margin report. Colours are CSS variables of the page, so that they follow light and dark.
 *
 * @module
 */
import { formatPercent, formatWholeUsd } from "../../base/amounts.ts";
import { COVERAGE_MAINTENANCE, SCENARIOS } from "../../protocol/constants.ts";
import { scenarioWords } from "../worst.ts";
import { BANDS, type MarginReport } from "./marginReport.ts";

const WIDTH = 920;

/** Text as HTML and SVG take it. */
export const escape = (text: string): string => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const round = (value: number): string => String(Math.round(value * 10) / 10);
const svg = (height: number, label: string, body: string, width = WIDTH): string =>
  `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}">${body}</svg>`;
const text = (x: number, y: number, content: string, extra = ""): string =>
  `<text x="${round(x)}" y="${round(y)}" ${extra}>${escape(content)}</text>`;
const rect = (x: number, y: number, width: number, height: number, fill: string, title = "", extra = ""): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(Math.max(width, 0))}" height="${round(height)}" rx="3" fill="${fill}" ${extra}>` +
  `${title === "" ? "" : `<title>${escape(title)}</title>`}</rect>`;

/** Loss of each group in each scenario: losses warm, gains cool, as deep as they are large. */
export function heatmap({ groups, together }: MarginReport): string {
  const lines = [
    ...groups.filter(({ losses }) => losses.some((loss) => loss !== 0n)).map(({ name, losses }) => ({ name, losses })),
    { name: "all together", losses: together.losses },
  ];
  const [left, top, height] = [110, 66, 34];
  const width = (WIDTH - left) / SCENARIOS;
  const most = Math.max(1, ...lines.flatMap(({ losses }) => losses.map((loss) => Math.abs(Number(loss)))));
  const short = Array.from({ length: SCENARIOS }, (_, s) => scenarioWords(s).split(/, | at /) as [string, string]);
  const head = short.map(([move, rest], s) => {
    const x = left + (s + 0.5) * width;
    return (
      text(
        x,
        34,
        move
          .replace("price unchanged", "0")
          .replace(/ scans?/, "")
          .replace("1/3", "⅓")
          .replace("2/3", "⅔"),
        'text-anchor="middle"',
      ) +
      text(
        x,
        52,
        rest === "a third" ? "× ⅓" : rest.replace("vol up", "σ ↑").replace("vol down", "σ ↓"),
        'text-anchor="middle" class="faint"',
      )
    );
  });
  const cells = lines.flatMap(({ name, losses }, row) => [
    text(left - 12, top + row * (height + 4) + 22, name, 'text-anchor="end"'),
    ...losses.map((loss, s) => {
      const depth = Math.abs(Number(loss)) / most;
      const x = left + s * width;
      const y = top + row * (height + 4);
      const title = `${name}, ${scenarioWords(s)}: ${loss > 0n ? "loses" : "gains"} ${formatWholeUsd(loss < 0n ? -loss : loss)} USD`;
      return (
        rect(x + 1, y, width - 2, height, "var(--cell)") +
        rect(
          x + 1,
          y,
          width - 2,
          height,
          loss > 0n ? "var(--loss)" : "var(--gain)",
          title,
          `fill-opacity="${round(depth * 100) === "0" ? 0 : (0.08 + 0.92 * depth).toFixed(2)}"`,
        ) +
        text(x + width / 2, y + 22, compact(loss), `text-anchor="middle" class="cell${depth > 0.55 ? " deep" : ""}"`)
      );
    }),
  ]);
  const label = text(left - 12, 34, "scan ranges", 'text-anchor="end" class="faint"');
  return svg(top + lines.length * (height + 4) + 4, "Scenario losses by group", label + head.join("") + cells.join(""));
}

/** From every holding on its own to the account as one. */
export function waterfall({ netting }: MarginReport): string {
  const bars = [
    { name: "each holding alone", from: 0n, to: netting.holdings, fill: "var(--muted)" },
    { name: "netting inside venues", from: netting.holdings, to: netting.issuers, fill: "var(--gain)" },
    { name: "each venue alone", from: 0n, to: netting.issuers, fill: "var(--muted)" },
    { name: "netting across venues", from: netting.issuers, to: netting.requirement, fill: "var(--gain)" },
    { name: "one margin", from: 0n, to: netting.requirement, fill: "var(--accent)" },
  ];
  return bridge(bars, "What netting saves");
}

/** Charges, then what markets may take, up to the requirement. */
export function buildUp({ parts, groups, requirement }: MarginReport): string {
  const steps = [
    ...parts.charges.map(({ part, amount }) => ({ name: part, amount })),
    { name: "linear parts", amount: parts.linear },
    ...groups.map(({ name, remainder }) => ({ name: `${name} remainder`, amount: remainder })),
    { name: "joint move", amount: parts.joint },
  ].filter(({ amount }) => amount > 0n);
  let at = 0n;
  const bars = steps.map(({ name, amount }) => ({ name, from: at, to: (at += amount), fill: "var(--loss)" }));
  return bridge(
    [...bars, { name: "initial margin", from: 0n, to: requirement, fill: "var(--accent)" }],
    "What the requirement is made of",
  );
}

function bridge(bars: readonly { name: string; from: bigint; to: bigint; fill: string }[], label: string): string {
  const [left, right, row] = [190, 120, 34];
  const most = Math.max(1, ...bars.flatMap(({ from, to }) => [Number(from), Number(to)]));
  const place = (value: bigint): number => left + ((WIDTH - left - right) * Number(value)) / most;
  const body = bars.map(({ name, from, to, fill }, i) => {
    const [low, high] = from < to ? [from, to] : [to, from];
    const y = 6 + i * row;
    const change = from === 0n ? formatWholeUsd(to) : `${to < from ? "−" : "+"}${formatWholeUsd(high - low)}`;
    const next = bars[i + 1] === undefined ? "" : `<path d="M${round(place(to))} ${y + 24}V${y + row}" class="link"/>`;
    return (
      text(left - 12, y + 17, name, 'text-anchor="end"') +
      rect(place(low), y, Math.max(place(high) - place(low), 1.5), 24, fill, `${name}: ${change} USD`) +
      next +
      text(place(high) + 8, y + 17, change, 'class="value"')
    );
  });
  return svg(6 + bars.length * row, label, body.join(""));
}

/** Equity over maintenance on a line with the bands' edges; the needle stops at the ends. */
export function gauge({ ratioBps, band }: MarginReport): string {
  const [from, to] = [8_000, 20_000];
  const place = (bps: number): number => 20 + ((WIDTH - 40) * (Math.min(Math.max(bps, from), to) - from)) / (to - from);
  const edges = [...BANDS.map(({ from: bps }) => bps)].reverse();
  const fills = ["var(--loss)", "var(--warn)", "var(--watch)", "var(--gain)"];
  const stops = [from, ...edges, to];
  const zones = fills.map((fill, i) =>
    rect(place(stops[i]!), 40, place(stops[i + 1]!) - place(stops[i]!) - 2, 18, fill),
  );
  const marks = edges.map((bps) =>
    text(place(bps), 78, (bps / 10_000).toFixed(2), 'text-anchor="middle" class="faint"'),
  );
  const initial = (10_000 * 10_000) / COVERAGE_MAINTENANCE;
  const x = place(ratioBps ?? to);
  const anchor = x > WIDTH - 160 ? "end" : x < 160 ? "start" : "middle";
  const needle =
    `<path d="M${round(x)} 60l-7 -26h14z" class="needle"/>` +
    text(
      x,
      24,
      `${ratioBps === null ? "nothing required" : formatPercent(ratioBps)}, ${band}`,
      `text-anchor="${anchor}" class="value"`,
    );
  const note = text(place(initial), 94, "= initial margin", 'text-anchor="middle" class="faint"');
  return svg(102, "Equity over maintenance", zones.join("") + marks.join("") + note + needle);
}

/** How far each price may move: bars from the middle, cut at 100 %. */
export function distanceBars({ distances }: MarginReport): string {
  const [middle, reach, row] = [WIDTH / 2, WIDTH / 2 - 190, 34];
  const body = distances.map(({ underlying, downBps, upBps }, i) => {
    const y = 6 + i * row;
    const length = (bps: number | null): number => (reach * Math.min(Math.abs(bps ?? 10_000), 10_000)) / 10_000;
    const words = (bps: number | null, sign: string): string =>
      bps === null ? "no limit found" : `${sign}${formatPercent(Math.abs(bps))}`;
    const fill = (bps: number | null): string =>
      bps === null ? "var(--cell)" : Math.abs(bps) < 1_500 ? "var(--loss)" : "var(--muted)";
    return (
      rect(middle - 34 - length(downBps), y, length(downBps), 24, fill(downBps)) +
      rect(middle + 34, y, length(upBps), 24, fill(upBps)) +
      text(middle, y + 17, underlying, 'text-anchor="middle" class="value"') +
      text(middle - 42 - length(downBps), y + 17, words(downBps, "−"), 'text-anchor="end"') +
      text(middle + 42 + length(upBps), y + 17, words(upBps, "+"))
    );
  });
  return svg(6 + distances.length * row, "How far each price may move", body.join(""));
}

/** 1234567890000n µUSD → "1.23M". */
function compact(micro: bigint): string {
  const usd = Math.abs(Number(micro)) / 1e6;
  const [size, unit] = usd >= 1e9 ? [1e9, "B"] : usd >= 1e6 ? [1e6, "M"] : usd >= 1e3 ? [1e3, "k"] : [1, ""];
  const value = usd / size;
  return `${micro < 0n && usd >= 0.5 ? "−" : ""}${value.toFixed(value >= 10 || unit === "" ? 0 : 1)}${unit}`;
}
