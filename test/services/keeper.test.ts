/**
 * A keeper between three nodes with real proofs of the tiny tier: it keeps a line good from epoch to epoch, receives what
 * arrives, warns as margin runs short, shares the work with another keeper, and can do nothing else with its keys.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { sizeOf } from "../../src/account/holdings.ts";
import { instrumentId } from "../../src/protocol/instrument.ts";
import { aliasOf, ownerOf, type SpendKeys } from "../../src/account/keys.ts";
import { issuerNamed, type NetworkIssuer } from "../../src/chain/network.ts";
import { lineCall } from "../../src/chain/proofCalls.ts";
import { Sender } from "../../src/chain/sender.ts";
import { localProver } from "../../src/prover/backends.ts";
import type { Fields } from "../../src/services/log.ts";
import type { TableTree } from "../../src/risk/tree.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { proofRequest } from "../../src/statements/statement.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import { Keeper } from "../../src/services/keeper.ts";
import { solvencyOf } from "../../src/wallet/submissions.ts";
import type { TraderLine } from "../../src/wallet/traderView.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { refusal } from "../support/chain.ts";
import { localDeployment, type LocalChainName, type LocalNetwork } from "../support/localNetwork.ts";
import { BTC, CREDIT, DESK, KEEPER, KEYS, RELEASE, USDC } from "../support/world.ts";
import { provenAtDesk, publishEpoch, traderWithLine } from "../wallet/support/keeping.ts";
import type { Life } from "../wallet/support/life.ts";

const prover = localProver();
let local: LocalNetwork;
let trader: Life;
let keeper: Keeper;
let folder: string;
let desk: NetworkIssuer;
let epoch = 10;
let table: TableTree;
/** What keepers said, without what they merely did. */
let said: { level: string; event: string; what: unknown }[] = [];

/** The next epoch; see {@link publishEpoch}. */
const publish = async (third?: bigint): Promise<void> =>
  void (table = await publishEpoch(local, join(folder, "cache", "tables"), ++epoch, third));

/** A keeper of its own: no journal, no memory, the funded account `who`. */
async function newKeeper(who: 0 | 2): Promise<Keeper> {
  const senders = new Map<string, Sender>();
  return new Keeper({
    network: local.network,
    keys: KEEPER,
    tables: { urls: [], store: new FileStore(folder) },
    wallet: await ChainWallet.open(local.network, local.nodes, KEEPER),
    prove: (statement) => prover.prove(proofRequest(statement)),
    async sender(chain) {
      const sender =
        senders.get(chain) ??
        (await Sender.open(local.nodes.get(chain)!, local.chains[chain as LocalChainName].signers[who]));
      senders.set(chain, sender);
      return sender;
    },
    log: (level, event, fields: Fields = {}) => {
      said.push({ level, event, what: fields["what"] });
    },
  });
}

const line = async (): Promise<TraderLine> => (await trader.view()).lines.find(({ issuer }) => issuer.id === DESK)!;
const now = (): Promise<number> => local.chains.south.now();
/** Coverages of the proofs that the desk took, in order. */
const proofs = async (): Promise<bigint[]> => (await provenAtDesk(local)).map(({ args }) => args["coverage"] as bigint);
const take = (): typeof said => said.splice(0);
const attention = (all: typeof said): unknown[] =>
  all.filter(({ event }) => event === "attention").map(({ what }) => what);

describe.skipIf(foundry("anvil") === undefined)("a keeper", () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "plimsoll-keeper-"));
    local = await localDeployment();
    desk = issuerNamed(local.network, DESK, "desk");
    await publish();
    trader = await traderWithLine(local, prover, table);
    keeper = await newKeeper(2);
  });
  afterAll(async () => {
    await Promise.all([prover.close(), local.stop()]);
    await rm(folder, { recursive: true });
  });

  it("has nothing to do right after a proof", async () => {
    const shown = await keeper.run();
    expect(take()).toEqual([]);
    expect(await proofs()).toEqual([10_000n]);
    expect(shown).toMatchObject({ version: 1, notesWaiting: 0, lines: { "desk-south": {} } });
  });

  it("refreshes a line once for each epoch, and before it lapses", async () => {
    const { validUntil } = await line();
    await local.pass(1_000);
    await publish();
    await local.relayHome();
    await keeper.run();
    await keeper.run();
    expect(await proofs()).toEqual([10_000n, 10_000n]);
    expect((await line()).validUntil).toBeGreaterThanOrEqual(validUntil + 1_000);
    // A root that was proven again gains a little: not worth a proof.
    await local.pass(60);
    await local.relayHome();
    await keeper.run();
    expect(await proofs()).toHaveLength(2);
    expect(attention(take())).toEqual([]);
  });

  it("refreshes at maintenance what isn't covered at initial margin, and warns once of the deepest band", async () => {
    await local.pass(1_000);
    await publish(200n);
    await local.relayHome();
    await keeper.run();
    await keeper.run();
    expect(await proofs()).toEqual([10_000n, 10_000n, 8_000n]);
    expect(attention(take())).toEqual(["equity is 93.95 % of initial margin, below 100 %"]);
  });

  it("warns and waits when the account isn't covered at maintenance, and says when grace runs", async () => {
    await local.pass(3_500);
    await publish(250n);
    await local.relayHome();
    await keeper.run();
    await keeper.run();
    expect(await proofs()).toHaveLength(3);
    const first = take();
    expect(first[0]).toMatchObject({
      level: "alarm",
      what: expect.stringMatching(
        /^equity is 75.45 % of initial margin, below 80 %: no line can be refreshed$/,
      ) as string,
    });
    expect(attention(first)).toHaveLength(2);
    expect(attention(first)[1]).toMatch(
      /^desk-south: can't be refreshed: equity is 75.45 % of initial margin, and maintenance takes 80 %; good until /,
    );
    await local.pass(1_000);
    await keeper.run();
    expect(await now()).toBeGreaterThan((await line()).validUntil);
    expect(attention(take())).toEqual([expect.stringMatching(/^desk-south: the proof is over and grace runs, until /)]);
  });

  it("receives a top-up, waits for relayers to bring the change, then refreshes: a line in trouble is cured", async () => {
    await trader.deposit(USDC, 45_000n);
    await keeper.run();
    expect((await trader.view()).account!.version).toBe(1);
    await local.relayNotes("vault-north");
    take();
    await keeper.run();
    expect(sizeOf((await trader.view()).account!.holdings, USDC)).toBe(45_000n);
    expect(await proofs()).toHaveLength(3);
    expect(attention(take())).toEqual([
      expect.stringMatching(/^desk-south: can't be refreshed: the account's last change hasn't arrived on its chain/),
    ]);
    await local.relayHome();
    await keeper.run();
    expect(await proofs()).toEqual([10_000n, 10_000n, 8_000n, 10_000n]);
    expect((await line()).validUntil).toBeGreaterThan(await now());
  });

  it("leaves a note for the slot's interval to pass, and for the last change to arrive where a line needs it", async () => {
    await trader.deposit(USDC, 10n);
    await trader.deposit(USDC, 20n);
    await trader.deposit(USDC, 30n);
    await local.relayNotes("vault-north");
    // A receipt takes two; the third waits for the interval.
    await local.pass(300);
    await keeper.run();
    expect(sizeOf((await trader.view()).account!.holdings, USDC)).toBe(45_030n);
    await keeper.run();
    expect((await trader.view()).notes).toHaveLength(1);
    await local.pass(300);
    await keeper.run();
    expect(sizeOf((await trader.view()).account!.holdings, USDC)).toBe(45_030n);
    await local.relayHome();
    await keeper.run();
    expect(sizeOf((await trader.view()).account!.holdings, USDC)).toBe(45_060n);
  });

  it("shares an account with another keeper, at the cost of gas alone", async () => {
    await trader.deposit(USDC, 40n);
    await local.relayNotes("vault-north");
    await local.pass(900);
    await publish();
    await local.relayHome();
    take();
    const other = await newKeeper(0);
    const before = (await proofs()).length;
    await Promise.all([keeper.run(), other.run()]);
    const { account, notes } = await trader.view();
    expect(sizeOf(account!.holdings, USDC)).toBe(45_100n);
    expect(notes).toEqual([]);
    expect((await proofs()).length).toBeGreaterThan(before);
    expect((await line()).validUntil).toBeGreaterThan((await now()) + 3_000);
    // Whoever came second was refused, and went on.
    expect(
      take().filter(({ level, event }) => level !== "info" && event !== "refused" && event !== "attention"),
    ).toEqual([]);
  });

  it("keeps lines on one chain while another doesn't answer", async () => {
    await local.pass(1_000);
    await publish();
    await local.relayHome();
    const before = (await proofs()).length;
    const nodes = new Map([...local.nodes].filter(([name]) => name !== "north"));
    const lonely = new Keeper({
      network: local.network,
      keys: KEEPER,
      tables: { urls: [], store: new FileStore(folder) },
      wallet: await ChainWallet.open(local.network, nodes, KEEPER),
      prove: (statement) => prover.prove(proofRequest(statement)),
      sender: async (chain) => Sender.open(local.nodes.get(chain)!, local.chains[chain as LocalChainName].signers[2]),
      log: (level, event, fields: Fields = {}) => said.push({ level, event, what: fields["what"] }),
    });
    take();
    await lonely.run();
    expect(attention(take())).toEqual(["north's node doesn't answer"]);
    expect((await proofs()).length).toBe(before + 1);
  });

  it("can't draw, release, spend or withdraw with the keys it has", async () => {
    const alias = aliasOf(ownerOf(KEYS), DESK);
    const signer = local.chains.south.signers[2];
    const at = local.chains.south.at("CreditDesk", desk.contract, signer);
    expect(await refusal(at, "draw", alias, 1, local.chains.south.addresses[2])).toBe("NotOperator");
    expect(await refusal(at, "release", alias, 1)).toBe("NotOperator");
    expect(await refusal(at, "close", alias)).toBe("NotOperator");

    // To become the operator takes a proof with the spend key; one without says so, and can't say otherwise.
    const view = await (await ChainWallet.open(local.network, local.nodes, KEEPER)).refresh();
    const submission = (await solvencyOf(
      view,
      desk,
      KEEPER,
      { urls: [], store: new FileStore(folder) },
      signer.address,
      10_000,
    ))!;
    const {
      method,
      args: [shown],
    } = lineCall(
      "CreditDesk",
      desk.contract,
      "authorise",
      await prover.prove(proofRequest(submission.statement)),
      submission.deadline,
    );
    expect(await refusal(at, method, shown)).toBe("SpendKeyNeeded");
    expect(await refusal(at, method, { ...(shown as object), withSpendKey: true })).toBe("InvalidProof");
    expect(await refusal(at, "prove", shown)).toBeUndefined();

    // Collateral out and debt booked are spendings: without the spend key there is no witness, and a guess is none.
    for (const move of [
      { kind: "collateral", instrument: BTC, lots: 1n, recipient: 5n },
      { kind: "credit", instrument: CREDIT, lots: 1n },
    ] as const) {
      const request = { account: view.account!, table, move, context: 1n };
      const without = spendStatement({ ...request, keys: KEEPER as SpendKeys });
      await expect(prover.prove(proofRequest(without.statement))).rejects.toThrow(
        "inputs.spendKey: must be a bigint, got undefined",
      );
      const guessed = spendStatement({ ...request, keys: { ...KEEPER, spendKey: 12345n } });
      await expect(prover.prove(proofRequest(guessed.statement))).rejects.toThrow(/spend|Spend|assert/i);
    }
    expect(instrumentId(DESK, 2)).toBe(RELEASE);
  });
});
