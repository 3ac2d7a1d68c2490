/**
 * plimsoll notes and plimsoll desk: a venue's engine that posts each batch once, whatever happens to it; and what desks and
 * venues see of their aliases.
 */
import { readFile, stat, writeFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ANVIL_KEYS } from "../../scripts/anvil.ts";
import { foundry } from "../../scripts/foundry.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { issuerNamed } from "../../src/chain/network.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { localProver } from "../../src/prover/backends.ts";
import { TableTree } from "../../src/risk/tree.ts";
import { send } from "../support/chain.ts";
import { nameOf } from "../support/listed.ts";
import {
  VENUE_CREDIT,
  VENUE_RELEASE,
  localTable,
  localDeployment,
  type LocalNetwork,
} from "../support/localNetwork.ts";
import { BTC, CASH, CREDIT, DESK, KEYS, PERP, VENUE } from "../support/world.ts";
import { Life } from "../wallet/support/life.ts";
import { chainHome, giveTable, isPending, until } from "./chainHome.ts";
import type { Home, Outcome } from "./plimsoll.ts";

const alias = aliasOf(ownerOf(KEYS), VENUE);
const prover = localProver();
let local: LocalNetwork;
let trader: Life;
let home: Home;

interface Posted {
  batch: number;
  already: boolean;
  unencrypted: string[];
  record: string;
}

/** Writes a batch file and says how to post it. */
async function batch(id: string, posting: object = {}, more: object = {}): Promise<string[]> {
  const json = {
    format: "plimsoll-batch",
    version: 1,
    id,
    ...more,
    postings: [
      {
        alias: String(alias),
        legs: [`${nameOf(PERP)}=-5`, `${nameOf(CASH)}=3000`],
        released: "100",
        unreceived: "600",
        exposed: true,
        ...posting,
      },
    ],
  };
  await writeFile(home.at(`${id}.json`), JSON.stringify(json));
  return ["notes", "post", home.at(`${id}.json`), "--issuer", "venue-south", "--json"];
}
const posted = ({ code, stdout, stderr }: Outcome): Posted => {
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Posted;
};
const refused = (outcome: Outcome, why: RegExp): void => {
  expect(outcome.stderr).toMatch(why);
  expect(outcome.code).toBe(2);
};
const batches = async (): Promise<number> => {
  const { contract } = issuerNamed(local.network, VENUE);
  return (await local.chains.south.at("VenueOutbox", contract).queryFilter("BatchPosted")).length;
};
const shown = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await home.run([...args, "--json"]);
  expect([stderr, code]).toEqual(["", 0]);
  return JSON.parse(stdout) as Record<string, unknown>;
};

describe.skipIf(foundry("anvil") === undefined)("issuers on real chains", () => {
  beforeAll(async () => {
    local = await localDeployment();
    home = await chainHome(local, ANVIL_KEYS[0]);
    const table = await TableTree.build(localTable(), TIERS.T);
    await giveTable(home, table);
    await local.publishTable(table.root, table.table.epoch);
    trader = await Life.begin(local, KEYS, prover, table, 1);
    await trader.deposit(BTC, 200n);
    await local.relayNotes("vault-north");
    await trader.receive();
    await trader.spend({ kind: "credit", instrument: VENUE_CREDIT, lots: 2_000n });
    await trader.spend({ kind: "credit", instrument: CREDIT, lots: 1_000n });
    await local.relayHome();
  });
  afterAll(() => Promise.all([prover.close(), local.stop(), home.remove()]));

  it("refuses what the contract would, before anything is sent, and names it", async () => {
    refused(
      await home.run(await batch("early")),
      /batch.postings\[0\].alias: must have an open line here; its is none/,
    );
    await trader.authorise("venue-south", VENUE_CREDIT);
    await trader.authorise("desk-south", CREDIT);
    refused(
      await home.run(await batch("beyond", { released: "1500", unreceived: "501" })),
      /batch.postings\[0\]: must stay within the line of 2000 lots: 0 are released, and with 1500 more and 501 unreceived it takes, got 2001/,
    );
    refused(
      await home.run(await batch("nothing", { released: "0" })),
      /batch.postings\[0\].released: must be at least one lot/,
    );
    refused(
      await home.run(await batch("unlisted", { legs: ["venue:GONE=1"] })),
      /batch.postings\[0\].legs\[0\].instrument: must be listed in the risk table/,
    );
    refused(
      await home.run(await batch("twice", { legs: [`${nameOf(PERP)}=1`, `${nameOf(PERP)}=2`] })),
      /batch.postings\[0\].legs\[1\]: must not name an instrument twice/,
    );
    refused(await home.run(await batch("foreign", { legs: [`${nameOf(BTC)}=1`] })), /must be of issuer 2/);
    refused(
      await home.run(await batch("pair", { legs: [`${nameOf(VENUE_RELEASE)}=1`] })),
      /must not be of the venue's credit and release/,
    );
    refused(
      await home.run(await batch("part", { released: "0.5" })),
      /batch.postings\[0\].released: must be a whole number of lots/,
    );
    refused(await home.run(await batch("field", {}, { more: 1 })), /batch.more: is no field of a batch file/);
    refused(await home.run(await batch("up", {}, { id: "../up" })), /batch.id: must be 1 to 64 letters/);
    const other = await chainHome(local, ANVIL_KEYS[2]);
    await giveTable(other, await TableTree.build(localTable(), TIERS.T));
    refused(await other.run(await batch("stranger")), /key: must be of the venue's engine/);
    await other.remove();
    expect(await batches()).toBe(0);
  });

  it("posts a batch, keeps what nobody else can read, and posts it once", async () => {
    const { code, stdout } = await home.run(await batch("first"));
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Posted;
    expect(result).toMatchObject({
      batch: 0,
      already: false,
      unencrypted: [String(alias)],
      record: home.at("batches", "venue-south", "first.json"),
    });
    expect((await stat(result.record)).mode & 0o077).toBe(0);
    expect(JSON.parse(await readFile(result.record, "utf8"))).toMatchObject({
      number: 0,
      notes: [{ legs: [{ size: "-5" }, { size: "3000" }, { instrument: VENUE_RELEASE, size: "100" }] }],
    });
    expect(await home.run(await batch("second"))).toMatchObject({
      code: 5,
      stderr: expect.stringMatching(
        /"type":"WaitError","message":"batch: must wait for its window, until 20\S+Z","path":"batch","until":\d+/,
      ) as string,
    });
    await local.pass(60);
    expect(JSON.parse((await home.run(await batch("first"))).stdout)).toMatchObject({ batch: 0, already: true });
    refused(await home.run(await batch("first", { released: "101" })), /batch.id: must be new: another batch had it/);
    expect(await batches()).toBe(1);
  });

  it("encrypts to the key that the alias's operator named, so that the wallet reads it", async () => {
    await trader.operate("venue-south", "setNoteKey", noteKey(noteSecret(KEYS.proveKey, VENUE)));
    await local.pass(60);
    expect(posted(await home.run(await batch("encrypted", { released: "7" })))).toMatchObject({
      batch: 1,
      unencrypted: [],
    });
    const { notes, warnings } = await trader.view();
    expect(notes.map(({ note }) => note.legs.map(({ size }) => size))).toEqual([[-5n, 3_000n, 7n]]);
    expect(warnings).toEqual([
      expect.stringContaining("batch 0 has a note to this alias that isn't encrypted to its key"),
    ]);
  });

  it("finds a batch that it had signed when it was killed", async () => {
    await local.pass(60);
    const { south } = local.chains;
    await south.rpc("evm_setAutomine", [false]);
    const args = await batch("killed", { released: "8" });
    const killed = home.start(args);
    await until(() => isPending(home, south, south.addresses[0]));
    killed.child.kill("SIGKILL");
    await killed.outcome;
    const again = home.start(args);
    await south.rpc("evm_setAutomine", [true]);
    await south.rpc("evm_mine");
    expect(posted(await again.outcome)).toMatchObject({ batch: 2, already: true });
    expect(await batches()).toBe(3);
  });

  it("gives a batch that it never signed the next number, whatever was posted in between", async () => {
    await local.pass(60);
    const { south } = local.chains;
    const engine = south.addresses[0];
    const balance = await south.provider.getBalance(engine);
    await south.rpc("anvil_setBalance", [engine, "0x0"]);
    const late = await batch("late", { released: "9" });
    expect((await home.run(late)).code).not.toBe(0);
    expect(JSON.parse(await readFile(home.at("batches", "venue-south", "late.json"), "utf8"))).toMatchObject({
      number: 3,
    });
    await south.rpc("anvil_setBalance", [engine, `0x${balance.toString(16)}`]);
    expect(posted(await home.run(await batch("between", { released: "10" })))).toMatchObject({ batch: 3 });
    await local.pass(60);
    expect(posted(await home.run(late))).toMatchObject({ batch: 4, already: false });
    expect((await trader.view()).notes.map(({ note }) => note.legs.at(-1)!.size)).toEqual([7n, 8n, 10n, 9n]);
    expect(await batches()).toBe(5);
  });

  it("shows a desk's funds, loans and lines, and what stands still", async () => {
    const { usdc } = local.tokens.south;
    const desk = local.chains.south.at("CreditDesk", issuerNamed(local.network, DESK).contract);
    await send(usdc, "mint", local.deployer.address, 10n ** 12n);
    await send(usdc, "approve", await desk.getAddress(), 10n ** 12n);
    await send(desk, "fund", 10n ** 11n);
    await trader.operate("desk-south", "draw", 400_000_000n, trader.address);
    const status = await shown("desk", "status", "--issuer", "desk-south");
    expect(status).toMatchObject({
      kind: "desk",
      available: String(10n ** 11n - 400_000_000n),
      lines: { open: 1, closed: 0, defaulted: 0 },
      due: 0,
      stops: [],
      table: { epoch: 7 },
    });
    expect(BigInt(status["lent"] as string)).toBeGreaterThanOrEqual(400_000_000n);
    await send(desk, "pause");
    expect(await shown("desk", "status", "--issuer", "desk-south")).toMatchObject({ stops: ["the desk is paused"] });
    await send(desk, "unpause");
    expect((await home.run(["desk", "status", "--issuer", "venue-south"])).stdout).toMatch(
      /lines {6}1 open, 0 closed, 0 defaulted\ndraws {6}open\ntable {6}epoch 7 of .*, good for .*\nroute {6}the home chain's accounts as of/,
    );
    refused(
      await home.run(["desk", "status", "--issuer", "vault-north"]),
      /issuer: must be one of venue-south, desk-south/,
    );
  });

  it("shows lines with what ends first on top, and takes those that are due to lapse and to default", async () => {
    const lines = async (name: string, ...more: string[]): Promise<Record<string, unknown>[]> =>
      (await shown("desk", "lines", "--issuer", name, ...more))["lines"] as Record<string, unknown>[];
    expect(await lines("venue-south")).toMatchObject([
      { alias: String(alias), status: "open", lapse: "good", booked: "2000", released: "134", usableLots: "1866" },
    ]);
    await local.pass(90_000);
    expect(await lines("desk-south")).toMatchObject([{ lapse: "grace" }]);
    await local.pass(30_000);
    expect(await lines("desk-south")).toMatchObject([{ lapse: "due" }]);
    expect((await home.run(["desk", "lines", "--issuer", "desk-south", "--lapse"])).stdout).toMatch(
      /lapsed, in default from [^\n]*\n {2}booked 1,000 USD, released 0 USD, usable [\d,]+ USD, owes 40\d\.?\d* /,
    );
    await local.pass(43_200);
    expect(await lines("desk-south")).toMatchObject([{ lapse: "due to default" }]);
    const { stdout } = await home.run(["desk", "lines", "--issuer", "desk-south", "--lapse", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({
      done: [{ method: "declareDefault" }],
      lines: [{ status: "defaulted", lapse: "over" }],
    });
    expect(await shown("desk", "status", "--issuer", "desk-south")).toMatchObject({ lines: { open: 0, defaulted: 1 } });
  });
});
