/**
 * A deployment is killed between any two steps and ends in the same network; it takes no config that it would regret, hands
 * over to owners who wait, and tells a network that isn't what its config says.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, Interface, Wallet, ZeroHash } from "ethers";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ABI } from "../../src/chain/abi.ts";
import { ROOT_SLOTS } from "../../src/chain/calls.ts";
import { chainNamed, encodeNetwork, issuerNamed, parseNetwork, type Network } from "../../src/chain/network.ts";
import { InputError } from "../../src/errors.ts";
import { ANVIL_KEYS, startAnvil } from "../../scripts/anvil.ts";
import { parseDeployment, readDeployment, type DeploymentConfig } from "../../scripts/deploy/config.ts";
import { deploy, type DeploymentStep } from "../../scripts/deploy/deploy.ts";
import { isTrue } from "../../scripts/deploy/facts.ts";
import { checkNetwork } from "../../scripts/deploy/verify.ts";
import { compileContracts } from "../../scripts/solidity.ts";
import { refusal, send, startChain } from "../support/chain.ts";
import { LOCAL_CHAINS, localChains, type LocalChains } from "../support/localNetwork.ts";

const PROPOSER = new Wallet(ANVIL_KEYS[1]);
const GUARDIAN = new Wallet(ANVIL_KEYS[2]);
const DELAY = 86_400;
let local: LocalChains;
let folder: string;
let snapshots: string[];

beforeAll(async () => { local = await localChains(); });
afterAll(() => local?.stop());
const onAll = <T>(method: string, params: (i: number) => unknown[] = () => []): Promise<T[]> =>
  Promise.all(LOCAL_CHAINS.map((name, i) => local.chains[name].rpc<T>(method, params(i))));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-deploy-"));
  snapshots = await onAll<string>("evm_snapshot");
});
afterEach(async () => {
  await onAll("evm_revert", (i) => [snapshots[i]]);
  await rm(folder, { recursive: true });
});

type Json = LocalChains["json"];
const varied = (change: (json: Json) => void): Json => {
  const json = structuredClone(local.json);
  change(json);
  return json;
};
const config = (change: (json: Json) => void = () => undefined): DeploymentConfig => parseDeployment(varied(change));
/** Every chain's owner is a timelock of its own. */
const timelocked = (): DeploymentConfig => config(({ chains }) => {
  for (const chain of chains) [chain.owner, chain.guardian] = [{ timelockSeconds: DELAY, proposers: [PROPOSER.address] }, GUARDIAN.address];
});
const progressPath = (): string => join(folder, "progress.json");
const run = (of: DeploymentConfig, onStep?: (step: DeploymentStep) => void): Promise<Network> =>
  deploy(of, { endpoints: local.endpoints, deployer: local.deployer, progressPath: progressPath(), ...(onStep === undefined ? {} : { onStep }) });
const nonces = (): Promise<number[]> => Promise.all(LOCAL_CHAINS.map((name) => local.chains[name].provider.getTransactionCount(local.deployer.address)));
class Killed extends Error {}
/** Lives through so many steps. */
const mortal = (steps: number) => (): void => {
  if (--steps === 0) throw new Killed();
};
const wrongFacts = async (of: DeploymentConfig, network: Network): Promise<string[]> =>
  (await checkNetwork(of, network, local.endpoints)).filter((fact) => !isTrue(fact)).map(({ chain, key, what }) => `${chain} ${key}.${what}`);

describe("config", () => {
  /** What a config is changed to, by path; nothing takes the field away. */
  type Changes = Readonly<Record<string, unknown>>;
  const changed = (json: Json, changes: Changes): unknown => {
    for (const [path, value] of Object.entries(changes)) {
      const names = path.split(".");
      const parent = names.slice(0, -1).reduce<Record<string, unknown>>((at, name) => at[name] as Record<string, unknown>, json as unknown as Record<string, unknown>);
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
    ["an amount as a number", { "issuers.0.instruments.0.unit": 1_000_000 }, /^deployment\.issuers\[0\]\.instruments\[0\]\.unit: must be a decimal string/],
    ["a unit of 0", { "issuers.2.unit": "0" }, /^deployment\.issuers\[2\]\.unit: must be at least 1/],
    ["lots beyond a holding's width", { "issuers.0.instruments.0.mostLots": String(2n ** 38n) }, /mostLots: must be below 2\^38/],
    ["least lots above the most", { "issuers.0.instruments.0.leastLots": "1000001" }, /^deployment\.issuers\[0\]\.instruments\[0\]\.leastLots: must be at most 1000000/],
    ["serials out of order", { "issuers.0.instruments.1.serial": 3 }, /instruments\[1\]\.serial: must be 2/],
    ["a token twice", ({ issuers }) => ({ "issuers.0.instruments.1.token": issuers[0]!.instruments![0]!.token }), /instruments\[1\]\.token: must not be taken twice/],
    ["no address", { "issuers.1.engine": "0x12" }, /^deployment\.issuers\[1\]\.engine: must be an Ethereum address/],
    ["the zero address", { "chains.1.guardian": `0x${"00".repeat(20)}` }, /^deployment\.chains\[1\]\.guardian: must not be the zero address/],
    ["two thirds alone", (json) => ({ reporters: { members: json.reporters.members.slice(0, 3), threshold: 2 } }), /^deployment\.reporters\.threshold: must be more than two thirds of 3/],
    ["more than all", { "attestors.threshold": 5 }, /^deployment\.attestors\.threshold: must be at most 4/],
    ["a signer twice", (json) => ({ "attestors.members.1": json.attestors.members[0] }), /^deployment\.attestors\.members\[1\]: must not be there twice/],
    ["an issuer id twice", { "issuers.1.id": 1 }, /^deployment\.issuers\[1\]\.id: must not be taken twice/],
    ["an issuer of no chain", { "issuers.1.chain": "west" }, /^deployment\.issuers\[1\]\.chain: must be one of the chains/],
    ["a home that is no chain", { home: "west" }, /^deployment\.home: must be one of the chains/],
    ["a chain id twice", { "chains.1.chainId": 31337 }, /^deployment\.chains\[1\]\.chainId: must not be taken twice/],
    ["a batch deeper than the tree", { "issuers.1.batchDepth": 4 }, /^deployment\.issuers\[1\]\.batchDepth: must be below 4/],
    ["a pair without room for its release", { "issuers.2.creditSerial": 65_535 }, /^deployment\.issuers\[2\]\.creditSerial: must be at most 65534/],
    ["proofs that are never good", { "issuers.2.times.validity": 0 }, /^deployment\.issuers\[2\]\.times\.validity: must be at least 1/],
    ["a committee off the curve", { "committee.1.0": "5" }, /^deployment\.committee\[1\]: must be a point/],
    ["tiers of other trees", { tiers: ["T", "M"] }, /^deployment\.tiers: must share trees/],
    ["tier L without its exits", { tiers: ["L"] }, /^deployment\.tiers: must have M beside L/],
    ["the tiny tier where value is", { "chains.0.chainId": 10, "chains.0.owner": LOCKED }, /^deployment\.chains\[0\]\.chainId: must be a local chain's while tier T/],
    ["an owner who needn't wait where value is", { tiers: ["M"], "chains.0.chainId": 31_347 }, /^deployment\.chains\[0\]\.owner: must be a timelock on chain 31347/],
    ["a timelock without a guardian", { "chains.0.owner": LOCKED, "chains.0.guardian": undefined }, /^deployment\.chains\[0\]\.guardian: must be present/],
    ["a timelock that nobody proposes to", { "chains.0.owner": { timelockSeconds: 1, proposers: [] } }, /^deployment\.chains\[0\]\.owner\.proposers: must not be empty/],
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
    ["a token that is no contract", () => config(({ issuers }) => { issuers[0]!.instruments![0]!.token = GUARDIAN.address; }), /^deployment\.issuers\[0\]\.instruments\[0\]\.token: must be a contract on north/],
    ["an asset of another chain", () => config(({ issuers }) => { issuers[2]!.asset = issuers[0]!.instruments![1]!.token; }), /^deployment\.issuers\[2\]\.asset: must be a contract on south/],
    ["a guardian whom only others can appoint", () => config(({ chains }) => { chains[0]!.owner = PROPOSER.address; }), /^deployment\.chains\[0\]\.guardian: must be absent/],
    ["the deployer as proposer", () => config(({ chains }) => { chains[0]!.owner = { timelockSeconds: 1, proposers: [local.deployer.address] }; }), /^deployment\.chains\[0\]\.owner\.proposers\[0\]: must not be the deployer/],
  ])("sends nothing for %s", async (_, of, error) => {
    const before = await nonces();
    await expect(run(of())).rejects.toThrow(error);
    expect(await nonces()).toEqual(before);
  });

  it("sends nothing with development keys when one chain isn't local", async () => {
    const optimism = await startAnvil({ chainId: 10 });
    try {
      const of = config();
      const chains = of.chains.map((chain) => (chain.name === "south" ? { ...chain, chainId: 10 } : chain));
      const before = await nonces();
      const attempt = deploy({ ...of, chains }, { endpoints: { ...local.endpoints, south: optimism.url }, deployer: local.deployer });
      await expect(attempt).rejects.toThrow(/^deployment\.chains\[2\]\.chainId: must be a local chain's: \w+\.T has a development key.*, got 10$/);
      expect(await nonces()).toEqual(before);
    } finally {
      await optimism.stop();
    }
  });
});

describe("progress", () => {
  it("killed at every kind of step, it ends in the network of an unbroken run, and one more run does nothing", async () => {
    const of = timelocked();
    const unbroken = await deploy(of, { endpoints: local.endpoints, deployer: local.deployer });
    const spent = await nonces();
    await onAll("evm_revert", (i) => [snapshots[i]]);
    snapshots = await onAll<string>("evm_snapshot");

    // One step in the first run, two in the second, and so on: dies before sending, before it knows, and after.
    const died = new Set<string>();
    let network: Network | undefined;
    for (let life = 1; network === undefined; life++) {
      let last: DeploymentStep | undefined;
      const die = mortal(life);
      network = await run(of, (step) => { last = step; die(); }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        died.add(last!.stage);
        return undefined;
      });
    }
    expect([...died].sort()).toEqual(["mined", "sending", "sent"]);
    expect(encodeNetwork(network)).toBe(encodeNetwork(unbroken));
    expect(await nonces()).toEqual(spent);
    expect(await wrongFacts(of, network)).toEqual([]);

    const again = await run(of, () => { throw new Killed(); });
    expect(encodeNetwork(again)).toBe(encodeNetwork(network));
    expect(await nonces()).toEqual(spent);
  });

  it("a deployed contract's config can't change, another's can", async () => {
    await expect(run(config(), ({ what, stage }) => { if (what === "RiskBook" && stage === "mined") throw new Killed(); })).rejects.toThrow(Killed);
    await expect(run(config(({ chains }) => { chains[0]!.riskBook.overlap = 601; }))).rejects.toThrow(/^deployment: home\.RiskBook: must be as it was deployed at 0x\w+, with other arguments/);
    await expect(run(config(({ reporters }) => { reporters.members.pop(); }))).rejects.toThrow(/home\.RiskBook/);
    await expect(run(config(({ issuers }) => { issuers.pop(); }))).rejects.toThrow(/^north: desk-north: must stay/);
    await expect(run(config(({ chains, issuers }) => { chains.pop(); issuers.splice(1, 3); }))).rejects.toThrow(/must stay/);
    const changed = config((json) => { json.foldInterval = 301; });
    const network = await run(changed);
    expect(await wrongFacts(changed, network)).toEqual([]);
    await expect(run(config())).rejects.toThrow(/home\.AccountRegistry: must be as it was deployed/);
  });

  it("what a chain lets go of is deployed again, at the same addresses", async () => {
    const before = await local.chains.south.rpc<string>("evm_snapshot");
    const network = await run(config());
    await local.chains.south.rpc("evm_revert", [before]);
    expect(await wrongFacts(config(), network)).not.toEqual([]);
    const again = await run(config());
    expect(encodeNetwork(again)).toBe(encodeNetwork(network));
    expect(await wrongFacts(config(), again)).toEqual([]);
  });

  it("another deployer can't go on, nor can one whose nonces went elsewhere, nor on a chain that was begun anew", async () => {
    for (let block = 0; block < 3; block++) await local.chains.south.rpc("evm_mine");
    await expect(run(config(), ({ what, stage }) => { if (what === "RiskBook" && stage === "mined") throw new Killed(); })).rejects.toThrow(Killed);
    const other = deploy(config(({ chains }) => { for (const chain of chains) { chain.owner = PROPOSER.address; delete chain.guardian; } }), { endpoints: local.endpoints, deployer: PROPOSER, progressPath: progressPath() });
    await expect(other).rejects.toThrow(/progress\.json\.deployer: must be 0x/);

    await send(local.tokens.north.btc, "mint", local.deployer.address, 1n);
    await expect(run(config())).rejects.toThrow(/^north: Poseidon2 isn't at 0x\w+, though the deployer's nonce \d+ is used/);

    // The same token at the same address, on a chain with fewer blocks than were final.
    const south = await startChain(31339);
    await south.deploy("Token", 6);
    try {
      const elsewhere = deploy(config(), { endpoints: { ...local.endpoints, south: south.url }, deployer: local.deployer, progressPath: progressPath() });
      await expect(elsewhere).rejects.toThrow(/^south: the chain must have block \d+, final when the deployment began: it was begun anew/);
    } finally {
      await south.stop();
    }
  });
});

describe("owners", () => {
  it("a timelock owns everything; the deployer owns nothing; guardians pause at once, proposers unpause with a delay", async () => {
    const network = await run(timelocked());
    const { abi } = (await compileContracts())["TimelockController"]!;
    for (const name of LOCAL_CHAINS) {
      const { riskBook } = chainNamed(network, name);
      const chain = local.chains[name];
      const at = (who: Wallet): Contract => new Contract(riskBook, ABI.RiskBook, who.connect(chain.provider));
      const timelock = (who: Wallet): Contract => new Contract(owner, abi, who.connect(chain.provider));
      const owner = await at(GUARDIAN).getFunction("owner")() as string;
      for (const method of ["pause", "renounceOwnership"]) expect(await refusal(at(local.deployer), method)).toMatch(/NotGuardian|OwnableUnauthorizedAccount/);
      const unpause = [riskBook, 0, new Interface(ABI.RiskBook).encodeFunctionData("unpause"), ZeroHash, ZeroHash];
      expect(await refusal(timelock(local.deployer), "schedule", ...unpause, DELAY)).toBe("AccessControlUnauthorizedAccount");
      await send(at(GUARDIAN), "pause");
      expect(await refusal(at(GUARDIAN), "unpause")).toBe("OwnableUnauthorizedAccount");
      expect(await refusal(timelock(PROPOSER), "schedule", ...unpause, DELAY - 1)).toBe("TimelockInsufficientDelay");
      await send(timelock(PROPOSER), "schedule", ...unpause, DELAY);
      expect(await refusal(timelock(PROPOSER), "execute", ...unpause)).toBe("TimelockUnexpectedOperationState");
      await chain.rpc("evm_increaseTime", [DELAY]);
      await chain.rpc("evm_mine");
      expect(await refusal(timelock(local.deployer), "execute", ...unpause)).toBe("AccessControlUnauthorizedAccount");
      await send(timelock(PROPOSER), "execute", ...unpause);
      expect(await at(GUARDIAN).getFunction("paused")()).toBe(false);
    }
  });

  it("a desk may be its lender's own", async () => {
    const of = config(({ issuers }) => { issuers[2]!.owner = PROPOSER.address; });
    const network = await run(of);
    expect(await wrongFacts(of, network)).toEqual([]);
    const desk = local.chains.south.at("CreditDesk", issuerNamed(network, "desk-south").contract);
    expect(await desk.getFunction("owner")()).toBe(PROPOSER.address);
  });
});

it("an issuer on the home chain is read without a mirror", async () => {
  const token = await local.chains.home.deploy("Token", 6);
  const address = await token.getAddress();
  const of = config(({ issuers }) => {
    const vault = structuredClone(issuers[3]!);
    issuers.push({ ...vault, id: 6, name: "vault-home", chain: "home", instruments: [{ ...vault.instruments![0]!, token: address }] });
  });
  const network = await run(of);
  expect(await wrongFacts(of, network)).toEqual([]);
  const vault = local.chains.home.at("CollateralVault", issuerNamed(network, "vault-home").contract);
  await send(token, "mint", local.deployer.address, 10n ** 9n);
  await send(token, "approve", await vault.getAddress(), 10n ** 9n);
  await send(vault, "deposit", 1, 5, 12345n);
  const notes = local.chains.home.at("IssuerNotes", network.issuerNotes);
  await send(notes, "join", 6);
  expect(await notes.getFunction("issuerRoot")(6)).toBe(await vault.getFunction("currentRoot")(ROOT_SLOTS.notes));
});

describe("check", () => {
  it("finds what isn't as the config says", async () => {
    const of = config();
    const network = await run(of);
    const json = JSON.parse(encodeNetwork(network)) as any;
    const altered = (change: (network: any) => void): Network => {
      const copy = structuredClone(json);
      change(copy);
      return parseNetwork(copy);
    };
    const vaults = altered(({ issuers }) => { [issuers[0].contract, issuers[3].contract] = [issuers[3].contract, issuers[0].contract]; });
    expect(await wrongFacts(of, vaults)).toEqual(["home IssuerNotes.issuers", "north vault-north.code", "south vault-south.code"]);
    const desks = altered(({ issuers }) => { issuers[2].contract = issuers[1].contract; });
    expect(await wrongFacts(of, desks)).toEqual(["home IssuerNotes.issuers", "south desk-south.code"]);
    const books = altered(({ chains }) => { chains[2].riskBook = issuerNamed(network, "desk-south").contract; });
    expect(await wrongFacts(of, books)).toEqual(expect.arrayContaining(["south RiskBook.code", "south venue-south.riskBook"]));
    expect(await wrongFacts(of, altered((copy) => { copy.keys = "ceremony"; }))).toEqual([" network file.keys"]);
    expect(await wrongFacts(of, altered(({ issuers }) => { issuers[0].id = 9; }))).toEqual([" network file.issuers"]);

    const rules: [change: (json: Json) => void, facts: string[]][] = [
      [({ chains }) => { chains[1]!.riskBook.calmMove = 9_999; }, ["north RiskBook.calmMove"]],
      [({ chains }) => { chains[1]!.rootMirror.freshFor = 7_201; }, ["north RootMirror of home.freshFor"]],
      [({ chains }) => { chains[0]!.guardian = GUARDIAN.address; }, ["home RiskBook.guardian", "home AccountRegistry.guardian"]],
      [({ chains }) => { chains[2]!.owner = GUARDIAN.address; }, ["RiskBook", "RootMirror of home", "venue-south", "desk-south"].map((key) => `south ${key}.owner`)],
      [(json) => { json.foldInterval = 299; json.notesWindow = 1; }, ["home AccountRegistry.foldInterval", "home IssuerNotes.window"]],
      [({ issuers }) => { issuers[0]!.instruments![1]!.windowLots = "7"; }, ["north vault-north.instrumentAt(2)"]],
      [({ issuers }) => { issuers[0]!.instruments!.pop(); }, ["north vault-north.instruments"]],
      [({ issuers }) => { issuers[1]!.creditSerial = 8; }, ["south venue-south.creditInstrument", "south venue-south.releaseInstrument"]],
      [({ issuers }) => { issuers[1]!.times!.grace = 1; }, ["south venue-south.grace"]],
      [({ attestors }) => { attestors.members.reverse(); }, ["home RootMirror of north", "home RootMirror of south", "north RootMirror of home", "south RootMirror of home"].map((of) => `${of}.signersOf(1)`)],
    ];
    for (const [change, facts] of rules) expect(await wrongFacts(config(change), network)).toEqual(facts);
  });

  it("the command deploys, checks, and exits with 1 for a file that lies; it never shows the key", async () => {
    const [file, out] = [join(folder, "deployment.json"), join(folder, "network.json")];
    await writeFile(file, JSON.stringify(local.json));
    const endpoints = Object.fromEntries(LOCAL_CHAINS.map((name) => [`PLIMSOLL_RPC_${name.toUpperCase()}`, local.endpoints[name]]));
    const command = (key: Record<string, string>, ...more: string[]): Promise<{ code: number | null; text: string }> => new Promise((resolve) => {
      const child = spawn(process.execPath, ["--import", "tsx", "scripts/deploy.ts", "--config", file, "--out", out, ...more], { env: { ...process.env, ...endpoints, ...key } });
      let text = "";
      for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => { text += String(chunk); });
      child.once("close", (code) => resolve({ code, text }));
    });
    expect(await command({})).toMatchObject({ code: 1, text: expect.stringContaining("--key: must name the deployer's key file") });
    const deployed = await command({ PLIMSOLL_ETH_KEY: local.deployer.privateKey });
    expect(deployed).toMatchObject({ code: 0, text: expect.stringMatching(/all \d+ facts are as the config says/) });
    expect(deployed.text).not.toContain(local.deployer.privateKey.slice(2));
    const network = parseNetwork(JSON.parse(await readFile(out, "utf8")));
    expect(network.issuers).toHaveLength(5);
    expect(await command({}, "--check")).toMatchObject({ code: 0 });
    await writeFile(out, encodeNetwork({ ...network, registry: network.issuerNotes }));
    expect(await command({}, "--check")).toMatchObject({ code: 1, text: expect.stringMatching(/code: must be of this build, is another/) });
  });
});
