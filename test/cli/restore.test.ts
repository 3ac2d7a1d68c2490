/** The command that gives everything back, in a process of its own with nothing but a keystore, a config and the chains. */
import { writeFile } from "node:fs/promises";
import { getAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { ownerOf } from "../../src/account/keys.ts";
import { encodeNetwork } from "../../src/chain/network.ts";
import { EXIT } from "../../src/cli/exitCodes.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { encryptKeys } from "../../src/wallet/keystore.ts";
import { localTable, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, KEYS, USDC } from "../support/world.ts";
import { Life } from "../wallet/support/life.ts";
import { Home, PASSPHRASE } from "./plimsoll.ts";

const RECIPIENT = getAddress("0x00000000000000000000000000000000000b0b01");

describe.skipIf(foundry("anvil") === undefined)("plimsoll restore", () => {
  const prover = snarkjsProver();
  let local: LocalNetwork;
  let home: Home;

  beforeAll(async () => {
    [home, local] = await Promise.all([Home.make(), localDeployment()]);
    const tree = await TableTree.build(localTable(), TIERS.T);
    await local.publishTable(tree.root, localTable().epoch);
    const life = await Life.begin(local, KEYS, prover, tree, 1);
    await life.deposit(BTC, 200n);
    await local.relayNotes("vault-north");
    await life.deposit(USDC, 50n);
    await life.receive();
    await life.spend({ kind: "collateral", instrument: BTC, lots: 30n, recipient: BigInt(life.address) });
    await life.spend({ kind: "collateral", instrument: BTC, lots: 5n, recipient: BigInt(RECIPIENT) });

    await writeFile(home.at("network.json"), encodeNetwork(local.network));
    await writeFile(
      home.at("config.json"),
      JSON.stringify({ format: "plimsoll-config", version: 1, network: "network.json", endpoints: local.endpoints }),
    );
    await writeFile(home.at("keystore.json"), await encryptKeys(KEYS, PASSPHRASE, 12));
    await writeFile(
      home.at("keeper.json"),
      await encryptKeys({ proveKey: KEYS.proveKey, spendLock: KEYS.spendLock }, PASSPHRASE, 12),
    );
  });
  afterAll(() => Promise.all([prover.close(), local.stop(), home.remove()]));

  const asJson = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { code, stdout, stderr } = await home.run(["restore", "--json", ...args]);
    expect(stderr).toBe("");
    expect(code).toBe(0);
    return JSON.parse(stdout) as Record<string, unknown>;
  };

  it("gives account, notes and exits back, a keeper's keystore as much as the trader's", async () => {
    const expected = {
      owner: String(ownerOf(KEYS)),
      tier: "T",
      slot: 0,
      version: 2,
      missing: [],
      warnings: [],
      lines: [],
      holdings: [{ instrument: BTC, size: "165" }],
      notes: [{ issuer: "vault-north", serial: "2", legs: [{ instrument: USDC, size: "50" }], arrived: false }],
      exits: [{ issuer: "vault-north", instrument: BTC, size: "30", stage: "queued", paid: "0", version: 1 }],
      unknownExits: [{ instrument: BTC, lots: "5", version: 2 }],
    };
    const restored = await asJson();
    expect(restored).toMatchObject(expected);
    expect(await asJson("--keystore", home.at("keeper.json"))).toEqual(restored);
    const told = await asJson("--recipient", RECIPIENT);
    expect(told).toMatchObject({ unknownExits: [], exits: [{ size: "30" }, { size: "5", recipient: RECIPIENT }] });
  });

  it("says it in words, and goes on without a chain whose node is down", async () => {
    const { code, stdout, stderr } = await home.run(["restore"], {
      PLIMSOLL_RPC_SOUTH: "http://127.0.0.1:1/?key=secret",
    });
    expect(code).toBe(0);
    expect(stdout).toContain("account at slot 0, tier T, version 2, 1 of 4 holdings");
    expect(stdout).toMatch(/note 2 of vault-north, on its way home/);
    expect(stdout).toContain("exits for an address that nobody named: say it with --recipient");
    expect(stdout).toMatch(/chains that are missing here.*\n {2}south/);
    expect(stderr).toContain("warning: south: the node didn't answer");
    expect(stdout + stderr).not.toContain("secret");
  });

  it("says no secret, whatever it shows", async () => {
    for (const args of [["restore"], ["restore", "--json"]]) {
      const { code, stdout, stderr } = await home.run(args);
      expect(code).toBe(0);
      for (const key of Object.values(KEYS)) expect(stdout + stderr).not.toContain(String(key));
    }
  });

  it("refuses an address that is none, and a home that can't be reached", async () => {
    expect(await home.run(["restore", "--recipient", "0x12"])).toMatchObject({
      code: EXIT.input,
      stderr: expect.stringContaining("recipients[0]: must be an Ethereum address") as string,
    });
    expect(await home.run(["restore"], { PLIMSOLL_RPC_HOME: "http://127.0.0.1:1" })).toMatchObject({
      code: EXIT.again,
      stderr: expect.stringContaining("home: the node didn't answer") as string,
    });
  });
});
