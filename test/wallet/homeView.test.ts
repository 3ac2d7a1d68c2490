/** An account is found and read among ten thousand events of a registry that anyone may use, with work in proportion. */
import { ZeroAddress } from "ethers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { foundry } from "../../scripts/foundry.ts";
import { Account, openingNullifier } from "../../src/account/account.ts";
import { ownerOf } from "../../src/account/keys.ts";
import { bulkHasher } from "../../src/protocol/bulkHash.ts";
import { circuitNumber, tierNumber } from "../../src/chain/calls.ts";
import type { Network, NetworkChain } from "../../src/chain/network.ts";
import { Node } from "../../src/chain/node.ts";
import { TIERS, accountWords } from "../../src/protocol/constants.ts";
import { ChainWallet } from "../../src/wallet/chainWallet.ts";
import { send, startChain, type Chain } from "../support/chain.ts";
import { Random } from "../support/random.ts";
import { BTC, COMMITTEE, KEYS, USDC } from "../support/world.ts";

const STRANGERS = 2_500;
const AT_ONCE = 25;
const SLOT = 1_250;
const VERSIONS = 20;
/** Said, because estimating would run each transaction a dozen times. */
const GAS = { gasLimit: 16_000_000 };

describe.skipIf(foundry("anvil") === undefined)("a registry with ten thousand events", () => {
  let chain: Chain;
  let node: Node;
  let network: Network;
  let account: Account;

  beforeAll(async () => {
    chain = await startChain(31_337);
    const random = Random.named("home view");
    const verifier = await (await chain.deploy("CredulousVerifier")).getAddress();
    const verifiers = await chain.deploy("Verifiers", [[circuitNumber("receive"), tierNumber("M"), verifier]]);
    const notes = await chain.deploy("IssuerNotes", [], 86_400);
    const registry = await chain.deploy(
      "AccountRegistry",
      await verifiers.getAddress(),
      ZeroAddress,
      await notes.getAddress(),
      0,
      chain.addresses[0],
    );
    const notesRoot = (await notes.getFunction("notesRoot")()) as bigint;
    const crowd = await chain.deploy(
      "Crowd",
      await registry.getAddress(),
      notesRoot,
      TIERS.M.notes,
      1 + accountWords(TIERS.M),
    );
    const described: NetworkChain = {
      name: "home",
      chainId: 31_337,
      startBlock: 0,
      finality: 0,
      verifiers: await verifiers.getAddress(),
      riskTable: ZeroAddress,
      roots: {},
    };
    network = {
      keys: "development",
      tiers: ["M"],
      home: "home",
      registry: await registry.getAddress(),
      issuerNotes: await notes.getAddress(),
      chains: [described],
      issuers: [],
      committee: COMMITTEE,
    };
    node = await Node.connect(described, chain.url);

    /** Our own changes, as real as proofs would make them. */
    const change = async (old: Account | undefined, next: Account): Promise<void> => {
      const signals = {
        oldCommitment: old?.commitment ?? 0n,
        newCommitment: next.commitment,
        notesRoot,
        openingNullifier: old === undefined ? openingNullifier(next.owner) : 0n,
        nullifiers: Array.from({ length: TIERS.M.notes }, () => random.field()),
        cipher: next.cipher,
        context: 0n,
      };
      const proof = {
        a: [0, 0],
        b: [
          [0, 0],
          [0, 0],
        ],
        c: [0, 0],
      };
      await send(
        registry,
        old === undefined ? "open" : "receiveNotes",
        old === undefined ? tierNumber("M") : SLOT,
        signals,
        proof,
        2n ** 255n,
        GAS,
      );
      account = next;
    };
    for (let slot = 0; slot < STRANGERS; slot += AT_ONCE) {
      if (slot === SLOT) await change(undefined, Account.open("M", KEYS, [{ instrument: BTC, size: 1n }]));
      await send(crowd, "open", tierNumber("M"), AT_ONCE, GAS);
    }
    for (let slot = 0; slot < STRANGERS; slot += AT_ONCE) {
      if (slot % (STRANGERS / VERSIONS) === 0 && account.version < VERSIONS - 1) {
        await change(
          account,
          account.next([
            { instrument: BTC, size: BigInt(slot + 1) },
            { instrument: USDC, size: -7n },
          ]),
        );
      }
      // Slots move up by one where ours is.
      await send(crowd, "receiveNotes", slot < SLOT ? slot : slot + 1, AT_ONCE, GAS);
    }
  });
  afterAll(async () => {
    node.close();
    await chain.stop();
  });

  it("gives back an account and its path, reading each event and hashing each slot once", async () => {
    const asked: string[] = [];
    const counted = Object.create(node, {
      rpc: { value: (method: string, params?: readonly unknown[]) => (asked.push(method), node.rpc(method, params)) },
      read: { value: (...args: Parameters<Node["read"]>) => (asked.push("eth_call"), node.read(...args)) },
    }) as Node;
    const bulk = await bulkHasher();
    const [scans, pairs] = [vi.spyOn(bulk, "hash"), vi.spyOn(bulk, "hashPair")];

    let fetched = 0;
    const started = performance.now();
    const wallet = await ChainWallet.open(network, new Map([["home", counted]]), KEYS, {
      onProgress: () => (fetched = performance.now() - started),
    });
    const before = process.cpuUsage();
    const view = await wallet.refresh();
    const seconds = (performance.now() - started) / 1000;
    const { user, system } = process.cpuUsage(before);
    const events = 3 * (STRANGERS + 1) + 2 * (STRANGERS + VERSIONS - 1);
    console.log(
      `restored version ${view.account!.version} among ${events} registry events in ${seconds.toFixed(1)} s (${(fetched / 1000).toFixed(1)} s until all were fetched; ${((user + system) / 1e6).toFixed(1)} s of CPU), ${asked.length} requests`,
    );

    expect(events).toBeGreaterThan(10_000);
    expect(view).toMatchObject({ owner: ownerOf(KEYS), slot: SLOT, tier: "M", warnings: [], missing: [] });
    expect(view.versions).toHaveLength(VERSIONS);
    expect(view.account).toEqual(account);
    expect(scans).toHaveBeenCalledTimes(SLOT + 1);
    expect(pairs.mock.calls.length).toBeLessThan(STRANGERS + TIERS.M.depth);
    expect(asked.length).toBeLessThan(30);

    // Once it knows them, what others do costs a path each and no scan.
    scans.mockClear();
    pairs.mockClear();
    const path = (await view.accountPath("home"))!;
    expect(path.index).toBe(BigInt(SLOT));
    expect(pairs.mock.calls.length).toBe(0);
    const again = await wallet.refresh();
    expect(again.account).toEqual(account);
    expect([scans.mock.calls.length, pairs.mock.calls.length]).toEqual([0, 0]);
  });
});
