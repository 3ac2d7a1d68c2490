/**
 * Solidity verifiers of a build. Not in git: development keys are new with each build.
 *
 * @module
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeAtomic } from "../base/files.ts";
import { artifactsFolder, loadVerificationKey } from "../prover/artifacts.ts";
import { INSTANCES } from "../protocol/constants.ts";
import { readManifest } from "../groth16/manifestFile.ts";
import { verifierName, verifierSolidity } from "./verifierSolidity.ts";

/** Writes a contract for every circuit instance that is built, and returns how many. */
export async function writeVerifiers(
  folder = artifactsFolder(),
  out = join(folder, "../contracts/verifiers"),
): Promise<number> {
  await mkdir(out, { recursive: true });
  const { instances } = await readManifest(folder);
  const built = INSTANCES.filter(({ circuit, tier }) => Object.hasOwn(instances, `${circuit}.${tier}`));
  for (const { circuit, tier } of built) {
    const { verificationKey, keyKind } = await loadVerificationKey(circuit, tier, folder);
    const name = verifierName(circuit, tier);
    await writeAtomic(join(out, `${name}.sol`), verifierSolidity(name, verificationKey, keyKind));
  }
  return built.length;
}
