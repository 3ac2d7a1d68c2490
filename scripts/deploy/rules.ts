/**
 * What fields of a deployment owe each other. Whatever a constructor would refuse, or take and regret, is refused here,
 * with its place, before anything is sent.
 */
import { InputError } from "../../src/base/errors.ts";
import { TIERS, tableRows, isLocalChain } from "../../src/protocol/constants.ts";
import type { ChainConfig, DeploymentConfig, IssuerConfig } from "./config.ts";

const AT = "deployment";

/** Throws an InputError for the first rule that is broken. */
export function checkRules(config: DeploymentConfig): void {
  const { chains, issuers, tiers, home } = config;
  unique(chains, `${AT}.chains`, "name");
  unique(chains, `${AT}.chains`, "chainId");
  unique(issuers, `${AT}.issuers`, "id");
  unique(issuers, `${AT}.issuers`, "name");
  distinct(tiers, `${AT}.tiers`);
  if (new Set(tiers.map((tier) => `${TIERS[tier].depth} ${tableRows(TIERS[tier])}`)).size > 1)
    throw new InputError(`${AT}.tiers`, "must share trees and tables", tiers);
  if (tiers.includes("L") && !tiers.includes("M"))
    throw new InputError(`${AT}.tiers`, "must have M beside L: exits are proven with M's circuit", tiers);
  if (!chains.some(({ name }) => name === home)) throw new InputError(`${AT}.home`, "must be one of the chains", home);
  for (const set of ["reporters", "attestors"] as const) checkSigners(config[set], `${AT}.${set}`);
  chains.forEach((chain, i) => checkChain(chain, config, `${AT}.chains[${i}]`));
  issuers.forEach((issuer, i) => checkIssuer(issuer, config, `${AT}.issuers[${i}]`));
}

function checkSigners({ members, threshold }: DeploymentConfig["reporters"], path: string): void {
  distinct(members, `${path}.members`);
  if (threshold > members.length)
    throw new InputError(`${path}.threshold`, `must be at most ${members.length}, the members`, threshold);
  if (3 * threshold <= 2 * members.length)
    throw new InputError(`${path}.threshold`, `must be more than two thirds of ${members.length} members`, threshold);
}

function checkChain({ chainId, owner, guardian }: ChainConfig, { tiers }: DeploymentConfig, path: string): void {
  const local = isLocalChain(chainId);
  if (typeof owner === "string") {
    if (!local)
      throw new InputError(
        `${path}.owner`,
        `must be a timelock on chain ${chainId}: whoever owns contracts with value in them acts in the open`,
        owner,
      );
  } else {
    distinct(owner.proposers, `${path}.owner.proposers`);
    if (guardian === undefined)
      throw new InputError(`${path}.guardian`, "must be present: a timelock is too slow to pause");
  }
  if (!local && tiers.includes("T"))
    throw new InputError(
      `${path}.chainId`,
      "must be a local chain's while tier T is deployed, whose trees hold 16 leaves",
      chainId,
    );
}

function checkIssuer(issuer: IssuerConfig, { chains, tiers }: DeploymentConfig, path: string): void {
  if (!chains.some(({ name }) => name === issuer.chain))
    throw new InputError(`${path}.chain`, "must be one of the chains", issuer.chain);
  switch (issuer.kind) {
    case "vault":
      issuer.instruments.forEach(({ serial, leastLots, mostLots }, i) => {
        if (serial !== i + 1)
          throw new InputError(`${path}.instruments[${i}].serial`, `must be ${i + 1}: serials ascend from 1`, serial);
        if (leastLots > mostLots)
          throw new InputError(
            `${path}.instruments[${i}].leastLots`,
            `must be at most ${mostLots}, mostLots`,
            leastLots,
          );
      });
      unique(issuer.instruments, `${path}.instruments`, "token");
      break;
    case "venue": {
      const depth = TIERS[tiers[0]!].depth;
      if (issuer.batchDepth >= depth)
        throw new InputError(
          `${path}.batchDepth`,
          `must be below ${depth}, the depth of the notes tree`,
          issuer.batchDepth,
        );
      break;
    }
    case "desk":
  }
}

function distinct(values: readonly unknown[], path: string): void {
  values.forEach((value, i) => {
    if (values.indexOf(value) !== i) throw new InputError(`${path}[${i}]`, "must not be there twice", value);
  });
}

function unique<K extends string>(items: readonly Readonly<Record<K, unknown>>[], path: string, field: K): void {
  const values = items.map((item) => item[field]);
  values.forEach((value, i) => {
    if (values.indexOf(value) !== i) throw new InputError(`${path}[${i}].${field}`, "must not be taken twice", value);
  });
}
