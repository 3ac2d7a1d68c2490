/** A trader's commands on three real chains, each in a process of its own: collateral in, a line, its end, collateral out. */
import { readdir, rm, writeFile } from "node:fs/promises";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { foundry } from "../../scripts/foundry.ts";
import { randomSpendKey, spendKeys } from "../../src/account/keys.ts";
import { encodeNetwork, issuerNamed } from "../../src/chain/network.ts";
import { CIRCUITS, TIERS } from "../../src/protocol/constants.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { build } from "../../src/setup/build.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { encryptKeys, writeKeystore } from "../../src/wallet/keystore.ts";
import { send } from "../support/chain.ts";
import { keepTable, nameOf } from "../support/listed.ts";
import { VENUE_CREDIT, localTable, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, RELEASE, USDC } from "../support/world.ts";
import { Home, PASSPHRASE, type Outcome } from "./plimsoll.ts";

const KEY = { PLIMSOLL_ETH_KEY: ANVIL_KEYS[1] };
const RECIPIENT = "0x00000000000000000000000000000000000b0b01";
type Shown = Record<string, never> & { [name: string]: unknown };

describe.skipIf(foundry("anvil") === undefined)("a trader on real chains", () => {
  let home: Home;
  let local: LocalNetwork;
  let tree: TableTree;

  beforeAll(async () => {
    await build(CIRCUITS.map((circuit) => ({ circuit, tier: "T" })));
    [home, local] = await Promise.all([Home.make(), localDeployment()]);
    tree = await TableTree.build(localTable(), TIERS.T);
    await local.publishTable(tree.root, tree.table.epoch);
    await keepTable(home.at("cache", "tables"), tree);
    const { chains, tokens, network, endpoints } = local;
    for (const [chain, token] of [
      ["north", tokens.north.btc],
      ["north", tokens.north.usdc],
      ["south", tokens.south.usdc],
    ] as const) {
      await send(token, "mint", chains[chain].addresses[1], 10n ** 13n);
    }
    const desk = issuerNamed(network, "desk-south").contract;
    await send(tokens.south.usdc, "mint", chains.south.addresses[0], 10n ** 12n);
    await send(tokens.south.usdc, "approve", desk, 10n ** 12n);
    await send(chains.south.at("CreditDesk", desk), "fund", 10n ** 12n);

    await writeFile(home.at("network.json"), encodeNetwork(network));
    await writeFile(
      home.at("config.json"),
      JSON.stringify({ format: "plimsoll-config", version: 1, network: "network.json", endpoints }),
    );
    await writeKeystore(
      new FileStore(home.folder),
      "keystore.json",
      await encryptKeys(spendKeys(randomSpendKey()), PASSPHRASE, 12),
    );
  });
  afterAll(async () => {
    await local.stop();
    await home.remove();
  });

  const run = (...args: string[]): Promise<Outcome> => home.run(args, KEY);
  async function json(...args: string[]): Promise<Shown> {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout) as Shown;
  }
  function refused({ code, stdout, stderr }: Outcome, exit: number, message: string): void {
    expect([code, stdout]).toEqual([exit, ""]);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain(ANVIL_KEYS[1].slice(2));
  }
  /** A command that waits for relayers, who look again and again. */
  async function relayed(...args: string[]): Promise<Shown> {
    const { outcome } = home.start([...args, "--json"], KEY);
    let ended = false;
    void outcome.finally(() => (ended = true));
    while (!ended) {
      await local.relayHome();
      await setTimeout(500);
    }
    const { code, stdout, stderr } = await outcome;
    expect([code, stderr]).toEqual([0, ""]);
    return JSON.parse(stdout) as Shown;
  }
  const balance = (account: string): Promise<bigint> =>
    local.tokens.south.usdc.getFunction("balanceOf")(account) as Promise<bigint>;
  const trader = (): string => local.chains.south.addresses[1];

  it("puts collateral in, and refuses what isn't there", async () => {
    refused(await run("deposit", "nothing=1"), 2, "must be listed in the risk table");
    refused(await run("deposit", `${nameOf(BTC)}=-1`), 2, "must be above 0");
    refused(await run("receive", "--tier", "M"), 2, "tier: must be one that the network verifies: T");
    refused(
      await run("receive"),
      2,
      "notes: none has arrived at home that could be received; --empty opens the account all the same, for 590,000 gas",
    );
    refused(await run("margin", "--account"), 2, "account: must be open; plimsoll receive opens it");
    const deposited = await json("deposit", `${nameOf(BTC)}=200`);
    expect(deposited["transactions"]).toMatchObject([
      { chain: "north", what: "IERC20Metadata.approve" },
      { chain: "north", what: "CollateralVault.deposit" },
    ]);
    await json("deposit", `${nameOf(USDC)}=1000`);
    expect((await json("status"))["attention"]).toMatchObject([
      { urgency: "idle", what: "2 notes are on the way home" },
    ]);
    await local.relayNotes("vault-north");
    expect((await json("status"))["attention"]).toMatchObject([
      { what: "2 notes wait to be received", command: "plimsoll receive" },
    ]);
    expect(await json("receive")).toMatchObject({ version: 0 });
    refused(await run("receive"), 2, "notes: none has arrived at home that could be received");
  });

  it("says when it may receive again, before it proves, and stops waiting when interrupted", async () => {
    await json("deposit", `${nameOf(USDC)}=1`);
    await local.relayNotes("vault-north");
    refused(await run("receive"), 5, "account: was received into so recently that it must wait, until 20");
    const { child, outcome } = home.start(["receive", "--wait"], KEY);
    let told = "";
    await new Promise<void>((resolve) =>
      child.stderr!.on("data", (text: Buffer) => (told += text.toString()).includes("waiting for ") && resolve()),
    );
    child.kill("SIGINT");
    expect(await outcome).toMatchObject({
      code: 130,
      stdout: "",
      stderr: expect.stringMatching(
        /^waiting for the time from which the account may receive again, 20\S+Z\nerror: interrupted\n$/,
      ) as string,
    });
    expect(await readdir(home.folder)).not.toContain(".lock");
    await local.pass(300);
    expect(await json("receive", "--wait")).toMatchObject({ version: 1 });
  });

  it("measures the registered account as status does", async () => {
    const { equity, requirement } = await json("status");
    expect(await json("margin", "--account")).toMatchObject({ equity, requirement, format: "plimsoll-margin" });
  });

  it("opens a line, draws within it and no further", async () => {
    refused(await run("draw", "1", "--issuer", "desk-south"), 2, "line: must be open at desk-south");
    refused(await run("open-line", `${nameOf(CREDIT)}=49999999`), 2, "must leave a net debt of at most");
    expect(await relayed("open-line", `${nameOf(CREDIT)}=5000`)).toMatchObject({ version: 2 });
    // Asked for again it finds the line there: nothing is booked twice.
    expect(await relayed("open-line", `${nameOf(CREDIT)}=5000`)).toMatchObject({ version: 2 });
    const before = await balance(trader());
    refused(await run("draw", "5000", "--issuer", "desk-south"), 1, "CreditDesk.draw: BeyondLine");
    refused(
      await run("draw", "0.0000001", "--issuer", "desk-south"),
      2,
      "amount: must be a decimal with at most 6 places",
    );
    await json("draw", "4000.5", "--issuer", "desk-south");
    expect(await balance(trader())).toBe(before + 4_000_500_000n);
    await json("refresh", "--issuer", "desk-south");
    await json("refresh", "--issuer", "3", "--maintenance");
    expect((await json("status"))["lines"]).toMatchObject([
      {
        issuer: "desk-south",
        chain: "south",
        status: "open",
        booked: "5000",
        released: "0",
        owed: expect.stringMatching(/^40005\d{5}$/) as string,
        amounts: { unit: "USD", booked: "5000", usable: "5000", owed: expect.stringMatching(/^4000\.5\d*$/) as string },
      },
    ]);
    const text = (await run("status")).stdout;
    expect(text).toMatch(/account 0, tier T, version 2, 3 of 4 holdings\n {2}equity [\d,.]+ USD, required/);
    expect(text).toMatch(
      /line at desk-south: open, booked 5,000 USD, released 0 USD, usable 5,000 USD, owes 4,000\.5\d* \S+, good until \S+Z \(in \d+ (?:h|min)\), grace until/,
    );
  });

  it("warns of what runs out, most urgent first", async () => {
    await local.pass(8_000);
    const { stdout } = await run("status");
    expect(stdout).toMatch(
      /next:\n {2}now {3}the proof at desk-south is over and grace runs \(\S+\): plimsoll refresh --issuer desk-south\n/,
    );
    refused(await run("refresh", "--issuer", "desk-south"), 1, "CreditDesk.prove: Stale");
    await local.publishTable((await freshTable()).root, tree.table.epoch + 1);
    await local.relayHome();
    await json("refresh", "--issuer", "desk-south");
  });

  it("repays, releases, closes, and takes collateral out", async () => {
    await json("repay", "--issuer", "desk-south");
    refused(await run("repay", "--issuer", "desk-south"), 2, "nothing is owed to desk-south");
    refused(await run("close-line", "--issuer", "desk-south"), 1, "CreditDesk.close: StillOpen");
    await json("release", `${nameOf(CREDIT)}=2000`, "--issuer", "desk-south");
    await json("release", "--issuer", "desk-south");
    await local.relayNotes("desk-south");
    await json("receive");
    expect((await json("status"))["holdings"]).toContainEqual(
      expect.objectContaining({ instrument: RELEASE, size: "5000" }),
    );
    await json("close-line", "--issuer", "desk-south");
    expect((await json("status"))["holdings"]).toMatchObject([
      { instrument: BTC, size: "200" },
      { instrument: USDC, size: "1001" },
    ]);
    refused(
      await run("withdraw", `${nameOf(BTC)}=201`),
      2,
      `${nameOf(BTC)}: must be at most the 200 USD held, got "201 USD"`,
    );
    const vault = issuerNamed(local.network, "vault-north").contract;
    const withdrawal = home.start(["withdraw", `${nameOf(BTC)}=120`, "--recipient", RECIPIENT, "--json"], KEY);
    let ended = false;
    void withdrawal.outcome.finally(() => (ended = true));
    while (!ended) {
      const registry = local.chains.home.at("AccountRegistry", local.network.registry);
      if (((await registry.getFunction("queuedExits")()) as bigint) > 0n) await send(registry, "addExits", 8);
      await local.relayHome();
      await setTimeout(500);
    }
    expect((await withdrawal.outcome).code).toBe(0);
    expect(await local.tokens.north.btc.getFunction("balanceOf")(RECIPIENT)).toBe(120_000_000n);
    expect(await local.tokens.north.btc.getFunction("balanceOf")(vault)).toBe(80_000_000n);
  });

  it("opens a line at a venue, which learns the key to encrypt its notes to", async () => {
    await relayed("open-line", `${nameOf(VENUE_CREDIT)}=100`);
    const {
      chains: { south },
      network,
    } = local;
    const venue = south.at("VenueOutbox", issuerNamed(network, "venue-south").contract);
    expect(await venue.queryFilter("NoteKeySet")).toMatchObject([
      { args: [expect.anything(), expect.stringMatching(/^0x[0-9a-f]{64}$/)] },
    ]);
  });

  it("restores the same from the keystore alone", async () => {
    const { holdings, lines, version } = await json("status");
    await rm(home.at("cache"), { recursive: true });
    await keepTable(home.at("cache", "tables"), await freshTable());
    const restored = await json("restore");
    expect(restored).toMatchObject({ version });
    expect(await json("status")).toMatchObject({ holdings, version });
    expect(lines).toMatchObject([
      { issuer: "venue-south", status: "open" },
      { issuer: "desk-south", status: "closed" },
    ]);
  });

  /** The same rows a little dearer, as of the next epoch. */
  async function freshTable(): Promise<TableTree> {
    const table = localTable();
    const next = await TableTree.build(
      {
        ...table,
        epoch: table.epoch + 1,
        rows: table.rows.map((row) => (row.instrument === BTC ? { ...row, chargeShort: row.chargeShort + 1n } : row)),
      },
      TIERS.T,
    );
    await keepTable(home.at("cache", "tables"), next);
    return next;
  }
});
