/**
 * What a deployment on local chains is tried with: its config with changes, and the parties beside the deployer.
 *
 * @module
 */
import { Wallet } from "ethers";
import { ANVIL_KEYS } from "../../../scripts/anvil.ts";
import { parseDeployment, type DeploymentConfig } from "../../../scripts/deploy/config.ts";
import { LOCAL_CHAINS, type LocalChains } from "../../support/localNetwork.ts";

export const PROPOSER = new Wallet(ANVIL_KEYS[1]);
export const GUARDIAN = new Wallet(ANVIL_KEYS[2]);

/** A config as its file would have it. */
export type Json = LocalChains["json"];

export function changedConfig(local: LocalChains, change: (json: Json) => void = () => undefined): DeploymentConfig {
  const json = structuredClone(local.json);
  change(json);
  return parseDeployment(json);
}

/** How many transactions the deployer has sent on each chain. */
export const nonces = ({ chains, deployer }: LocalChains): Promise<number[]> =>
  Promise.all(LOCAL_CHAINS.map((name) => chains[name].provider.getTransactionCount(deployer.address)));
