import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../scripts/foundry.ts";
import { loadVerificationKey } from "../src/prover/artifacts.ts";
import { nobleVerifier } from "../src/groth16/nobleVerifier.ts";
import { parseProof } from "../src/groth16/proof.ts";
import { snarkjsVerifier } from "../src/prover/snarkjsVerifier.ts";
import { verify } from "../src/groth16/verify.ts";

const run = promisify(execFile);
const SECRETS = /spendKey|proveKey|readKey_|ciphertextScalar/;

const demo = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, ["--import", "tsx", "scripts/demo.ts", ...args], { maxBuffer: 2 ** 24 })).stdout;

describe.skipIf(foundry("anvil") === undefined)("npm run demo, on three chains", () => {
  let output = "";
  beforeAll(async () => {
    output = await demo();
  });

  it("tells the whole story, and shows refused what must be", () => {
    expect([...output.matchAll(/^ {2}refused: ([^:\n]+)/gm)].map(([, what]) => what)).toEqual([
      "a held-back release note",
      "an under-margined portfolio",
      "a second pledge",
      "a replayed receipt",
      "a replayed exit",
      "someone else's proof",
      "a stale root",
      "a stale price",
      "a lapsed line",
      "a conflicting header",
    ]);
    for (const refusal of [
      "BeyondLine",
      "short of initial margin by",
      "NullifierSpent",
      "NotCurrent",
      "ExitSpent",
      "InvalidProof",
      "StaleProof",
      "StaleTable",
      "NotValid",
      "Frozen",
    ]) {
      expect(output).toContain(refusal);
    }
    for (const step of [
      "open the account",
      "its line is open",
      "receive positions",
      "draw 300,000",
      "the keeper",
      "extend desk-a",
      "the vault pays 3 WBTC",
      "restore from the spend key alone",
    ])
      expect(output).toMatch(new RegExp(`✓ .*${step}`));
    expect(output).toMatch(/^in all +[\d,]+ +\d+\.\d$/m);
    expect(output).not.toMatch(SECRETS);
  });

  it("leaves a page that needs nothing else", pageIsWhole);
  it("leaves a proof that both verifiers accept, and refuse once any public field is changed", proofIsSound);
});

async function pageIsWhole(): Promise<void> {
  const page = await readFile("build/demo/margin.html", "utf8");
  expect(page).toContain("<svg");
  expect(page).not.toMatch(/<script|<link|src="http|url\(http/);
}

async function proofIsSound(): Promise<void> {
  const text = await readFile("build/demo/solvency-proof.json", "utf8");
  const { verificationKey } = await loadVerificationKey("solvency", "M");
  const snarkjs = snarkjsVerifier();
  const check = (json: unknown): Promise<void> =>
    (async () => verify(parseProof(JSON.stringify(json)), verificationKey, [nobleVerifier, snarkjs]))();
  try {
    await check(JSON.parse(text));
    const { publicSignals } = JSON.parse(text) as { publicSignals: Record<string, unknown> };
    const fields = Object.entries(publicSignals).flatMap(([name, value]) =>
      typeof value === "object" && value !== null ? Object.keys(value).map((part) => [name, part]) : [[name]],
    );
    expect(fields.length).toBeGreaterThan(18);
    for (const path of fields) {
      const changed = JSON.parse(text) as { publicSignals: Record<string, unknown> };
      const holder = path.slice(0, -1).reduce((at, key) => at[key!] as Record<string, unknown>, changed.publicSignals);
      const last = path.at(-1)!;
      holder[last] = another(holder[last]);
      await expect(check(changed), path.join(".")).rejects.toThrow();
    }
  } finally {
    await snarkjs.close();
  }
}

/** A neighbouring value of the same type. */
function another(value: unknown): unknown {
  if (typeof value === "boolean") return !value;
  if (typeof value === "number") return value + 1;
  return String(BigInt(value as string) + 1n);
}
