/**
 * A deployment takes no config that it would regret, and has sent nothing when it refuses one.
 */
import { afterAll, beforeAll, expect, it } from "vitest";
import { InputError } from "../../src/base/errors.ts";
import { startAnvil } from "../../scripts/anvil.ts";
import { parseDeployment, readDeployment, type DeploymentConfig } from "../../scripts/deploy/config.ts";
import { deploy } from "../../scripts/deploy/deploy.ts";
import { localChains, type LocalChains } from "../support/localNetwork.ts";
import { GUARDIAN, PROPOSER, changedConfig, nonces, type Json } from "./support/deployments.ts";

let local: LocalChains;
beforeAll(async () => {
  local = await localChains();
});
afterAll(() => local?.stop());
const config = (change?: (json: Json) => void): DeploymentConfig => changedConfig(local, change);

/** What a config is changed to, by path; nothing takes the field away. */
type Changes = Readonly<Record<string, unknown>>;
const changed = (json: Json, changes: Changes): unknown => {
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split(".");
    const parent = names
      .slice(0, -1)
      .reduce<Record<string, unknown>>(
        (at, name) => at[name] as Record<string, unknown>,
        json as unknown as Record<string, unknown>,
      );
    if (value === undefined) delete parent[names.at(-1)!];
    else parent[names.at(-1)!] = value;
  }
  return json;
};
const LOCKED = { timelockSeconds: 1, proposers: [PROPOSER.address] };
const refused: [rule: string, changes: Changes | ((json: Json) => Changes), error: RegExp][] = [
  ["an unknown field", { "chains.0.owners": 1 }, /^deployment\.chains\[0\]\.owners: is no field of a chain/],
  ["a missing field", { "issuers.1.engine": undefined }, /^deployment\.issuers\[1\]\.engine: must be present/],
  ["another format", { format: "plimsoll-network" }, /^deployment\.format: must be "plimsoll-deployment"/],
  [
    "an amount as a number",
    { "issuers.0.instruments.0.unit": 1_000_000 },
    /^deployment\.issuers\[0\]\.instruments\[0\]\.unit: must be a decimal string/,
  ],
  ["a unit of 0", { "issuers.2.unit": "0" }, /^deployment\.issuers\[2\]\.unit: must be at least 1/],
  [
    "lots beyond a holding's width",
    { "issuers.0.instruments.0.mostLots": String(2n ** 38n) },
    /mostLots: must be below 2\^38/,
  ],
  [
    "least lots above the most",
    { "issuers.0.instruments.0.leastLots": "1000001" },
    /^deployment\.issuers\[0\]\.instruments\[0\]\.leastLots: must be at most 1000000/,
  ],
  ["serials out of order", { "issuers.0.instruments.1.serial": 3 }, /instruments\[1\]\.serial: must be 2/],
  [
    "a token twice",
    ({ issuers }) => ({ "issuers.0.instruments.1.token": issuers[0]!.instruments![0]!.token }),
    /instruments\[1\]\.token: must not be taken twice/,
  ],
  ["no address", { "issuers.1.engine": "0x12" }, /^deployment\.issuers\[1\]\.engine: must be an Ethereum address/],
  [
    "the zero address",
    { "chains.1.guardian": `0x${"00".repeat(20)}` },
    /^deployment\.chains\[1\]\.guardian: must not be the zero address/,
  ],
  [
    "two thirds alone",
    (json) => ({ reporters: { members: json.reporters.members.slice(0, 3), threshold: 2 } }),
    /^deployment\.reporters\.threshold: must be more than two thirds of 3/,
  ],
  ["more than all", { "attestors.threshold": 5 }, /^deployment\.attestors\.threshold: must be at most 4/],
  [
    "a signer twice",
    (json) => ({ "attestors.members.1": json.attestors.members[0] }),
    /^deployment\.attestors\.members\[1\]: must not be there twice/,
  ],
  ["an issuer id twice", { "issuers.1.id": 1 }, /^deployment\.issuers\[1\]\.id: must not be taken twice/],
  [
    "an issuer of no chain",
    { "issuers.1.chain": "west" },
    /^deployment\.issuers\[1\]\.chain: must be one of the chains/,
  ],
  ["a home that is no chain", { home: "west" }, /^deployment\.home: must be one of the chains/],
  ["a chain id twice", { "chains.1.chainId": 31337 }, /^deployment\.chains\[1\]\.chainId: must not be taken twice/],
  [
    "a batch deeper than the tree",
    { "issuers.1.batchDepth": 4 },
    /^deployment\.issuers\[1\]\.batchDepth: must be below 4/,
  ],
  [
    "a pair without room for its release",
    { "issuers.2.creditSerial": 65_535 },
    /^deployment\.issuers\[2\]\.creditSerial: must be at most 65534/,
  ],
  [
    "proofs that are never good",
    { "issuers.2.times.validity": 0 },
    /^deployment\.issuers\[2\]\.times\.validity: must be at least 1/,
  ],
  ["a committee off the curve", { "committee.1.0": "5" }, /^deployment\.committee\[1\]: must be a point/],
  ["tiers of other trees", { tiers: ["T", "M"] }, /^deployment\.tiers: must share trees/],
  ["tier L without its exits", { tiers: ["L"] }, /^deployment\.tiers: must have M beside L/],
  [
    "the tiny tier where value is",
    { "chains.0.chainId": 10, "chains.0.owner": LOCKED },
    /^deployment\.chains\[0\]\.chainId: must be a local chain's while tier T/,
  ],
  [
    "an owner who needn't wait where value is",
    { tiers: ["M"], "chains.0.chainId": 31_347 },
    /^deployment\.chains\[0\]\.owner: must be a timelock on chain 31347/,
  ],
  [
    "a timelock without a guardian",
    { "chains.0.owner": LOCKED, "chains.0.guardian": undefined },
    /^deployment\.chains\[0\]\.guardian: must be present/,
  ],
  [
    "a timelock that nobody proposes to",
    { "chains.0.owner": { timelockSeconds: 1, proposers: [] } },
    /^deployment\.chains\[0\]\.owner\.proposers: must not be empty/,
  ],
];
it.each(refused)("refuses %s", (_, changes, error) => {
  const json = structuredClone(local.json);
  const parse = (): unknown => parseDeployment(changed(json, typeof changes === "function" ? changes(json) : changes));
  expect(parse).toThrow(InputError);
  expect(parse).toThrow(error);
});

it("takes the example", async () => {
  expect((await readDeployment("data/deployment.example.json")).chains).toHaveLength(2);
});

it.each<[rule: string, of: () => DeploymentConfig, error: RegExp]>([
  [
    "a token that is no contract",
    () =>
      config(({ issuers }) => {
        issuers[0]!.instruments![0]!.token = GUARDIAN.address;
      }),
    /^deployment\.issuers\[0\]\.instruments\[0\]\.token: must be a contract on north/,
  ],
  [
    "an asset of another chain",
    () =>
      config(({ issuers }) => {
        issuers[2]!.asset = issuers[0]!.instruments![1]!.token;
      }),
    /^deployment\.issuers\[2\]\.asset: must be a contract on south/,
  ],
  [
    "a guardian whom only others can appoint",
    () =>
      config(({ chains }) => {
        chains[0]!.owner = PROPOSER.address;
      }),
    /^deployment\.chains\[0\]\.guardian: must be absent/,
  ],
  [
    "the deployer as proposer",
    () =>
      config(({ chains }) => {
        chains[0]!.owner = { timelockSeconds: 1, proposers: [local.deployer.address] };
      }),
    /^deployment\.chains\[0\]\.owner\.proposers\[0\]: must not be the deployer/,
  ],
])("sends nothing for %s", async (_, of, error) => {
  const before = await nonces(local);
  await expect(deploy(of(), { endpoints: local.endpoints, deployer: local.deployer })).rejects.toThrow(error);
  expect(await nonces(local)).toEqual(before);
});

it("sends nothing with development keys when one chain isn't local", async () => {
  const optimism = await startAnvil({ chainId: 10 });
  try {
    const of = config();
    const chains = of.chains.map((chain) => (chain.name === "south" ? { ...chain, chainId: 10 } : chain));
    const before = await nonces(local);
    const attempt = deploy(
      { ...of, chains },
      { endpoints: { ...local.endpoints, south: optimism.url }, deployer: local.deployer },
    );
    await expect(attempt).rejects.toThrow(
      /^deployment\.chains\[2\]\.chainId: must be a local chain's: \w+\.T has a development key.*, got 10$/,
    );
    expect(await nonces(local)).toEqual(before);
  } finally {
    await optimism.stop();
  }
});
