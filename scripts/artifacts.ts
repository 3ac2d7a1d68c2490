/**
 * Circuits and keys for a script to work with.
 *
 * @module
 */
import { environment } from "../src/base/environment.ts";
import { build } from "../src/setup/build.ts";
import type { Instance } from "../src/setup/mainComponent.ts";

/** Builds what is missing or stale, unless PLIMSOLL_ARTIFACTS names a folder: that is its owner's to keep. */
export async function haveArtifacts(instances: readonly Instance[]): Promise<void> {
  if (environment("PLIMSOLL_ARTIFACTS") === undefined) await build(instances);
}
