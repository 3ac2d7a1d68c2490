/**
 * What a constraint costs at one tier and at another: the prover must not get worse as circuits grow.
 *
 * @module
 */
import { loadArtifacts, loadProvingArtifacts } from "../../src/prover/artifacts.ts";
import type { TierName } from "../../src/protocol/constants.ts";
import { plimsollBackend } from "../../src/prover/plimsollBackend.ts";
import { createProver } from "../../src/prover/prover.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { compareProvers, type ProverTiming } from "./compare.ts";

export interface TierCost {
  readonly constraints: number;
  readonly domain: number;
  readonly warm: ProverTiming["warm"];
  /** Microseconds of witness and proof; checking the proof takes the same at every tier. */
  readonly perConstraint: number;
  readonly perDomainPoint: number;
}

/** Solvency at several tiers, one after another, in one process. */
export async function tierCosts(
  requests: Readonly<Partial<Record<TierName, ProofRequest>>>,
  threads: number,
  runs: number,
): Promise<Partial<Record<TierName, TierCost>>> {
  const costs: Partial<Record<TierName, TierCost>> = {};
  for (const [tier, request] of Object.entries(requests) as [TierName, ProofRequest][]) {
    const {
      entry: { constraints, domain },
    } = await loadArtifacts(request.circuit, tier, []);
    const prover = createProver(plimsollBackend({ threads }), (...instance) => loadProvingArtifacts(...instance));
    const {
      plimsoll: { warm },
    } = await compareProvers({ plimsoll: prover }, request, runs);
    const microseconds = 1000 * (warm.witness + warm.prove);
    const each = (count: number): number => Math.round((100 * microseconds) / count) / 100;
    costs[tier] = { constraints, domain, warm, perConstraint: each(constraints), perDomainPoint: each(domain) };
  }
  return costs;
}
