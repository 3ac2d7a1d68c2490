import type { Contract } from "ethers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { packWords, type Holding } from "../../src/account/holdings.ts";
import { Note, noteLeaf } from "../../src/account/note.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { hashPair } from "../../src/protocol/hash.ts";
import { FIELD, NOTE_LEGS, TIERS } from "../../src/protocol/constants.ts";
import { packClaim } from "../../src/protocol/claim.ts";
import { contextSignal } from "../../src/protocol/context.ts";
import { refusal, startChain, type Chain } from "../support/chain.ts";
import { Random } from "../support/random.ts";

let chain: Chain;
let encodings: Contract;
beforeAll(async () => {
  chain = await startChain(31337);
  encodings = await chain.deploy("Encodings");
});
afterAll(() => chain.stop());

const ROUNDS = 150;
const call = <T>(name: string, ...args: unknown[]): Promise<T> =>
  encodings.getFunction(name).staticCall(...args) as Promise<T>;
/** |size| < 2^38, its width uniform and both ends of the range among them. */
const size = (random: Random): bigint => {
  const magnitude = random.chance(8) ? (1n << 38n) - 1n : random.anySize(38);
  return random.chance(2) ? -magnitude : magnitude;
};
const address = (random: Random): string => `0x${random.bits(160).toString(16).padStart(40, "0")}`;

it("claims are packed alike", async () => {
  const random = Random.named("claims");
  for (let i = 0; i < ROUNDS; i++) {
    const claim = {
      coverage: random.chance(8) ? 16_383 : random.below(16_384),
      withSpendKey: random.chance(2),
      issuerId: random.below(256),
      instrumentA: random.chance(8) ? 0 : random.below(1 << 24),
      sizeA: size(random),
      instrumentB: random.below(1 << 24),
      sizeB: size(random),
    };
    expect(await call("packClaim", claim)).toBe(packClaim("solvency", { ...claim, report: false, salt: 0 }));
    expect(await call("packSpend", claim.coverage, claim.withSpendKey)).toBe(
      packClaim("spend", { coverage: claim.coverage, onAnyTable: claim.withSpendKey }),
    );
  }
});

it("parts that don't fit a claim are refused", async () => {
  const claim = {
    coverage: 10_000,
    withSpendKey: true,
    issuerId: 3,
    instrumentA: 1,
    sizeA: 0n,
    instrumentB: 2,
    sizeB: 0n,
  };
  for (const wrong of [
    { coverage: 16_384 },
    { issuerId: 256 },
    { instrumentA: 1 << 24 },
    { instrumentB: 1 << 24 },
    { sizeA: 1n << 38n },
    { sizeA: -(1n << 38n) },
    { sizeB: 1n << 38n },
    { sizeB: -(1n << 38n) },
  ]) {
    expect(await refusal(encodings, "packClaim", { ...claim, ...wrong })).toBe("ClaimOutOfRange");
  }
  expect(await refusal(encodings, "packSpend", 16_384, false)).toBe("ClaimOutOfRange");
});

it("legs are packed and note leaves hashed alike", async () => {
  const random = Random.named("notes");
  for (let i = 0; i < ROUNDS; i++) {
    const legs: Holding[] = Array.from({ length: 1 + random.below(NOTE_LEGS) }, () => ({
      instrument: (7 << 16) + random.below(1 << 16),
      size: size(random) || 1n,
    }));
    const note = new Note(7, 0n, legs, random.anySize(64), random.chance(2) ? 0n : random.bits(184));
    const recipient = 1n + (random.field() % (FIELD - 1n));
    const onChain = legs.map(({ instrument, size: lots }) => ({ instrument, lots }));
    expect([...(await call<bigint[]>("packLegs", onChain))]).toEqual(packWords(legs, 2));
    expect(await call("noteLeaf", recipient, onChain, note.serial, note.blinding)).toBe(noteLeaf(recipient, note));
  }
  const leg = { instrument: 1, lots: 1 };
  expect(await refusal(encodings, "noteLeaf", FIELD, [leg], 1, 0)).toBe("NoteOutOfRange");
  expect(await refusal(encodings, "noteLeaf", 1, [leg], 1, 1n << 184n)).toBe("NoteOutOfRange");
  expect(await refusal(encodings, "packLegs", [])).toBe("LegCount");
  expect(await refusal(encodings, "packLegs", Array(9).fill(leg))).toBe("LegCount");
  expect(await refusal(encodings, "packLegs", [{ instrument: 1 << 24, lots: 1 }])).toBe("InstrumentOutOfRange");
  expect(await refusal(encodings, "packLegs", [{ instrument: 1, lots: 0 }])).toBe("EmptyLeg");
});

it("contexts are hashed alike", async () => {
  const random = Random.named("contexts");
  for (let i = 0; i < ROUNDS; i++) {
    const context = {
      chainId: random.anySize(64),
      contract: address(random),
      account: address(random),
      deadline: random.anySize(64),
    };
    expect(await call("context", context.chainId, context.contract, context.account, context.deadline)).toBe(
      contextSignal(context),
    );
  }
});

it("nodes and trees are hashed alike", async () => {
  const random = Random.named("trees");
  const pairs = Array.from(
    { length: 100 },
    () => [random.chance(6) ? 0n : random.field(), random.chance(6) ? FIELD - 1n : random.field()] as const,
  );
  expect([...(await call<bigint[]>("hashPairs", pairs))]).toEqual(pairs.map(([left, right]) => hashPair(left, right)));

  const leaves = Array.from({ length: 45 }, () => 1n + (random.field() % (FIELD - 1n)));
  const growing = new GrowingTree(TIERS.M.depth);
  expect([...(await call<bigint[]>("grow", leaves))]).toEqual(leaves.map((leaf) => (growing.add(leaf), growing.root)));

  const replacing = new GrowingTree(TIERS.M.depth);
  const places = leaves.map((_, i) => (i < 3 || random.chance(2) ? -1 : random.below(3)));
  const roots = leaves.map((leaf, i) => {
    if (places[i]! < 0) replacing.add(leaf);
    else replacing.replace(places[i]!, leaf);
    return replacing.root;
  });
  expect([...(await call<bigint[]>("replace", places, leaves))]).toEqual(roots);
});
