/**
 * The page: reads a table and a portfolio, shows the margin report, proves on this machine's threads, hands over the proof.
 *
 * @module
 */
import { browserProver, formatProof, type Stage } from "plimsoll/prove";
import {
  PlimsollError,
  decodeTable,
  issuerOf,
  marginReport,
  readPortfolio,
  renderHtml,
  type ListedTable,
  type Portfolio,
} from "plimsoll/toolkit";
import { rehearsal } from "./rehearsal.ts";

/** Share of the whole at which each stage begins. */
const BEGINS: Readonly<Record<Stage, number>> = { witness: 0, prove: 0.15, verify: 0.95 };
const WORDS: Readonly<Record<Stage, string>> = {
  witness: "calculating the witness",
  prove: "proving",
  verify: "verifying",
};

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const [table, portfolio, coverage] = ["table", "portfolio", "coverage"].map((id) => element<HTMLInputElement>(id)) as [
  HTMLInputElement,
  HTMLInputElement,
  HTMLInputElement,
];
const [prove, stop] = ["prove", "stop"].map((id) => element<HTMLButtonElement>(id)) as [
  HTMLButtonElement,
  HTMLButtonElement,
];
const [issuer, report, link] = [
  element<HTMLSelectElement>("issuer"),
  element<HTMLIFrameElement>("report"),
  element<HTMLAnchorElement>("proof"),
];
const [progress, step, alert] = [
  element<HTMLProgressElement>("progress"),
  element<HTMLOutputElement>("step"),
  element("error"),
];

const downloads = new Map<string, readonly [loaded: number, total: number]>();
const prover = browserProver({
  artifacts: "../artifacts",
  onDownload(path, loaded, total) {
    downloads.set(path, [loaded, total]);
    const sum = (i: 0 | 1): number => [...downloads.values()].reduce((bytes, each) => bytes + each[i], 0);
    tell(`loading circuit and key, ${Math.round(sum(1) / 2 ** 20)} MB`, sum(0) / sum(1));
  },
});
let chosen: { readonly listed: ListedTable; readonly held: Portfolio } | undefined;
let stopping = new AbortController();

table.onchange = portfolio.onchange = () => void guarded(measure);
element<HTMLFormElement>("form").onsubmit = (event) => {
  event.preventDefault();
  void guarded(proveIt);
};
stop.onclick = () => stopping.abort(new PlimsollError("stopped"));

/** Reads both files and shows the report. */
async function measure(): Promise<void> {
  [chosen, prove.disabled, report.hidden, link.hidden] = [undefined, true, true, true];
  const [tableFile, portfolioFile] = [table.files?.[0], portfolio.files?.[0]];
  if (tableFile === undefined || portfolioFile === undefined) return;
  const listed = decodeTable(await tableFile.text());
  const held = readPortfolio(await portfolioFile.text(), listed);
  report.srcdoc = renderHtml(marginReport(held.positions, listed));
  const issuers = new Map(
    listed.listings
      .filter(({ instrument }) =>
        listed.table.rows.some((row) => row.instrument === instrument && row.kind !== "collateral"),
      )
      .map((listing) => [listing.issuer, issuerOf(listing.instrument)]),
  );
  issuer.replaceChildren(...[...issuers].map(([name, id]) => new Option(name, String(id))));
  [chosen, prove.disabled, report.hidden] = [{ listed, held }, false, false];
}

async function proveIt(): Promise<void> {
  if (chosen === undefined) return;
  stopping = new AbortController();
  [prove.disabled, stop.disabled, link.hidden] = [true, false, true];
  const started = performance.now();
  try {
    const request = await rehearsal(chosen.listed.table, chosen.held, {
      issuerId: Number(issuer.value),
      coverage: Number(coverage.value),
    });
    const proof = await prover.prove(request, {
      signal: stopping.signal,
      onProgress: (stage, fraction) =>
        tell(
          WORDS[stage],
          BEGINS[stage] +
            fraction * ((stage === "witness" ? BEGINS.prove : stage === "prove" ? BEGINS.verify : 1) - BEGINS[stage]),
        ),
    });
    URL.revokeObjectURL(link.href);
    link.href = URL.createObjectURL(new Blob([formatProof(proof)], { type: "application/json" }));
    [link.download, link.hidden] = ["solvency-proof.json", false];
    tell(`proven and verified in ${((performance.now() - started) / 1000).toFixed(1)} s`, 1);
  } finally {
    [prove.disabled, stop.disabled] = [false, true];
  }
}

/** Runs `work` and shows what this package refuses; anything else is a defect, and goes on to the console. */
async function guarded(work: () => Promise<void>): Promise<void> {
  alert.textContent = "";
  try {
    await work();
  } catch (error) {
    [progress.hidden, step.value] = [true, ""];
    if (!(error instanceof PlimsollError)) throw error;
    alert.textContent = error.message;
  }
}

function tell(words: string, share: number): void {
  [progress.hidden, progress.value, step.value] = [false, share, words];
}
