/**
 * The prover for browsers: the kernel on web workers, over artifacts from the network. Inputs stay in the page and its
 * workers; what goes out is requests for public files.
 *
 * @module
 */
import { browser } from "./threads/browser.ts";
import { kernelBackend } from "./kernelBackend.ts";
import type { PlimsollOptions } from "./plimsollOptions.ts";
import { createProver, type Backend, type Prover, type ProverEvents } from "./prover.ts";
import { webArtifacts, type WebArtifactOptions, type WebArtifacts } from "./webArtifacts.ts";

export interface BrowserProverOptions extends WebArtifactOptions, PlimsollOptions, ProverEvents {
  /** Proves again when a proof does not verify. There is none by default: that is an error then. */
  readonly fallback?: Backend<WebArtifacts> | undefined;
}

/**
 * A prover in this page. The first proof of a circuit downloads its key; `close` frees the workers and the keys.
 * Artifacts that are missing or not the manifest's show with the proof that needs them.
 *
 * @example
 * ```ts
 * import { browserProver } from "plimsoll/prove";
 * import { proofRequest } from "plimsoll/toolkit";
 *
 * const prover = browserProver({ artifacts: "/artifacts" }); // add manifestSha256 where the server isn't to be trusted
 * const proof = await prover.prove(proofRequest(statement), { onProgress: (stage) => console.log(stage) });
 * ```
 */
export const browserProver = ({
  fallback,
  onFallback,
  threads,
  pointTableMiB,
  ...artifacts
}: BrowserProverOptions): Prover =>
  createProver(
    kernelBackend<WebArtifacts>(
      browser,
      ({ circuit, zkey, zkeySha256 }) => ({
        name: zkeySha256,
        key: zkey,
        circuit: () => Promise.resolve(circuit),
      }),
      { threads, pointTableMiB },
    ),
    webArtifacts(artifacts),
    { fallback, onFallback },
  );
