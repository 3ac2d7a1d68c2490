/**
 * A deployment is killed between any two steps and ends in the same network; it hands over to owners who wait, and tells a
 * network that isn't what its config says.
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Contract, Interface, ZeroHash, type Wallet } from "ethers";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ABI } from "../../src/chain/abi.ts";
import { ROOT_SLOTS } from "../../src/chain/calls.ts";
import { chainNamed, encodeNetwork, issuerNamed, parseNetwork, type Network } from "../../src/chain/network.ts";
import type { DeploymentConfig } from "../../scripts/deploy/config.ts";
import { deploy, type DeploymentStep } from "../../scripts/deploy/deploy.ts";
import { isTrue } from "../../scripts/deploy/facts.ts";
import { checkNetwork } from "../../scripts/deploy/verify.ts";
import { compileContracts } from "../../scripts/solidity.ts";
import { refusal, send, startChain } from "../support/chain.ts";
import { LOCAL_CHAINS, localChains, snapshot, type LocalChains } from "../support/localNetwork.ts";
import { GUARDIAN, PROPOSER, changedConfig, nonces, type Json } from "./support/deployments.ts";

const DELAY = 86_400;
let local: LocalChains;
let folder: string;

beforeAll(async () => {
  local = await localChains();
});
afterAll(() => local?.stop());
/** Every test begins with the same chains, and with no progress. */
beforeEach(() => snapshot(local));
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-deploy-"));
  return () => rm(folder, { recursive: true });
});

const config = (change?: (json: Json) => void): DeploymentConfig => changedConfig(local, change);
/** Every chain's owner is a timelock of its own. */
const timelocked = (): DeploymentConfig =>
  config(({ chains }) => {
    for (const chain of chains)
      [chain.owner, chain.guardian] = [{ timelockSeconds: DELAY, proposers: [PROPOSER.address] }, GUARDIAN.address];
  });
const progressPath = (): string => join(folder, "progress.json");
const run = (of: DeploymentConfig, onStep?: (step: DeploymentStep) => void): Promise<Network> =>
  deploy(of, {
    endpoints: local.endpoints,
    deployer: local.deployer,
    progressPath: progressPath(),
    ...(onStep === undefined ? {} : { onStep }),
  });
class Killed extends Error {}
/** Lives through so many steps. */
const mortal = (steps: number) => (): void => {
  if (--steps === 0) throw new Killed();
};
const wrongFacts = async (of: DeploymentConfig, network: Network): Promise<string[]> =>
  (await checkNetwork(of, network, local.endpoints))
    .filter((fact) => !isTrue(fact))
    .map(({ chain, key, what }) => `${chain} ${key}.${what}`);

describe("progress", () => {
  it("killed at every kind of step, it ends in the network of an unbroken run, and one more run does nothing", async () => {
    const of = timelocked();
    const back = await snapshot(local);
    const unbroken = await deploy(of, { endpoints: local.endpoints, deployer: local.deployer });
    const spent = await nonces(local);
    await back();

    // One step in the first run, two in the second, and so on: dies before sending, before it knows, and after.
    const died = new Set<string>();
    let network: Network | undefined;
    for (let life = 1; network === undefined; life++) {
      let last: DeploymentStep | undefined;
      const die = mortal(life);
      network = await run(of, (step) => {
        last = step;
        die();
      }).catch((error: unknown) => {
        if (!(error instanceof Killed)) throw error;
        died.add(last!.stage);
        return undefined;
      });
    }
    expect([...died].sort()).toEqual(["mined", "sending", "sent"]);
    expect(encodeNetwork(network)).toBe(encodeNetwork(unbroken));
    expect(await nonces(local)).toEqual(spent);
    expect(await wrongFacts(of, network)).toEqual([]);

    const again = await run(of, () => {
      throw new Killed();
    });
    expect(encodeNetwork(again)).toBe(encodeNetwork(network));
    expect(await nonces(local)).toEqual(spent);
  });

  it("a deployed contract's config can't change, another's can", async () => {
    await expect(
      run(config(), ({ what, stage }) => {
        if (what === "RiskTable" && stage === "mined") throw new Killed();
      }),
    ).rejects.toThrow(Killed);
    await expect(
      run(
        config(({ chains }) => {
          chains[0]!.riskTable.overlap = 601;
        }),
      ),
    ).rejects.toThrow(/^deployment: home\.RiskTable: must be as it was deployed at 0x\w+, with other arguments/);
    await expect(
      run(
        config(({ reporters }) => {
          reporters.members.pop();
        }),
      ),
    ).rejects.toThrow(/home\.RiskTable/);
    await expect(
      run(
        config(({ issuers }) => {
          issuers.pop();
        }),
      ),
    ).rejects.toThrow(/^north: desk-north: must stay/);
    await expect(
      run(
        config(({ chains, issuers }) => {
          chains.pop();
          issuers.splice(1, 3);
        }),
      ),
    ).rejects.toThrow(/must stay/);
    const changed = config((json) => {
      json.receiveInterval = 301;
    });
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
    await expect(
      run(config(), ({ what, stage }) => {
        if (what === "RiskTable" && stage === "mined") throw new Killed();
      }),
    ).rejects.toThrow(Killed);
    const other = deploy(
      config(({ chains }) => {
        for (const chain of chains) {
          chain.owner = PROPOSER.address;
          delete chain.guardian;
        }
      }),
      { endpoints: local.endpoints, deployer: PROPOSER, progressPath: progressPath() },
    );
    await expect(other).rejects.toThrow(/progress\.json\.deployer: must be 0x/);

    await send(local.tokens.north.btc, "mint", local.deployer.address, 1n);
    await expect(run(config())).rejects.toThrow(
      /^north: Poseidon2 isn't at 0x\w+, though the deployer's nonce \d+ is used/,
    );

    // The same token at the same address, on a chain with fewer blocks than were final.
    const south = await startChain(31339);
    await south.deploy("Token", 6);
    try {
      const elsewhere = deploy(config(), {
        endpoints: { ...local.endpoints, south: south.url },
        deployer: local.deployer,
        progressPath: progressPath(),
      });
      await expect(elsewhere).rejects.toThrow(
        /^south: the chain must have block \d+, final when the deployment began: it was begun anew/,
      );
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
      const { riskTable } = chainNamed(network, name);
      const chain = local.chains[name];
      const at = (who: Wallet): Contract => new Contract(riskTable, ABI.RiskTable, who.connect(chain.provider));
      const timelock = (who: Wallet): Contract => new Contract(owner, abi, who.connect(chain.provider));
      const owner = (await at(GUARDIAN).getFunction("owner")()) as string;
      for (const method of ["pause", "renounceOwnership"])
        expect(await refusal(at(local.deployer), method)).toMatch(/NotGuardian|OwnableUnauthorizedAccount/);
      const unpause = [riskTable, 0, new Interface(ABI.RiskTable).encodeFunctionData("unpause"), ZeroHash, ZeroHash];
      expect(await refusal(timelock(local.deployer), "schedule", ...unpause, DELAY)).toBe(
        "AccessControlUnauthorizedAccount",
      );
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
    const of = config(({ issuers }) => {
      issuers[2]!.owner = PROPOSER.address;
    });
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
    issuers.push({
      ...vault,
      id: 6,
      name: "vault-home",
      chain: "home",
      instruments: [{ ...vault.instruments![0]!, token: address }],
    });
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
    const vaults = altered(({ issuers }) => {
      [issuers[0].contract, issuers[3].contract] = [issuers[3].contract, issuers[0].contract];
    });
    expect(await wrongFacts(of, vaults)).toEqual([
      "home IssuerNotes.issuers",
      "north vault-north.code",
      "south vault-south.code",
    ]);
    const desks = altered(({ issuers }) => {
      issuers[2].contract = issuers[1].contract;
    });
    expect(await wrongFacts(of, desks)).toEqual(["home IssuerNotes.issuers", "south desk-south.code"]);
    const tables = altered(({ chains }) => {
      chains[2].riskTable = issuerNamed(network, "desk-south").contract;
    });
    expect(await wrongFacts(of, tables)).toEqual(
      expect.arrayContaining(["south RiskTable.code", "south venue-south.riskTable"]),
    );
    expect(
      await wrongFacts(
        of,
        altered((copy) => {
          copy.keys = "ceremony";
        }),
      ),
    ).toEqual([" network file.keys"]);
    expect(
      await wrongFacts(
        of,
        altered(({ issuers }) => {
          issuers[0].id = 9;
        }),
      ),
    ).toEqual([" network file.issuers"]);

    const rules: [change: (json: Json) => void, facts: string[]][] = [
      [
        ({ chains }) => {
          chains[1]!.riskTable.calmMove = 9_999;
        },
        ["north RiskTable.calmMove"],
      ],
      [
        ({ chains }) => {
          chains[1]!.rootMirror.freshFor = 7_201;
        },
        ["north RootMirror of home.freshFor"],
      ],
      [
        ({ chains }) => {
          chains[0]!.guardian = GUARDIAN.address;
        },
        ["home RiskTable.guardian", "home AccountRegistry.guardian"],
      ],
      [
        ({ chains }) => {
          chains[2]!.owner = GUARDIAN.address;
        },
        ["RiskTable", "RootMirror of home", "venue-south", "desk-south"].map((key) => `south ${key}.owner`),
      ],
      [
        (json) => {
          json.receiveInterval = 299;
          json.notesWindow = 1;
        },
        ["home AccountRegistry.receiveInterval", "home IssuerNotes.window"],
      ],
      [
        ({ issuers }) => {
          issuers[0]!.instruments![1]!.windowLots = "7";
        },
        ["north vault-north.instrumentAt(2)"],
      ],
      [
        ({ issuers }) => {
          issuers[0]!.instruments!.pop();
        },
        ["north vault-north.instruments"],
      ],
      [
        ({ issuers }) => {
          issuers[1]!.creditSerial = 8;
        },
        ["south venue-south.creditInstrument", "south venue-south.releaseInstrument"],
      ],
      [
        ({ issuers }) => {
          issuers[1]!.times!.grace = 1;
        },
        ["south venue-south.grace"],
      ],
      [
        ({ attestors }) => {
          attestors.members.reverse();
        },
        [
          "home RootMirror of north",
          "home RootMirror of south",
          "north RootMirror of home",
          "south RootMirror of home",
        ].map((of) => `${of}.signersOf(1)`),
      ],
    ];
    for (const [change, facts] of rules) expect(await wrongFacts(config(change), network)).toEqual(facts);
  });

  it("the command deploys, checks, and exits with 1 for a file that lies; it never shows the key", async () => {
    const [file, out] = [join(folder, "deployment.json"), join(folder, "network.json")];
    await writeFile(file, JSON.stringify(local.json));
    const endpoints = Object.fromEntries(
      LOCAL_CHAINS.map((name) => [`PLIMSOLL_RPC_${name.toUpperCase()}`, local.endpoints[name]]),
    );
    const command = (key: Record<string, string>, ...more: string[]): Promise<{ code: number | null; text: string }> =>
      new Promise((resolve) => {
        const child = spawn(
          process.execPath,
          ["--import", "tsx", "scripts/deploy.ts", "--config", file, "--out", out, ...more],
          { env: { ...process.env, ...endpoints, ...key } },
        );
        let text = "";
        for (const stream of [child.stdout, child.stderr])
          stream.on("data", (chunk: Buffer) => {
            text += String(chunk);
          });
        child.once("close", (code) => resolve({ code, text }));
      });
    expect(await command({ PLIMSOLL_ETH_KEY: "" })).toMatchObject({
      code: 1,
      text: expect.stringContaining("--key: must name the deployer's key file"),
    });
    const deployed = await command({ PLIMSOLL_ETH_KEY: local.deployer.privateKey });
    expect(deployed).toMatchObject({ code: 0, text: expect.stringMatching(/all \d+ facts are as the config says/) });
    expect(deployed.text).not.toContain(local.deployer.privateKey.slice(2));
    const network = parseNetwork(JSON.parse(await readFile(out, "utf8")));
    expect(network.issuers).toHaveLength(5);
    expect(await command({}, "--check")).toMatchObject({ code: 0 });
    await writeFile(out, encodeNetwork({ ...network, registry: network.issuerNotes }));
    expect(await command({}, "--check")).toMatchObject({
      code: 1,
      text: expect.stringMatching(/code: must be of this build, is another/),
    });
  });
});
