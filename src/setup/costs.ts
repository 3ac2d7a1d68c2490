/**
 * What each circuit costs, and the snapshot that a change is compared with: a count that grows unnoticed ends above a
 * power of two, where proving takes twice as long.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { writeAtomic } from "../base/files.ts";
import type { CircuitName, TierName } from "../protocol/constants.ts";
import type { Counts } from "./compile.ts";
import type { Manifest } from "../groth16/manifest.ts";

export interface Costs {
  readonly circuits: Readonly<Partial<Record<CircuitName, Readonly<Partial<Record<TierName, Counts>>>>>>;
}

/** The counts of every instance in a manifest. */
export function costsOf({ instances }: Manifest): Costs {
  const circuits: Partial<Record<CircuitName, Partial<Record<TierName, Counts>>>> = {};
  for (const { circuit, tier, constraints, wires, publicSignals, domain } of Object.values(instances)) {
    (circuits[circuit] ??= {})[tier] = { constraints, wires, publicSignals, domain };
  }
  return { circuits };
}

/** One line per difference between measured and recorded costs, among the instances that were measured. */
export function compareCosts(measured: Costs, recorded: Costs): string[] {
  return rows(measured).flatMap(([circuit, tier, counts]) => {
    const known = recorded.circuits[circuit]?.[tier];
    if (known === undefined) return [`${circuit}.${tier}: not in the snapshot`];
    return (Object.keys(counts) as (keyof Counts)[])
      .filter((name) => counts[name] !== known[name])
      .map((name) => `${circuit}.${tier}: ${name} ${known[name]} → ${counts[name]}`);
  });
}

/** Compares with the snapshot at `path`; a missing one differs in everything. */
export async function checkCosts(measured: Costs, path: string): Promise<string[]> {
  const text = await readFile(path, "utf8").catch(() => '{"circuits":{}}');
  return compareCosts(measured, JSON.parse(text) as Costs);
}

/** Records the measured costs; instances that were not measured keep theirs. */
export async function updateCosts(measured: Costs, path: string): Promise<void> {
  const old = JSON.parse(await readFile(path, "utf8").catch(() => '{"circuits":{}}')) as Costs;
  const circuits: Record<string, Partial<Record<TierName, Counts>>> = { ...old.circuits };
  for (const [circuit, tier, counts] of rows(measured)) circuits[circuit] = { ...circuits[circuit], [tier]: counts };
  await writeAtomic(path, `${JSON.stringify({ circuits }, null, 2)}\n`);
}

/** A table for people. */
export function costsTable(costs: Costs): string {
  const number = (value: number): string => value.toLocaleString("en-US").padStart(13);
  const header = [
    "circuit".padEnd(12),
    ...["constraints", "wires", "public", "domain"].map((name) => name.padStart(13)),
  ];
  const lines = rows(costs).map(([circuit, tier, { constraints, wires, publicSignals, domain }]) =>
    [`${circuit}.${tier}`.padEnd(12), ...[constraints, wires, publicSignals, domain].map(number)].join(""),
  );
  return [header.join(""), ...lines].join("\n");
}

function rows({ circuits }: Costs): [CircuitName, TierName, Counts][] {
  return (Object.keys(circuits) as CircuitName[]).flatMap((circuit) =>
    (Object.entries(circuits[circuit]!) as [TierName, Counts][]).map(
      ([tier, counts]): [CircuitName, TierName, Counts] => [circuit, tier, counts],
    ),
  );
}
