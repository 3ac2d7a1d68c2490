/**
 * Backends side by side on one key and one request: cold in this process, then warm in turns, so that whatever else the
 * machine does falls on all of them alike; and each alone in a process of its own, from its start to a proof on disk.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createProver, type Backend, type ProofRequest, type ProvingArtifacts, type Stage } from "../../src/prove/prover.ts";

/** Milliseconds. */
interface Timing {
  readonly total: number;
  readonly witness: number;
  readonly prove: number;
  readonly verify: number;
}

export interface ProverTiming {
  readonly cold: Timing;
  /** Medians; spread: the fastest and the slowest. */
  readonly warm: Timing & { readonly spread: readonly [number, number] };
}

export const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

/** Measures all `backends`, `runs` warm proofs each. */
export async function compareBackends<K extends string>(
  backends: Readonly<Record<K, Backend>>, artifacts: ProvingArtifacts, request: ProofRequest, runs: number,
): Promise<Record<K, ProverTiming>> {
  const names = Object.keys(backends) as K[];
  const provers = names.map((name) => createProver(backends[name], () => Promise.resolve(artifacts)));
  const once = async (i: number): Promise<Timing> => {
    const stages: Record<Stage, number> = { witness: 0, prove: 0, verify: 0 };
    const started = performance.now();
    await provers[i]!.prove(request, {
      onProgress: (stage, fraction) => {
        if (fraction === 0) stages[stage] -= performance.now();
        if (fraction === 1) stages[stage] += performance.now();
      },
    });
    return round({ total: performance.now() - started, ...stages });
  };
  const cold: Timing[] = [];
  for (const i of names.keys()) cold.push(await once(i));
  for (const i of names.keys()) await once(i);
  const all: Timing[][] = names.map(() => []);
  for (let run = 0; run < runs; run++) for (const i of names.keys()) all[i]!.push(await once(i));
  await Promise.all(provers.map((prover) => prover.close()));
  return Object.fromEntries(names.map((name, i) => {
    const timings = all[i]!;
    const of = (key: keyof Timing): number => median(timings.map((timing) => timing[key]));
    const totals = timings.map(({ total }) => total);
    const warm = { total: of("total"), witness: of("witness"), prove: of("prove"), verify: of("verify"), spread: [Math.min(...totals), Math.max(...totals)] as const };
    return [name, { cold: cold[i]!, warm }];
  })) as Record<K, ProverTiming>;
}

const round = (timing: Timing): Timing => Object.fromEntries(Object.entries(timing).map(([key, value]) => [key, Math.round(value)])) as unknown as Timing;

/**
 * A fresh process of the compiled package that proves once with `backend` and writes the proof: milliseconds from spawn
 * to exit, and the most memory that it had resident, MiB (snarkjs works in a child of it, which is not counted).
 */
export async function coldProcess(backend: string, artifactsFolder: string, request: ProofRequest): Promise<{ readonly total: number; readonly peakMiB: number }> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  const module = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
  const script = `
    import { readFile, writeFile } from "node:fs/promises";
    import { localProver } from ${module("prove/backends.js")};
    import { formatProof } from ${module("prove/proof.js")};
    const request = JSON.parse(await readFile("request.json", "utf8"), (_, value) => (typeof value === "string" && /^-?\\d+$/.test(value) ? BigInt(value) : value));
    const prover = localProver({ backend: ${JSON.stringify(backend)} }, ${JSON.stringify(artifactsFolder)});
    await writeFile("proof.json", formatProof(await prover.prove(request)));
    await prover.close();
    const { readFileSync } = await import("node:fs");
    console.log(process.resourceUsage().maxRSS);`;
  try {
    const text = JSON.stringify(request, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    await writeFile(join(folder, "request.json"), text, { mode: 0o600 });
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    const total = Math.round(performance.now() - started);
    await readFile(join(folder, "proof.json"));
    return { total, peakMiB: Math.round(Number(stdout) / 1024) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
