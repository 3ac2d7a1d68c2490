/**
 * npm run build:verifiers: a Solidity verifier for every circuit instance that is built, into build/contracts/verifiers.
 * Not in git: development keys are new with each build.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { INSTANCES } from "../src/protocol.ts";
import { artifactsFolder, loadVerificationKey } from "../src/prove/artifacts.ts";
import { writeAtomic } from "../src/files.ts";
import { readManifest } from "../src/setup/manifest.ts";
import { verifierName, verifierSolidity } from "../src/setup/verifierSolidity.ts";

const out = "build/contracts/verifiers";
await mkdir(out, { recursive: true });
const { instances } = await readManifest(artifactsFolder());
for (const { circuit, tier } of INSTANCES) {
  if (!Object.hasOwn(instances, `${circuit}.${tier}`)) continue;
  const { verificationKey, keyKind } = await loadVerificationKey(circuit, tier);
  const name = verifierName(circuit, tier);
  await writeAtomic(join(out, `${name}.sol`), verifierSolidity(name, verificationKey, keyKind));
  console.log(`${join(out, name)}.sol: ${keyKind} key`);
}
