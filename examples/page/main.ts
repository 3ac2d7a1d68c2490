/**
 * A page that proves a portfolio solvent on this machine's threads and verifies the proof: nothing but the proof is meant
 * to leave it. Circuits and keys lie in `artifacts/` beside the page, a market and a portfolio in `data/`.
 */
import { PlimsollError, browserProver, formatProof, nobleVerifier, parseVerificationKey, verify } from "plimsoll/prove";
import {
  Account,
  TableTree,
  DEFAULT_PARAMETERS,
  GrowingTree,
  buildTable,
  proofRequest,
  protocol,
  publicKey,
  randomScalar,
  randomSpendKey,
  readMarket,
  readPortfolio,
  solvencyStatement,
  spendKeys,
} from "plimsoll/toolkit";

const element = <T extends HTMLElement>(id: string): T => document.getElementById(id) as T;
const [button, said] = [element<HTMLButtonElement>("prove"), element<HTMLOutputElement>("said")];
const text = async (path: string): Promise<string> => (await fetch(path)).text();
// A page that must not trust its server names the manifest's hash too: { artifacts, manifestSha256 }.
const prover = browserProver({ artifacts: "artifacts" });

button.onclick = async () => {
  button.disabled = true;
  try {
    said.value = await prove();
  } catch (error) {
    said.value = error instanceof PlimsollError ? error.message : "failed";
  }
  button.disabled = false;
};

/** Proves for a venue, as an account that stands alone in its tree: rehearsal, for no registry knows it. */
async function prove(): Promise<string> {
  const listed = buildTable(readMarket(await text("data/market.json")), DEFAULT_PARAMETERS);
  const { tier, positions } = readPortfolio(await text("data/portfolio.json"), listed);
  const keys = spendKeys(randomSpendKey());
  const account = Account.open(
    tier,
    keys,
    positions.map(({ row, size }) => ({ instrument: row.instrument, size })),
  );
  const statement = solvencyStatement({
    account,
    keys,
    issuerId: 2,
    coverage: 10_000,
    context: 0n,
    table: await TableTree.build(listed.table, protocol.TIERS[tier]),
    path: new GrowingTree(protocol.TIERS[tier].depth, [account.commitment]).path(account.commitment),
    committee: [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())],
  });
  const proof = await prover.prove(proofRequest(statement), { onProgress: (stage) => void (said.value = stage) });
  const path = `artifacts/solvency.${tier}/vkey.json`;
  await verify(proof, parseVerificationKey(JSON.parse(await text(path)), path), [nobleVerifier]);
  return formatProof(proof);
}
