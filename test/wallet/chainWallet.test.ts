/**
 * Two traders' lives between three real nodes; and what a wallet that has nothing but keys restores of them, when all is
 * well, when a chain reorganises, when a process crashes, and when a node lies.
 */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { aliasOf, ownerOf, spendKeys } from "../../src/account/keys.ts";
import { issuerNamed, type NetworkIssuer } from "../../src/chain/network.ts";
import type { Node } from "../../src/chain/node.ts";
import { Sender } from "../../src/chain/sender.ts";
import { NodeError } from "../../src/errors.ts";
import { TIERS } from "../../src/protocol.ts";
import { snarkjsProver } from "../../src/prove/snarkjsProver.ts";
import { BookTree } from "../../src/risk/tree.ts";
import { buildBatch } from "../../src/venue/batch.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import type { TraderView } from "../../src/wallet/traderView.ts";
import { send } from "../support/chain.ts";
import { VAULT_SOUTH, VENUE_CREDIT, VENUE_RELEASE, localBook, localDeployment, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, DESK, KEYS, PERP, RELEASE, USDC, VAULT, VENUE } from "../support/world.ts";
import { at, flip, gone, lying, topicOf, type Lie } from "./support/lies.ts";
import { Life } from "./support/life.ts";

const OTHER = spendKeys(987654321n);
const RECIPIENT = "0x00000000000000000000000000000000000b0b01";

describe.skipIf(foundry("anvil") === undefined)("a wallet between three chains", () => {
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
    const desk = local.chains.south.at("CreditDesk", issuer(DESK).contract);
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
  const issuer = (issuerId: number): NetworkIssuer => issuerNamed(local.network, issuerId);
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
      const queued = await ours.view();
      expect(queued.exits).toMatchObject([{ exit: { instrument: BTC, lots: 30n, recipient: BigInt(ours.address) }, version: 2, stage: "queued", path: undefined, paid: 0n }]);
      expect(queued.unknownExits).toMatchObject([{ instrument: BTC, lots: 11n, version: 3 }]);
      const told = await (await ChainWallet.open(local.network, local.nodes, KEYS, { recipients: [RECIPIENT] })).refresh();
      expect(told.unknownExits).toEqual([]);
      expect(told.exits.map(({ exit: { recipient }, stage }) => [recipient, stage])).toEqual([[BigInt(ours.address), "queued"], [BigInt(RECIPIENT), "queued"]]);
      await expect(ChainWallet.open(local.network, local.nodes, KEYS, { recipients: ["0x12"] })).rejects.toThrow("recipients[0]: must be an Ethereum address");

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

    it("gets a venue's notes, sealed to a key that the prove key gives", async () => {
      const venue = local.chains.south.at("VenueOutbox", issuer(VENUE).contract);
      await theirs.operate("venue-south", "setNoteKey", noteKey(noteSecret(OTHER.proveKey, VENUE)));
      const alias = aliasOf(ownerOf(OTHER), VENUE);
      const postings = [{ alias, noteKey: noteKey(noteSecret(OTHER.proveKey, VENUE)), legs: [{ instrument: PERP, size: 3n }], released: 10n, unfolded: 5n, exposed: true }];
      const batchOf = (batchNumber: bigint) => buildBatch({ issuerId: VENUE, batchDepth: 2, batchNumber, release: VENUE_RELEASE, postings });
      const first = await batchOf(0n);
      await send(venue, "post", 0, first.root, first.postings, first.sealedNotes);
      await local.relayNotes("venue-south");

      // A venue that says one thing and posts another: the second batch's sealed notes under a root that hasn't them, the third's sealed to nobody.
      for (const [i, sealedNotes] of [(await batchOf(1n)).sealedNotes, new Uint8Array()].entries()) {
        await local.pass(61);
        await send(venue, "post", i + 1, (await batchOf(9n)).root, first.postings, sealedNotes);
      }
      const view = await theirs.view();
      expect(view.notes.map(({ note, folded }) => [note.legs, folded === undefined])).toEqual([[[{ instrument: PERP, size: 3n }, { instrument: VENUE_RELEASE, size: 10n }], false]]);
      expect(view.warnings).toEqual([
        "venue-south: batch 1 has a sealed note that is no leaf of it",
        "venue-south: batch 2 has a note to this alias that isn't sealed to its key: ask the venue for it",
      ]);
      expect(view.lines).toMatchObject([{ issuer: { name: "venue-south" }, status: "open", owed: undefined, booked: 4_000n, released: 30n, credit: VENUE_CREDIT }]);
      await restores(theirs, view);

      await local.pass(301);
      await theirs.fold({ proveKey: OTHER.proveKey, spendLock: OTHER.spendLock });
      const folded = await theirs.view();
      expect(holdings(folded)).toContainEqual({ instrument: PERP, size: 3n });
      expect(folded.notes).toEqual([]);

      // South knows the root from before that fold: our path is under it, and theirs has to wait.
      const [old, current] = await Promise.all(["south", "home"].map(async (chain) => (await ours.view()).accountPath(chain)));
      expect(old!.root).not.toBe(current!.root);
      expect(await folded.accountPath("south")).toBeUndefined();
    });
  });

  /** Everything of ours, as it was when nothing went wrong. */
  describe("what goes wrong", () => {
    it("a home chain that takes back 32 blocks, a fold among them: the view is a fresh one's, and the fold is made again", async () => {
      await local.relayNotes("vault-north");
      await local.chains.home.rpc("anvil_mine", ["0x28"]);
      const before = await ours.view();
      expect(before.notes.filter(({ folded }) => folded !== undefined)).toHaveLength(1);
      await ours.fold();
      await local.chains.home.rpc("anvil_mine", ["0x10"]);
      const gone = await ours.view();
      expect(gone.versions).toHaveLength(before.versions.length + 1);

      await local.chains.home.rpc("anvil_reorg", [32, []]);
      const after = await ours.view();
      expect(after.versions).toEqual(before.versions);
      expect(after.notes).toEqual(before.notes);
      expect(after.blocks.get("home")!.hash).not.toBe(gone.blocks.get("home")!.hash);
      await restores(ours, after);
      await ours.fold();
      expect(holdings(await ours.view())).toEqual(gone.account!.holdings);
    });

    it("a crash between sending a transaction and seeing it: it happens once", async () => {
      await local.relayNotes("desk-south");
      await local.pass(301);
      const { home } = local.chains;
      const fold = await ours.foldMove();
      const { versions } = await ours.view();
      await home.rpc("evm_setAutomine", [false]);
      const crashing = await Sender.open(local.nodes.get("home")!, home.signers[1], { folder, patience: 0 });
      await expect(crashing.send(fold)).rejects.toThrow("was sent and not mined");
      // The node forgot it too; the wallet knows nothing of it, and the journal sends it again.
      await home.rpc("anvil_dropAllTransactions");
      expect((await ours.restored()).versions).toEqual(versions);
      await ours.sender("home", folder);
      await home.rpc("evm_mine");
      await home.rpc("evm_setAutomine", [true]);
      await ours.sender("home", folder);
      const view = await ours.view();
      expect(view.versions).toHaveLength(versions.length + 1);
      expect(view.account!.holdings).toContainEqual({ instrument: RELEASE, size: 2_000n });
      expect(view.notes).toEqual([]);
      await restores(ours, view);
    });

    it("everything local deleted, damaged, or of another time: a cache is never more than a saved download", async () => {
      const view = said(await ours.view());
      const cache = join(folder, "cache");
      expect(said(await ours.restored(KEYS, local.nodes, cache))).toEqual(view);
      const files = (await readdir(cache)).filter((name) => name.startsWith("events-")).map((name) => join(cache, name));
      expect(files).toHaveLength(3);
      for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
      for (const damage of [(text: string) => text.slice(0, text.length / 2), (text: string) => text.replace(/(0x[0-9a-f]{200})0/, "$11"), () => ""]) {
        for (const file of files) await writeFile(file, damage(await readFile(file, "utf8")));
        expect(said(await ours.restored(KEYS, local.nodes, cache))).toEqual(view);
      }
      await rm(cache, { recursive: true });
      expect(said(await ours.restored(KEYS, local.nodes, cache))).toEqual(view);
    });

    it("nodes that are down: their chains are missing, the rest is there", async () => {
      const whole = await ours.view();
      const down = Object.create(local.nodes.get("south")!, {
        rpc: { value: () => Promise.reject(new NodeError("south", "the node didn't answer")) },
      }) as Node;
      const some = await ours.restored(KEYS, new Map([...local.nodes, ["south", down]]));
      expect(some.missing).toEqual(["south"]);
      expect(some.lines).toEqual([]);
      expect(some.warnings.join()).toContain("south");
      expect([some.versions, some.notes, some.exits]).toEqual([whole.versions, whole.notes, whole.exits]);
      expect(some.nextDepositCounter(VAULT)).toBe(whole.nextDepositCounter(VAULT));
      expect(() => some.nextDepositCounter(VAULT_SOUTH)).toThrow("is missing");
      await expect(some.accountPath("south")).rejects.toThrow("is missing");
      const noHome = new Map([...local.nodes].filter(([name]) => name !== "home"));
      await expect(ours.restored(KEYS, noHome)).rejects.toThrow("must have one of the home chain");
    });
  });

  describe("a node that lies", () => {
    const [changed, spent, queued, opened] = ["AccountChanged", "NullifiersSpent", "ExitQueued", "AccountOpened"].map((event) => topicOf("AccountRegistry", event)) as [string, string, string, string];
    const issued = topicOf("CollateralVault", "NoteIssued");

    it.each<[string, Lie, string]>([
      ["another cipher of our version 2", at(changed, 2, flip(5), 1n), "home: slot 1, version 2: what the node gives as its cipher"],
      ["another cipher of our version 0", at(changed, 0, flip(4), 1n), "version 0 of no slot is the owner's"],
      ["another commitment of somebody else's", at(changed, -1, flip(0), 0n), "the node's events give another tree of accounts"],
      ["our last change left out", at(changed, -1, gone, 1n), "the events end at the accounts root"],
      ["a change of ours left out", at(changed, 1, gone, 1n), "slot 1, version 1: what the node gives as its cipher"],
      ["what a fold of ours spent left out", at(spent, -1, gone, 1n), "slot 1, version 5: the node leaves out what its fold spent"],
      ["what our opening spent left out", at(spent, 0, gone, 1n), "slot 1, version 0: the node leaves out what its fold spent"],
      ["an exit left out", at(queued, 0, gone), "the node leaves out events before ExitQueued 1"],
      ["an opening left out", at(opened, 0, gone), "the node leaves out events before AccountChanged 0"],
      ["a change that is cut short", at(changed, 0, (log) => [{ ...log, data: log.data.slice(0, 66) }]), "with too little in it"],
      ["what no one asked for", (logs) => logs.map((log) => ({ ...log, address: `0x${"11".repeat(20)}` })), "what wasn't asked for"],
    ])("at home: %s", async (_, lie, message) => {
      const cache = await mkdtemp(join(folder, "lies-"));
      await expect(ours.restored(KEYS, lying(local.nodes, "home", lie), cache)).rejects.toThrow(message);
      // Nothing of the lie is left: with an honest node the same folder serves.
      expect(said(await ours.restored(KEYS, local.nodes, cache))).toEqual(said(await ours.view()));
    });

    it.each<[string, Lie, string]>([
      ["a note left out", at(issued, 0, gone), "the node leaves out notes of vault-north before NoteIssued 1"],
      ["all notes left out", (logs) => logs.filter(({ topics }) => topics[0] !== issued), "the events end at the notes root of vault-north 0"],
    ])("at a vault: %s", async (_, lie, message) => {
      const view = await ours.restored(KEYS, lying(local.nodes, "north", lie));
      expect(view.missing).toEqual(["north"]);
      expect(view.warnings.join()).toContain(message);
      expect(view.versions).toEqual((await ours.view()).versions);
    });

    it("at a vault: another leaf of somebody's note, found out when a path is built on it", async () => {
      await ours.deposit(USDC, 3n);
      await local.relayNotes("vault-north");
      const view = await ours.restored(KEYS, lying(local.nodes, "north", at(issued, 0, flip(2))));
      expect(view.notes).toEqual([]);
      expect(view.warnings.join()).toContain("give another tree of vault-north's notes");
      expect((await ours.view()).notes).toHaveLength(1);
    });
  });

  it("takes what a stranger deposits for one of its names, and goes on counting its own deposits", async () => {
    const before = await ours.view();
    await theirs.depositFor(aliasOf(ownerOf(KEYS), VAULT), BTC, 2n);
    await theirs.depositFor(aliasOf(ownerOf(KEYS), VAULT, before.notes[0]!.note.salt), BTC, 1n);
    const view = await ours.view();
    expect(view.notes.slice(before.notes.length).map(({ note }) => note.legs)).toEqual([[{ instrument: BTC, size: 2n }], [{ instrument: BTC, size: 1n }]]);
    expect(view.nextDepositCounter(VAULT)).toBe(before.nextDepositCounter(VAULT));
    expect(view.warnings).toEqual([]);
    await restores(ours, view);
  });
});
