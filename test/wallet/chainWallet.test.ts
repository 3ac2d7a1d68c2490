/**
 * Two traders' lives between three real nodes; and what a wallet that has nothing but keys restores of them.
 */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { issuerNamed, type NetworkIssuer } from "../../src/chain/network.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import { buildBatch } from "../../src/venue/batch.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import { send } from "../support/chain.ts";
import { VENUE_CREDIT, VENUE_RELEASE, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, KEYS, PERP, RELEASE, USDC, VAULT, VENUE } from "../support/world.ts";
import type { Life } from "./support/life.ts";
import { OTHER, RECIPIENT, holdings, restores, said, twoTraders } from "./support/twoTraders.ts";

describe.skipIf(foundry("anvil") === undefined)("a wallet between three chains", () => {
  const prover = snarkjsProver();
  let local: LocalNetwork;
  let ours: Life;
  let theirs: Life;

  beforeAll(async () => void ({ local, ours, theirs } = await twoTraders(prover)));
  afterAll(() => Promise.all([prover.close(), local.stop()]));

  const issuer = (issuerId: number): NetworkIssuer => issuerNamed(local.network, issuerId);

  it("begins with nothing, and shows a deposit on its way", async () => {
    const empty = await ours.view();
    expect(said(empty)).toMatchObject({
      owner: ownerOf(KEYS),
      missing: [],
      warnings: [],
      slot: undefined,
      account: undefined,
      versions: [],
      notes: [],
      exits: [],
      lines: [],
    });
    expect(await empty.accountPath("home")).toBeUndefined();
    await ours.deposit(BTC, 200n);
    await theirs.deposit(BTC, 300n);
    await ours.deposit(BTC, 20n);
    const view = await ours.view();
    expect(view.notes.map(({ note, issuer, received }) => [note.legs[0], issuer.name, received])).toEqual([
      [{ instrument: BTC, size: 200n }, "vault-north", undefined],
      [{ instrument: BTC, size: 20n }, "vault-north", undefined],
    ]);
    expect(view.nextDepositCounter(VAULT)).toBe(2);
    await restores(ours, view);
  });

  it("opens with what has arrived at home, beside others' accounts", async () => {
    await local.relayNotes("vault-north");
    await ours.deposit(USDC, 50n);
    // A newer root at the vault: paths are under the one that is joined.
    await theirs.receive();
    await ours.receive();
    const view = await ours.view();
    expect(view).toMatchObject({ slot: 1, tier: "T" });
    expect(holdings(view)).toEqual([{ instrument: BTC, size: 220n }]);
    expect(view.notes).toHaveLength(1);
    expect(await view.accountPath("home")).toBeDefined();
    expect(await view.accountPath("south")).toBeUndefined();
    await restores(ours, view);
  });

  it("books debt, opens a line, draws, and gives some back", async () => {
    await ours.spend({ kind: "credit", instrument: CREDIT, lots: 5_000n });
    await theirs.spend({ kind: "credit", instrument: VENUE_CREDIT, lots: 4_000n });
    expect(await (await ours.view()).accountPath("south")).toBeUndefined();
    await local.relayHome();
    await ours.authorise("desk-south", CREDIT);
    await theirs.authorise("venue-south", VENUE_CREDIT);
    await ours.operate("desk-south", "draw", 1_000_000_000n, ours.address);
    await ours.operate("desk-south", "release", 2_000);
    const view = await ours.view();
    expect(view.lines).toMatchObject([
      {
        issuer: { name: "desk-south" },
        status: "open",
        operator: ours.address,
        booked: 5_000n,
        released: 2_000n,
        received: 0n,
        usableLots: 3_000n,
        lapsedAt: 0,
        credit: CREDIT,
        release: RELEASE,
      },
    ]);
    expect(view.lines[0]!.owed).toBeGreaterThanOrEqual(1_000_000_000n);
    expect(view.lines[0]!.graceEnd).toBe(view.lines[0]!.validUntil + 21_600);
    expect(view.notes.map(({ note }) => note.legs)).toEqual([
      [{ instrument: USDC, size: 50n }],
      [{ instrument: RELEASE, size: 2_000n }],
    ]);
    await restores(ours, view);
  });

  it("has exits on their way, to whom the chains tell or somebody says", async () => {
    await ours.spend({ kind: "collateral", instrument: BTC, lots: 30n, recipient: BigInt(ours.address) });
    await theirs.spend({ kind: "collateral", instrument: BTC, lots: 7n, recipient: BigInt(theirs.address) });
    await ours.spend({ kind: "collateral", instrument: BTC, lots: 11n, recipient: BigInt(RECIPIENT) });
    const queued = await ours.view();
    expect(queued.exits).toMatchObject([
      {
        exit: { instrument: BTC, lots: 30n, recipient: BigInt(ours.address) },
        version: 2,
        stage: "queued",
        path: undefined,
        paid: 0n,
      },
    ]);
    expect(queued.unknownExits).toMatchObject([{ instrument: BTC, lots: 11n, version: 3 }]);
    const told = await (
      await ChainWallet.open(local.network, local.nodes, KEYS, { recipients: [RECIPIENT] })
    ).refresh();
    expect(told.unknownExits).toEqual([]);
    expect(told.exits.map(({ exit: { recipient }, stage }) => [recipient, stage])).toEqual([
      [BigInt(ours.address), "queued"],
      [BigInt(RECIPIENT), "queued"],
    ]);
    await expect(ChainWallet.open(local.network, local.nodes, KEYS, { recipients: ["0x12"] })).rejects.toThrow(
      "recipients[0]: must be an Ethereum address",
    );

    // Of the three only the first two are added, and then mirrored.
    await ours.addExits(2);
    expect((await ours.view()).exits).toMatchObject([{ stage: "added" }]);
    await local.relayHome();
    await ours.addExits(1);
    const mirrored = await ours.view();
    expect(mirrored.exits).toMatchObject([{ stage: "mirrored", path: { index: 0n } }]);
    await restores(ours, mirrored);

    await ours.takeExit(0);
    const taken = await ours.view();
    expect(taken.exits).toMatchObject([{ stage: "taken", path: undefined, payout: 0, paid: 0n }]);
    await restores(ours, taken);
    const vault = local.chains.north.at("CollateralVault", issuer(VAULT).contract);
    await send(vault, "claim", 0, ours.address);
    expect((await ours.view()).exits).toEqual([]);
    await theirs.takeExit(0);
    await send(vault, "claim", 1, theirs.address);
    expect((await theirs.view()).exits).toEqual([]);
  });

  it("gets a venue's notes, encrypted to a key that the prove key gives", async () => {
    const venue = local.chains.south.at("VenueOutbox", issuer(VENUE).contract);
    await theirs.operate("venue-south", "setNoteKey", noteKey(noteSecret(OTHER.proveKey, VENUE)));
    const alias = aliasOf(ownerOf(OTHER), VENUE);
    const postings = [
      {
        alias,
        noteKey: noteKey(noteSecret(OTHER.proveKey, VENUE)),
        legs: [{ instrument: PERP, size: 3n }],
        released: 10n,
        unreceived: 5n,
        exposed: true,
      },
    ];
    const batchOf = (batchNumber: bigint) =>
      buildBatch({ issuerId: VENUE, batchDepth: 2, batchNumber, release: VENUE_RELEASE, postings });
    const first = await batchOf(0n);
    await send(venue, "post", 0, first.root, first.postings, first.encryptedNotes);
    await local.relayNotes("venue-south");

    // A venue that says one thing and posts another: the second batch's encrypted notes under a root that hasn't them, the third's encrypted to nobody.
    for (const [i, encryptedNotes] of [(await batchOf(1n)).encryptedNotes, new Uint8Array()].entries()) {
      await local.pass(61);
      await send(venue, "post", i + 1, (await batchOf(9n)).root, first.postings, encryptedNotes);
    }
    const view = await theirs.view();
    expect(view.notes.map(({ note, received }) => [note.legs, received === undefined])).toEqual([
      [
        [
          { instrument: PERP, size: 3n },
          { instrument: VENUE_RELEASE, size: 10n },
        ],
        false,
      ],
    ]);
    expect(view.warnings).toEqual([
      "venue-south: batch 1 has an encrypted note that is no leaf of it",
      "venue-south: batch 2 has a note to this alias that isn't encrypted to its key: ask the venue for it",
    ]);
    expect(view.lines).toMatchObject([
      {
        issuer: { name: "venue-south" },
        status: "open",
        owed: undefined,
        booked: 4_000n,
        released: 30n,
        credit: VENUE_CREDIT,
      },
    ]);
    await restores(theirs, view);

    await local.pass(301);
    await theirs.receive({ proveKey: OTHER.proveKey, spendLock: OTHER.spendLock });
    const received = await theirs.view();
    expect(holdings(received)).toContainEqual({ instrument: PERP, size: 3n });
    expect(received.notes).toEqual([]);

    // South knows the root from before that receipt: our path is under it, and theirs has to wait.
    const [old, current] = await Promise.all(
      ["south", "home"].map(async (chain) => (await ours.view()).accountPath(chain)),
    );
    expect(old!.root).not.toBe(current!.root);
    expect(await received.accountPath("south")).toBeUndefined();
  });
});
