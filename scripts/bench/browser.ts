/**
 * The comparison of compare.ts in a headless Chromium: this package as it is published against snarkjs, both bundled into
 * one page.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { artifactsFolder } from "../../src/prover/artifacts.ts";
import type { VerificationKey } from "../../src/groth16/groth16.ts";
import { parseProof } from "../../src/groth16/proof.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { verify } from "../../src/groth16/verify.ts";
import { CHROMIUM, NO_BROWSER, openBrowser } from "../browser/chromium.ts";
import { bundle, compilePackage } from "../browser/package.ts";
import { serve } from "../browser/server.ts";
import type { ProverTiming } from "./compare.ts";

export interface BrowserComparison {
  readonly userAgent: string;
  readonly cores: number;
  readonly timings: Readonly<
    Record<"plimsoll" | "plimsollOneThread" | "snarkjs" | "snarkjsSingleThread", ProverTiming>
  >;
}

/** @throws Error when no browser is installed, or a proof from the page does not verify here */
export async function compareInBrowser(
  request: ProofRequest,
  key: VerificationKey,
  threads: number,
  runs: number,
): Promise<BrowserComparison> {
  if (CHROMIUM === undefined) throw new Error(NO_BROWSER);
  const folder = await compilePackage();
  const page = join(folder, "bench");
  await bundle(new URL("page", import.meta.url).pathname, folder, page);
  // snarkjs starts its threads from data: addresses.
  const policy =
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval' 'unsafe-eval'; worker-src 'self' data: blob:; connect-src 'self' data:";
  const server = await serve({ page, artifacts: artifactsFolder() }, { policy });
  const browser = await openBrowser();
  try {
    const tab = await browser.context.newPage();
    await tab.goto(`${server.origin}/page/index.html`);
    await tab.waitForFunction(() => "bench" in globalThis);
    const result = await tab.evaluate(
      (args) =>
        (
          globalThis as unknown as {
            bench: (...args: unknown[]) => Promise<BrowserComparison & { readonly proof: string }>;
          }
        ).bench(...args),
      [request, key, threads, runs] as unknown[],
    );
    await verify(parseProof(result.proof), key);
    return result;
  } finally {
    await browser.close();
    server.close();
    await rm(folder, { recursive: true });
  }
}
