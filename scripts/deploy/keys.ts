/**
 * The proof system's keys that a deployment is about to trust, and their verifiers as contracts, written anew so that
 * what is compiled is what the manifest vouches for.
 */
import { fileURLToPath } from "node:url";
import { InputError } from "../../src/base/errors.ts";
import { artifactsFolder, loadVerificationKey } from "../../src/prover/artifacts.ts";
import { verificationKeyHash } from "../../src/groth16/verificationKey.ts";
import { INSTANCES, isLocalChain } from "../../src/protocol/constants.ts";
import { verifierName } from "../../src/setup/verifierSolidity.ts";
import { writeVerifiers } from "../../src/setup/verifiers.ts";
import type { DeploymentConfig } from "./config.ts";

const VERIFIERS = fileURLToPath(new URL("../../build/contracts/verifiers", import.meta.url));

export interface DeploymentKeys {
  /** Development as soon as one key is. */
  readonly kind: "development" | "ceremony";
  readonly verifiers: readonly VerifierKey[];
}
type VerifierKey = (typeof INSTANCES)[number] & { readonly name: string; readonly hash: string };

/**
 * Loads the keys of a deployment's tiers.
 *
 * @throws ArtifactError when one is missing or changed
 * @throws InputError for development keys beyond local chains: whoever made them can forge any proof
 */
export async function deploymentKeys({ tiers, chains }: DeploymentConfig): Promise<DeploymentKeys> {
  const loaded = await Promise.all(
    INSTANCES.filter(({ tier }) => tiers.includes(tier)).map(async (instance) => {
      const { verificationKey, keyKind } = await loadVerificationKey(instance.circuit, instance.tier);
      return {
        ...instance,
        keyKind,
        name: verifierName(instance.circuit, instance.tier),
        hash: `0x${verificationKeyHash(verificationKey)}`,
      };
    }),
  );
  const development = loaded.find(({ keyKind }) => keyKind === "development");
  const foreign = chains.findIndex(({ chainId }) => !isLocalChain(chainId));
  if (development !== undefined && foreign !== -1) {
    throw new InputError(
      `deployment.chains[${foreign}].chainId`,
      `must be a local chain's: ${development.circuit}.${development.tier} has a development key, whose maker can forge proofs; plimsoll ceremony makes real ones`,
      chains[foreign]!.chainId,
    );
  }
  await writeVerifiers(artifactsFolder(), VERIFIERS);
  return {
    kind: development === undefined ? "ceremony" : "development",
    verifiers: loaded.map(({ keyKind: _, ...key }) => key),
  };
}
