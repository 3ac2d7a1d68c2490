/**
 * Provers alone in processes of their own, from the start to a proof on disk.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { toJson } from "../../src/base/json.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { median } from "./compare.ts";

/** Milliseconds: median, fastest and slowest; and the median of the most memory that was resident, MiB. */
interface ColdTiming {
  readonly total: number;
  readonly spread: readonly [number, number];
  readonly peakMiB: number;
}

/** Backends in turns, `runs` processes each, so that whatever else the machine does falls on all of them alike. */
export async function compareColdProcesses<K extends string>(
  backends: readonly K[],
  artifactsFolder: string,
  request: ProofRequest,
  runs: number,
): Promise<Record<K, ColdTiming>> {
  const samples = backends.map((): Sample[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [i, backend] of backends.entries())
      samples[i]!.push(await coldProcess(backend, artifactsFolder, request));
  }
  return Object.fromEntries(
    backends.map((backend, i): [K, ColdTiming] => {
      const totals = samples[i]!.map(({ total }) => total);
      return [
        backend,
        {
          total: median(totals),
          spread: [Math.min(...totals), Math.max(...totals)],
          peakMiB: median(samples[i]!.map(({ peakMiB }) => peakMiB)),
        },
      ];
    }),
  ) as Record<K, ColdTiming>;
}

type Sample = Pick<ColdTiming, "total" | "peakMiB">;

/**
 * A fresh process of the compiled package that proves once with `backend` and writes the proof: milliseconds from spawn
 * to exit, and the most memory that it had resident, MiB (snarkjs works in a child of it, which is not counted).
 */
async function coldProcess(backend: string, artifactsFolder: string, request: ProofRequest): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-bench-"));
  const module = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
  const script = `
    import { readFile, writeFile } from "node:fs/promises";
    import { formatProof, localProver } from ${module("index.js")};
    const request = JSON.parse(await readFile("request.json", "utf8"), (_, value) => (typeof value === "string" && /^-?\\d+$/.test(value) ? BigInt(value) : value));
    const prover = localProver({ backend: ${JSON.stringify(backend)} }, ${JSON.stringify(artifactsFolder)});
    await writeFile("proof.json", formatProof(await prover.prove(request)));
    await prover.close();
    console.log(process.resourceUsage().maxRSS);`;
  try {
    const text = toJson(request);
    await writeFile(join(folder, "request.json"), text, { mode: 0o600 });
    const started = performance.now();
    const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], {
      cwd: folder,
    });
    const total = Math.round(performance.now() - started);
    await readFile(join(folder, "proof.json"));
    return { total, peakMiB: Math.round(Number(stdout) / 1024) };
  } finally {
    await rm(folder, { recursive: true });
  }
}
