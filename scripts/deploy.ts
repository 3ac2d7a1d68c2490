/**
 * npm run deploy: one config → all contracts on all chains → the network file; then asks every contract whether it is what
 * the config says. A run that was stopped goes on where it was; one more does nothing but check.
 */
import { Command } from "commander";
import { encodeNetwork, parseNetwork, type Network } from "../src/chain/network.ts";
import { signingKey } from "../src/cli/config.ts";
import { InputError, KeystoreError, PlimsollError } from "../src/base/errors.ts";
import { environment } from "../src/base/environment.ts";
import { readJson, writeAtomic } from "../src/base/files.ts";
import { readDeployment, type DeploymentConfig } from "./deploy/config.ts";
import { deploy, type DeploymentStep } from "./deploy/deploy.ts";
import { isTrue } from "./deploy/facts.ts";
import { factTable } from "./deploy/table.ts";
import { checkNetwork } from "./deploy/verify.ts";

interface Flags {
  readonly config: string;
  readonly out: string;
  readonly key?: string;
  readonly check?: boolean;
}

const flags = new Command("npm run deploy --")
  .description(
    "Deploys a network from one config, checks it, and writes the network file that wallets and daemons read.",
  )
  .requiredOption("--config <file>", "what to deploy; data/deployment.example.json is one")
  .requiredOption(
    "--out <file>",
    "the network file; how far the deployment is stands beside it, in <file>.progress.json",
  )
  .option("--key <file>", "file (0600) with the deployer's private key in hex; $PLIMSOLL_ETH_KEY comes first")
  .option("--check", "deploy nothing: compare the contracts of an existing network file with the config")
  .addHelpText(
    "after",
    `
Nodes are the config's endpoints, or $PLIMSOLL_RPC_<CHAIN>. Use a key of its own for a deployment: its transactions must
not be mixed with others, and once it is done the key has no power over anything.

Exit codes:
  0  every contract is what the config says
  1  it isn't, or the deployment stopped; what was done is kept, and the next run goes on

Examples:
  npm run deploy -- --config deployment.json --out network.json --key deployer.key
  npm run deploy -- --config deployment.json --out network.json --check`,
  )
  .parse()
  .opts<Flags>();

try {
  const config = await readDeployment(flags.config);
  const endpoints = endpointsOf(config);
  const network = flags.check === true ? parseNetwork(await readJson(flags.out)) : await run(config, endpoints);
  const facts = await checkNetwork(config, network, endpoints);
  console.log(factTable(facts));
  if (!facts.every(isTrue)) process.exitCode = 1;
  else if (flags.check !== true) {
    await writeAtomic(flags.out, encodeNetwork(network));
    console.log(
      `wrote ${flags.out}${network.keys === "development" ? "; development keys: for trying out, not for value" : ""}`,
    );
  }
} catch (error) {
  if (!(error instanceof PlimsollError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function run(config: DeploymentConfig, endpoints: Readonly<Record<string, string>>): Promise<Network> {
  if (flags.key === undefined && environment("PLIMSOLL_ETH_KEY") === undefined)
    throw new KeystoreError("--key: must name the deployer's key file; PLIMSOLL_ETH_KEY will do");
  const deployer = await signingKey({ keyPath: flags.key });
  console.error(`deployer ${deployer.address}`);
  const onStep = ({ chain, what, stage }: DeploymentStep): void => {
    if (stage === "mined") console.error(`${chain}: ${what}`);
  };
  return deploy(config, { endpoints, deployer, progressPath: `${flags.out}.progress.json`, onStep });
}

/** Of every chain; the environment comes first. */
function endpointsOf({ chains }: DeploymentConfig): Record<string, string> {
  return Object.fromEntries(
    chains.map(({ name, endpoint }, i) => {
      const variable = `PLIMSOLL_RPC_${name.toUpperCase().replaceAll("-", "_")}`;
      const url = environment(variable) ?? endpoint;
      if (url === undefined)
        throw new InputError(`deployment.chains[${i}].endpoint`, `must be present; ${variable} will do`);
      return [name, url];
    }),
  );
}
