/**
 * What operations cost with tier M's proofs and verifiers and trees of 2^20 leaves, against the snapshot beside this
 * file. PLIMSOLL_SNAPSHOT=write takes new figures down; a goal is missed either way.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { AbiCoder, keccak256, toBeHex, type ContractTransactionReceipt } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Account } from "../../src/account/account.ts";
import { Exit } from "../../src/account/exit.ts";
import { aliasOf, ownerOf } from "../../src/account/keys.ts";
import { GrowingTree, type TreePath } from "../../src/account/trees.ts";
import { ROOT_SLOTS, proofArgument, tierNumber } from "../../src/chain/calls.ts";
import { hashPair } from "../../src/protocol/hash.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { snarkjsProver } from "../../src/prover/snarkjsProver.ts";
import { exitStatement } from "../../src/statements/exit.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { spendStatement } from "../../src/statements/spend.ts";
import { solvencyStatement } from "../../src/statements/solvency.ts";
import { proofRequest } from "../../src/statements/statement.ts";
import { send, type Chain } from "../support/chain.ts";
import { pass, publishTable, relay, type Away, type Home } from "../support/deployment.ts";
import { BTC, COMMITTEE, CREDIT, DESK, KEEPER, KEYS, RELEASE, tableTree } from "../support/world.ts";
import { gasParts, type GasParts } from "./support/gasParts.ts";
import { contextAt, twoChains } from "./support/twoChains.ts";

const GOALS = {
  extend: 400_000,
  refresh: 400_000,
  receive: 1_000_000,
  spend: 1_000_000,
  deposit: 600_000,
  exit: 400_000,
  headerAndRoot: 450_000,
  headerAndRootDeep: 450_000,
};
const SNAPSHOT = new URL("gas.json", import.meta.url);
/** Where it goes. */
const PARTS = new URL("gasParts.json", import.meta.url);
const M = tierNumber("M");
/** Levels of a tree of 2^20 leaves. */
const LEVELS = 20;
const prover = snarkjsProver();
const measured: Record<string, number> = {};
const parts: Record<string, GasParts> = {};
let home: Home;
let away: Away;
let stop: () => Promise<void>;

beforeAll(async () => void ({ home, away, stop } = await twoChains("M")));
afterAll(() => Promise.all([prover.close(), stop()]));

async function record(name: string, receipt: ContractTransactionReceipt): Promise<void> {
  measured[name] = Number(receipt.gasUsed);
  parts[name] = await gasParts(
    [home.chain, away.chain].find(({ provider }) => provider === receipt.provider)!,
    receipt,
  );
}
const set = (chain: Chain, contract: string, slot: bigint, value: bigint): Promise<unknown> =>
  chain.rpc("anvil_setStorageAt", [contract, toBeHex(slot, 32), toBeHex(value, 32)]);
const at = (key: bigint, slot: bigint): bigint =>
  BigInt(keccak256(AbiCoder.defaultAbiCoder().encode(["uint256", "uint256"], [key, slot])));
const noise = (level: number): bigint => 1_000_003n * BigInt(level + 1);

/** First storage slot of a struct that a test finds by what it holds after one use. */
async function slotHolding(chain: Chain, contract: string, value: bigint): Promise<bigint> {
  for (let slot = 0n; slot < 32n; slot++) {
    if (BigInt(await chain.provider.getStorage(contract, slot)) === value) return slot;
  }
  throw new Error(`no slot of ${contract} holds ${value}`);
}

/** Slots of a growing tree, after which the queue of exits keeps how many it ever took. */
const TREE_SLOTS = 33n;

/** Makes a growing tree hold 2^20 less `free` leaves. The last place costs most: a hash on every level. */
async function fillGrowing(chain: Chain, contract: string, sizeSlot: bigint, free = 1n): Promise<void> {
  await set(chain, contract, sizeSlot, (1n << BigInt(LEVELS)) - free);
  for (let level = 0; level < LEVELS; level++) await set(chain, contract, sizeSlot + 1n + BigInt(level), noise(level));
}

/** Makes the accounts' tree hold 2^20 leaves around slot 0, and returns that leaf's path. */
async function fillAccounts(sizeSlot: bigint, commitment: bigint): Promise<TreePath> {
  const registry = await home.registry.getAddress();
  await set(home.chain, registry, sizeSlot, 1n << BigInt(LEVELS));
  let root = commitment;
  const siblings: bigint[] = [];
  for (let level = 0; level < LEVELS; level++) {
    const key = BigInt(level) << 64n;
    if (level > 0) await set(home.chain, registry, at(key, sizeSlot + 2n), root);
    await set(home.chain, registry, at(key + 1n, sizeSlot + 2n), noise(level));
    siblings.push(noise(level));
    root = hashPair(root, noise(level));
  }
  await set(home.chain, registry, sizeSlot + 1n, root);
  await set(home.chain, registry, BigInt(ROOT_SLOTS.accounts), root);
  return { root, depth: LEVELS, index: 0n, siblings: [...siblings, ...Array<bigint>(TIERS.M.depth - LEVELS).fill(0n)] };
}

/** Fills the home chain's state with 4,000 accounts, and the registry's storage with as many slots. */
async function deepen(registry: string): Promise<void> {
  for (let i = 0n; i < 4_000n; i += 100n) {
    await Promise.all(
      Array.from({ length: 100 }, (_, j) => {
        const some = 0x1000000n + (i + BigInt(j)) * 7919n;
        return Promise.all([
          home.chain.rpc("anvil_setBalance", [toBeHex(some, 20), "0x1"]),
          set(home.chain, registry, some, 1n),
        ]);
      }),
    );
  }
}

it("costs what the snapshot says, and no more than the goals", async () => {
  const owner = ownerOf(KEYS);
  const table = await tableTree("M");
  for (const side of [home, away])
    await record("publishEpoch", await publishTable(side, table.root, table.table.epoch));
  const me = home.chain.addresses[0];

  // A deposit into a tree of which every level is complete.
  await send(away.btc, "mint", me, 10n ** 15n);
  await send(away.btc, "approve", await away.vault.getAddress(), 10n ** 15n);
  await send(away.vault, "deposit", 1, 1_000, 5n);
  await record("depositFirst", await send(away.vault, "deposit", 1, 1_000, 5n));
  const vault = await away.vault.getAddress();
  await fillGrowing(away.chain, vault, await slotHolding(away.chain, vault, 2n));
  await record("deposit", await send(away.vault, "deposit", 1, 1_000, 5n));

  // An account among 2^20 opens, takes credit, receives.
  const open = await contextAt(home.registry, home.chain, me);
  const notesRoot = (await home.notes.getFunction("notesRoot")()) as bigint;
  const opening = receiveStatement({ keys: KEYS, from: "M", notes: [], notesRoot, context: open.context });
  const opened = await prover.prove(proofRequest(opening.statement));
  await record(
    "open",
    await send(home.registry, "open", M, { ...opened.signals }, proofArgument(opened), open.deadline),
  );
  let account: Account = opening.account;
  const registry = await home.registry.getAddress();
  const rootSlot = await slotHolding(home.chain, registry, account.commitment);
  const sizeSlot = rootSlot - 1n;
  await fillAccounts(sizeSlot, account.commitment);
  await pass(600, home.chain, away.chain);

  const receive = await contextAt(home.registry, home.chain, me);
  const receiving = receiveStatement({ keys: KEYS, from: account, notes: [], notesRoot, context: receive.context });
  const receiveProof = await prover.prove(proofRequest(receiving.statement));
  await record(
    "receive",
    await send(
      home.registry,
      "receiveNotes",
      0,
      { ...receiveProof.signals },
      proofArgument(receiveProof),
      receive.deadline,
    ),
  );

  // A state with holdings, put in place of the empty one.
  account = receiving.account.next([
    { instrument: BTC, size: 500n },
    { instrument: CREDIT, size: -2_000n },
  ]);
  await set(home.chain, registry, at(0n, sizeSlot + 2n), account.commitment);
  // Its collateral leaves, into a queue whose last exit completes the tree of 2^20.
  const spend = await contextAt(home.registry, home.chain, me);
  const move = { kind: "collateral", instrument: BTC, lots: 100n, recipient: 0xb0bn } as const;
  const spending = spendStatement({ account, keys: KEYS, table, move, context: spend.context });
  const spendProof = await prover.prove(proofRequest(spending.statement));
  const exitsSlot = sizeSlot + 3n;
  await fillGrowing(home.chain, registry, exitsSlot);
  await set(home.chain, registry, exitsSlot + TREE_SLOTS, (1n << BigInt(LEVELS)) - 1n);
  await record(
    "spend",
    await send(home.registry, "spend", 0, false, { ...spendProof.signals }, proofArgument(spendProof), spend.deadline),
  );
  account = spending.account;
  await record("addExit", await send(home.registry, "addExits", 1));
  await fillGrowing(home.chain, registry, exitsSlot, 16n);
  for (let place = (1n << BigInt(LEVELS)) - 16n; place < 1n << BigInt(LEVELS); place++) {
    await set(home.chain, registry, at(place, exitsSlot + TREE_SLOTS + 1n), place);
  }
  await record("addExits16", await send(home.registry, "addExits", 16));
  const path = await fillAccounts(sizeSlot, account.commitment);

  // The other chain takes its root, as it took one before, and the desk a proof.
  await home.chain.rpc("evm_mine");
  await relay(away, home, home.registry, "exits");
  await set(home.chain, registry, BigInt(ROOT_SLOTS.accounts), 5n);
  await home.chain.rpc("evm_mine");
  await relay(away, home, home.registry, "accounts");
  await set(home.chain, registry, BigInt(ROOT_SLOTS.accounts), path.root);
  await home.chain.rpc("evm_mine");
  await record("headerAndRoot", await relay(away, home, home.registry, "accounts"));
  for (const name of ["authorise", "extend", "refresh"] as const) {
    const shown = await contextAt(away.desk, away.chain, me);
    const coverage = name === "refresh" ? 8_000 : 10_000;
    const keys = name === "authorise" ? KEYS : KEEPER;
    const proof = await prover.prove(
      proofRequest(
        solvencyStatement({
          account,
          keys,
          path,
          table,
          coverage,
          issuerId: DESK,
          show: [CREDIT, RELEASE],
          committee: COMMITTEE,
          context: shown.context,
        }),
      ),
    );
    const { accountsRoot, tableRoot, alias, ciphertext } = proof.signals;
    await record(
      name,
      await send(away.desk, name === "authorise" ? "authorise" : "prove", {
        tier: M,
        alias_: alias,
        accountsRoot,
        tableRoot,
        coverage,
        withSpendKey: name === "authorise",
        booked: 2_000,
        released: 0,
        ciphertext,
        deadline: shown.deadline,
        proof: proofArgument(proof),
      }),
    );
  }
  await send(away.usd, "mint", me, 10n ** 12n);
  await send(away.usd, "approve", await away.desk.getAddress(), 10n ** 12n);
  await send(away.desk, "fund", 10n ** 11n);
  const alias = aliasOf(owner, DESK);
  await record("draw", await send(away.desk, "draw", alias, 1_000_000_000n, me));
  await record("repay", await send(away.desk, "repay", alias, 10n ** 12n));
  await record("release", await send(away.desk, "release", alias, 2_000));

  // An exit.
  const exit = new Exit(BTC, 100n, 0xb0bn, 99n);
  const exits = new GrowingTree(TIERS.M.depth, [1n, exit.leaf, 3n]);
  await set(home.chain, registry, BigInt(ROOT_SLOTS.exits), exits.root);
  await home.chain.rpc("evm_mine");
  await relay(away, home, home.registry, "exits");
  const paid = await contextAt(away.vault, away.chain, toBeHex(0xb0b, 20));
  const exitProof = await prover.prove(proofRequest(exitStatement(exit, exits.path(exit.leaf), paid.context, "M")));
  await record(
    "exit",
    await send(away.vault, "exit", M, { ...exitProof.signals }, proofArgument(exitProof), paid.deadline),
  );
  await record("claim", await send(away.vault, "claim", 0, toBeHex(0xb0b, 20)));

  // The same between tries as deep as a busy chain's: proofs of five and six nodes instead of three.
  await deepen(registry);
  await set(home.chain, registry, BigInt(ROOT_SLOTS.exits), 1n << 250n);
  await home.chain.rpc("evm_mine");
  await record("headerAndRootDeep", await relay(away, home, home.registry, "exits"));

  if (process.env["PLIMSOLL_SNAPSHOT"] === "write") {
    for (const [file, figures] of [
      [SNAPSHOT, measured],
      [PARTS, parts],
    ] as const)
      writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  }
  console.table(Object.entries(parts).map(([operation, split]) => ({ operation, gas: measured[operation], ...split })));
  for (const [name, goal] of Object.entries(GOALS)) expect(measured[name], name).toBeLessThanOrEqual(goal);
  const snapshot = JSON.parse(readFileSync(SNAPSHOT, "utf8")) as typeof measured;
  const snapshotParts = JSON.parse(readFileSync(PARTS, "utf8")) as typeof parts;
  expect(Object.keys(measured)).toEqual(Object.keys(snapshot));
  expect(Object.keys(parts)).toEqual(Object.keys(snapshotParts));
  for (const [name, units] of Object.entries(snapshot)) {
    // Calldata differs from proof to proof by its zero bytes, and a header's size by its numbers.
    expect(Math.abs(measured[name]! - units), name).toBeLessThan(3_000);
    for (const [part, some] of Object.entries(snapshotParts[name]!)) {
      const found = parts[name]![part as keyof GasParts];
      expect(found, `${name}: ${part}`).toBeGreaterThanOrEqual(0);
      expect(Math.abs(found - some), `${name}: ${part}`).toBeLessThan(3_000);
    }
  }
});
