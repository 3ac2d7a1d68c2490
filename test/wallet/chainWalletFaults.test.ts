/**
 * What a wallet says when a chain reorganises, a process crashes, a node is down or lies, and strangers pay in.
 */
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { issuerNamed } from "../../src/chain/network.ts";
import type { Node } from "../../src/chain/node.ts";
import { Sender } from "../../src/chain/sender.ts";
import { NodeError } from "../../src/base/errors.ts";
import { localProver } from "../../src/prover/backends.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { send } from "../support/chain.ts";
import { RECEIVE_INTERVAL } from "../support/deployment.ts";
import { VAULT_SOUTH, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, KEYS, RELEASE, USDC, VAULT } from "../support/world.ts";
import { at, flip, gone, lying, topicOf, type Lie } from "./support/lies.ts";
import type { Life } from "./support/life.ts";
import { RECIPIENT, holdings, restores, said, twoTraders } from "./support/twoTraders.ts";

describe.skipIf(foundry("anvil") === undefined)("a wallet between three chains", () => {
  const prover = localProver();
  let local: LocalNetwork;
  let ours: Life;
  let theirs: Life;
  let folder: string;

  /** Theirs is the first account. Ours has a line, part of it given back, an exit that was paid and one to a stranger, and two notes to receive. */
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-wallet-"));
    ({ local, ours, theirs } = await twoTraders(prover));
    await theirs.deposit(BTC, 300n);
    await ours.deposit(BTC, 220n);
    await local.relayNotes("vault-north");
    await ours.deposit(USDC, 50n);
    await theirs.receive();
    await ours.receive();
    await ours.spend({ kind: "credit", instrument: CREDIT, lots: 5_000n });
    await theirs.spend({ kind: "collateral", instrument: BTC, lots: 7n, recipient: BigInt(theirs.address) });
    await ours.spend({ kind: "collateral", instrument: BTC, lots: 30n, recipient: BigInt(ours.address) });
    await ours.spend({ kind: "collateral", instrument: BTC, lots: 11n, recipient: BigInt(RECIPIENT) });
    await ours.addExits(3);
    await local.relayHome();
    await ours.authorise("desk-south", CREDIT);
    await ours.operate("desk-south", "release", 2_000);
    await ours.takeExit(0);
    const { contract } = issuerNamed(local.network, "vault-north");
    await send(local.chains.north.at("CollateralVault", contract), "claim", 0, ours.address);
    await local.pass(RECEIVE_INTERVAL);
  });
  afterAll(async () => {
    await Promise.all([prover.close(), local.stop()]);
    await rm(folder, { recursive: true });
  });

  /** Everything of ours, as it was when nothing went wrong. */
  describe("what goes wrong", () => {
    it("a home chain that takes back 32 blocks, a receipt among them: the view is a fresh one's, and the receipt is made again", async () => {
      await local.relayNotes("vault-north");
      await local.chains.home.rpc("anvil_mine", ["0x28"]);
      const before = await ours.view();
      expect(before.notes.filter(({ received }) => received !== undefined)).toHaveLength(1);
      await ours.receive();
      await local.chains.home.rpc("anvil_mine", ["0x10"]);
      const gone = await ours.view();
      expect(gone.versions).toHaveLength(before.versions.length + 1);

      await local.chains.home.rpc("anvil_reorg", [32, []]);
      const after = await ours.view();
      expect(after.versions).toEqual(before.versions);
      expect(after.notes).toEqual(before.notes);
      expect(after.blocks.get("home")!.hash).not.toBe(gone.blocks.get("home")!.hash);
      await restores(ours, after);
      await ours.receive();
      expect(holdings(await ours.view())).toEqual(gone.account!.holdings);
    });

    it("a crash between sending a transaction and seeing it: it happens once", async () => {
      await local.relayNotes("desk-south");
      await local.pass(301);
      const { home } = local.chains;
      const receive = await ours.receiveMove();
      const { versions } = await ours.view();
      await home.rpc("evm_setAutomine", [false]);
      const crashing = await Sender.open(local.nodes.get("home")!, home.signers[1], {
        store: new FileStore(folder),
        patience: 0,
      });
      await expect(crashing.send(receive)).rejects.toThrow("was sent and not mined");
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
      expect(said(await ours.restored(KEYS, local.nodes, folder))).toEqual(view);
      const files = (await readdir(cache))
        .filter((name) => name.startsWith("events-"))
        .map((name) => join(cache, name));
      expect(files).toHaveLength(3);
      for (const file of files) expect((await stat(file)).mode & 0o777).toBe(0o600);
      for (const damage of [
        (text: string) => text.slice(0, text.length / 2),
        (text: string) => text.replace(/(0x[0-9a-f]{200})0/, "$11"),
        () => "",
      ]) {
        for (const file of files) await writeFile(file, damage(await readFile(file, "latin1")), "latin1");
        expect(said(await ours.restored(KEYS, local.nodes, folder))).toEqual(view);
      }
      await rm(cache, { recursive: true });
      expect(said(await ours.restored(KEYS, local.nodes, folder))).toEqual(view);
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
    const [changed, spent, queued, opened] = ["AccountChanged", "NullifiersSpent", "ExitQueued", "AccountOpened"].map(
      (event) => topicOf("AccountRegistry", event),
    ) as [string, string, string, string];
    const issued = topicOf("CollateralVault", "NoteIssued");

    it.each<[string, Lie, string]>([
      [
        "another cipher of our version 2",
        at(changed, 2, flip(5), 1n),
        "home: slot 1, version 2: what the node gives as its cipher",
      ],
      ["another cipher of our version 0", at(changed, 0, flip(4), 1n), "version 0 of no slot is the owner's"],
      [
        "another commitment of somebody else's",
        at(changed, -1, flip(0), 0n),
        "the node's events give another tree of accounts",
      ],
      ["our last change left out", at(changed, -1, gone, 1n), "the events end at the accounts root"],
      ["a change of ours left out", at(changed, 1, gone, 1n), "slot 1, version 1: what the node gives as its cipher"],
      [
        "what a receipt of ours spent left out",
        at(spent, -1, gone, 1n),
        "slot 1, version 5: the node leaves out what its receipt spent",
      ],
      [
        "what our opening spent left out",
        at(spent, 0, gone, 1n),
        "slot 1, version 0: the node leaves out what its receipt spent",
      ],
      ["an exit left out", at(queued, 0, gone), "the node leaves out events before ExitQueued 1"],
      ["an opening left out", at(opened, 0, gone), "the node leaves out events before AccountChanged 0"],
      [
        "a change that is cut short",
        at(changed, 0, (log) => [{ ...log, data: log.data.slice(0, 66) }]),
        "with too little in it",
      ],
      [
        "what no one asked for",
        (logs) => logs.map((log) => ({ ...log, address: `0x${"11".repeat(20)}` })),
        "what wasn't asked for",
      ],
    ])("at home: %s", async (_, lie, message) => {
      const cache = await mkdtemp(join(folder, "lies-"));
      await expect(ours.restored(KEYS, lying(local.nodes, "home", lie), cache)).rejects.toThrow(message);
      // Nothing of the lie is left: with an honest node the same folder serves.
      expect(said(await ours.restored(KEYS, local.nodes, cache))).toEqual(said(await ours.view()));
    });

    it.each<[string, Lie, string]>([
      ["a note left out", at(issued, 0, gone), "the node leaves out notes of vault-north before NoteIssued 1"],
      [
        "all notes left out",
        (logs) => logs.filter(({ topics }) => topics[0] !== issued),
        "the events end at the notes root of vault-north 0",
      ],
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
    expect(view.notes.slice(before.notes.length).map(({ note }) => note.legs)).toEqual([
      [{ instrument: BTC, size: 2n }],
      [{ instrument: BTC, size: 1n }],
    ]);
    expect(view.nextDepositCounter(VAULT)).toBe(before.nextDepositCounter(VAULT));
    expect(view.warnings).toEqual([]);
    await restores(ours, view);
  });
});
