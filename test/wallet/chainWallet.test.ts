/**
 * Two traders' lives between three real nodes; and what a wallet that has nothing but keys restores of them, when all is
 * well, when a chain reorganises, when a process crashes, and when a node lies.
 */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { aliasOf, ownerOf, spendKeys } from "../../src/account/keys.ts";
import type { Node } from "../../src/chain/node.ts";
import { NodeError } from "../../src/errors.ts";
import { TIERS } from "../../src/protocol.ts";
import { snarkjsProver } from "../../src/prove/snarkjsProver.ts";
import { BookTree } from "../../src/risk/tree.ts";
import { buildBatch } from "../../src/venue/batch.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import type { TraderView } from "../../src/wallet/traderView.ts";
import { send } from "../support/chain.ts";
import { VENUE_CREDIT, VENUE_RELEASE, localBook, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, DESK, KEYS, PERP, RELEASE, USDC, VAULT, VENUE } from "../support/world.ts";
import { Life } from "./support/life.ts";

const OTHER = spendKeys(987654321n);
const KEEPER = { proveKey: KEYS.proveKey, spendLock: KEYS.spendLock };
const RECIPIENT = "0x00000000000000000000000000000000000b0b01";
const prover = snarkjsProver();
let local: LocalNetwork;
let ours: Life;
let theirs: Life;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "plimsoll-wallet-"));
  local = await localDeployment();
  const book = localBook();
  const tree = await BookTree.build(book, TIERS.T);
  await local.publishBook(tree.root, book.epoch);
  ours = await Life.begin(local, KEYS, prover, tree, 1);
  theirs = await Life.begin(local, OTHER, prover, tree, 2);
  const { usdc } = local.tokens.south;
  const desk = local.chains.south.at("CreditDesk", local.network.issuers.find(({ id }) => id === DESK)!.contract);
  await send(usdc, "mint", local.deployer.address, 10n ** 12n);
  await send(usdc, "approve", await desk.getAddress(), 10n ** 12n);
  await send(desk, "fund", 10n ** 11n);
});
afterAll(async () => {
  await Promise.all([prover.close(), local.stop()]);
  await rm(folder, { recursive: true });
});

/** All that a view says, without the means by which it says it. */
const said = ({ nodes: _nodes, nextDepositCounter: _counter, accountPath: _path, keys: _keys, ...view }: TraderView): unknown => view;
const holdings = ({ account }: TraderView): unknown => account?.holdings;

/** That a wallet with nothing but keys says the same; and so does one whose keys are a keeper's. */
async function restores(life: Life, view: TraderView): Promise<void> {
  const { proveKey, spendLock } = life.keys;
  for (const keys of [life.keys, { proveKey, spendLock }]) {
    const restored = await life.restored(keys);
    expect(said(restored)).toEqual(said(view));
    for (const { kind, id } of local.network.issuers) if (kind === "vault") expect(restored.nextDepositCounter(id)).toBe(view.nextDepositCounter(id));
    for (const { name } of local.network.chains) expect(await restored.accountPath(name)).toEqual(await view.accountPath(name));
  }
}

describe("a life", () => {
  it("begins with nothing, and shows a deposit on its way", async () => {
    const empty = await ours.view();
    expect(said(empty)).toMatchObject({ owner: ownerOf(KEYS), missing: [], warnings: [], slot: undefined, account: undefined, versions: [], notes: [], exits: [], lines: [] });
    expect(await empty.accountPath("home")).toBeUndefined();
    await ours.deposit(BTC, 200n);
    await theirs.deposit(BTC, 300n);
    await ours.deposit(BTC, 20n);
    const view = await ours.view();
    expect(view.notes.map(({ note, issuer, folded }) => [note.legs[0], issuer.name, folded])).toEqual([
      [{ instrument: BTC, size: 200n }, "vault-north", undefined], [{ instrument: BTC, size: 20n }, "vault-north", undefined],
    ]);
    expect(view.nextDepositCounter(VAULT)).toBe(2);
    await restores(ours, view);
  });

  it("opens with what has arrived at home, beside others' accounts", async () => {
    await local.relayNotes("vault-north");
    await ours.deposit(USDC, 50n);
    // A newer root at the vault: paths are under the one that is joined.
    await theirs.fold();
    await ours.fold();
    const view = await ours.view();
    expect(view).toMatchObject({ slot: 1, tier: "T" });
    expect(holdings(view)).toEqual([{ instrument: BTC, size: 220n }]);
    expect(view.notes).toHaveLength(1);
    expect(await view.accountPath("home")).toBeDefined();
    expect(await view.accountPath("south")).toBeUndefined();
    await restores(ours, view);
  });

  it("books debt, opens a line, draws, and gives some back", async () => {
    await ours.lower({ kind: "credit", instrument: CREDIT, lots: 5_000n });
    await theirs.lower({ kind: "credit", instrument: VENUE_CREDIT, lots: 4_000n });
    expect(await (await ours.view()).accountPath("south")).toBeUndefined();
    await local.relayHome();
    await ours.authorise("desk-south", CREDIT);
    await theirs.authorise("venue-south", VENUE_CREDIT);
    await ours.operate("desk-south", "draw", 1_000_000_000n, ours.address);
    await ours.operate("desk-south", "release", 2_000);
    const view = await ours.view();
    expect(view.lines).toMatchObject([{
      issuer: { name: "desk-south" }, status: "open", operator: ours.address, booked: 5_000n, released: 2_000n, folded: 0n, usableLots: 3_000n, lapsedAt: 0, credit: CREDIT, release: RELEASE,
    }]);
    expect(view.lines[0]!.owed).toBeGreaterThanOrEqual(1_000_000_000n);
    expect(view.lines[0]!.graceEnd).toBe(view.lines[0]!.validUntil + 21_600);
    expect(view.notes.map(({ note }) => note.legs)).toEqual([[{ instrument: USDC, size: 50n }], [{ instrument: RELEASE, size: 2_000n }]]);
    await restores(ours, view);
  });

  it("has exits on their way, to whom the chains tell or somebody says", async () => {
    await ours.lower({ kind: "collateral", instrument: BTC, lots: 30n, recipient: BigInt(ours.address) });
    await theirs.lower({ kind: "collateral", instrument: BTC, lots: 7n, recipient: BigInt(theirs.address) });
    await ours.lower({ kind: "collateral", instrument: BTC, lots: 11n, recipient: BigInt(RECIPIENT) });
    const view = await ours.view();
    expect(view.exits).toMatchObject([{ exit: { instrument: BTC, lots: 30n, recipient: BigInt(ours.address) }, version: 2, path: undefined }]);
    expect(view.unknownExits).toMatchObject([{ instrument: BTC, lots: 11n, version: 3 }]);
    const told = await (await ChainWallet.open(local.network, local.nodes, KEYS, { recipients: [RECIPIENT] })).refresh();
    expect(told.unknownExits).toEqual([]);
    expect(told.exits.map(({ exit: { recipient } }) => recipient)).toEqual([BigInt(ours.address), BigInt(RECIPIENT)]);
    await restores(ours, view);
  });
});
