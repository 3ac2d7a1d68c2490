/** Headers as nodes give them: what is null is absent, and what can't be hashed is named. */
import { keccak256 } from "ethers";
import { expect, it } from "vitest";
import { readHeader, readRootProof } from "../../src/chain/header.ts";
import type { NetworkChain } from "../../src/chain/network.ts";
import { NodeError } from "../../src/base/errors.ts";

/** A block of Sepolia, of the fork that brought withdrawals; fields of later forks are null, as some nodes give them. */
const BLOCK: Readonly<Record<string, unknown>> = {
  baseFeePerGas: "0x3fb7c357",
  difficulty: "0x0",
  extraData: "0x",
  gasLimit: "0x1c9c380",
  gasUsed: "0x18f759",
  hash: "0xa16c6bcda4fdca88b5761965c4d724f7afc6a6900d9051a204e544870adb3452",
  logsBloom:
    "0x020010404000001a0000021000000080001100410000100001000010040200980220400000008806200200000100000000000000000000008000000400042000000050000040000112080808800002044000040004042008800480002000000000000002020020000042002400000820000080040000000010200010020010100101212050000008000000008000001010200c80000112010000438040020400000000202400000000002002a0210402000622010000000001700144000040000000002204000000c000410105024010000808000000002004002000000261000000822200200800881000000012500400400000000000000040010000800000",
  miner: "0x000095e79eac4d76aab57cb2c1f091d553b36ca0",
  mixHash: "0x5b53dc49cbab268ef9950b1d81b5e36a1b2f1b97aee1b7ff6e4db0e06c29a8b0",
  nonce: "0x0000000000000000",
  number: "0x84161e",
  parentHash: "0x72d92c1498e05952988d4e79a695928a6bcbd37239f8a1734051263b4d3504b8",
  receiptsRoot: "0xaff90ae18dcc35924a4bddb68d403b8b7812c10c3ea2a114f34105c87d75bcdb",
  sha3Uncles: "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347",
  stateRoot: "0xc56738518b2c7854a640ae25996d2211c9ef0dd2e4dd9e59e9d9cacef39622da",
  timestamp: "0x64110a5c",
  transactionsRoot: "0x4a87d0cf5990b1c5bac631583e5965c2ba943858bebb2e07f74d0b697f73821a",
  withdrawalsRoot: "0xbe712c930a0665264b025ced87cc7839eef95a3cbc26dadc93e9e185a350ad28",
  blobGasUsed: null,
  excessBlobGas: null,
  parentBeaconBlockRoot: null,
};
const HASH = BLOCK["hash"] as string;
const asked = (answer: unknown) => ({
  chain: { name: "north" } as NetworkChain,
  rpc: () => Promise.resolve(answer as never),
});
const header = (change: Record<string, unknown> = {}) => readHeader(asked({ ...BLOCK, ...change }), 8_656_414n);

it("hashes to the block's hash with fields given as null, left out or filled in", async () => {
  const { rlp, hash } = await header();
  expect([keccak256(rlp), hash]).toEqual([HASH, HASH]);
  expect(await header({ blobGasUsed: undefined, excessBlobGas: undefined, parentBeaconBlockRoot: undefined })).toEqual({
    number: 8_656_414n,
    stateRoot: "0xc56738518b2c7854a640ae25996d2211c9ef0dd2e4dd9e59e9d9cacef39622da",
    rlp,
    hash,
  });
  expect(
    await header({
      blobGasUsed: "0x0",
      excessBlobGas: "0x0",
      parentBeaconBlockRoot: `0x${"00".repeat(32)}`,
      requestsHash: `0x${"00".repeat(32)}`,
    }),
  ).toMatchObject({ rlp });
  expect(
    await header({ requestsHash: null, size: "0x1", totalDifficulty: null, blockAccessListHash: null }),
  ).toMatchObject({ rlp });
});

it.each([
  [
    "a field of a fork to come",
    { hash: `0x${"11".repeat(32)}`, blockAccessListHash: `0x${"22".repeat(32)}`, slotNumber: "0x5" },
    "north: the header of block 8656414 doesn't hash to the block's hash; it has fields that this version doesn't know (blockAccessListHash, slotNumber)",
  ],
  ["a field that is wrong", { gasUsed: "0x5" }, "north: the header of block 8656414 doesn't hash to the block's hash"],
  ["a root that is null", { stateRoot: null }, "north: the header of block 8656414 doesn't hash to the block's hash"],
  ["a number that is none", { gasUsed: "5" }, "north: the node gives block 8656414 a gasUsed that is no hex"],
  ["a hash of half a byte", { stateRoot: "0x123" }, "north: the node gives block 8656414 a stateRoot that is no hex"],
  ["a hash that is an object", { stateRoot: {} }, "north: the node gives block 8656414 a stateRoot that is no hex"],
])("refuses %s by name", async (_, change, message) => {
  await expect(header(change)).rejects.toThrow(new NodeError("north", message.slice("north: ".length)));
});

it("refuses a block that isn't there, and proofs that are none", async () => {
  await expect(readHeader(asked(null), 5n)).rejects.toThrow("north: the node has no block 5");
  for (const proof of [
    null,
    {},
    { accountProof: ["0x"], storageProof: [] },
    { accountProof: ["0x1"], storageProof: [{ proof: [] }] },
    { accountProof: 5, storageProof: [{ proof: [] }] },
  ]) {
    await expect(readRootProof(asked(proof), HASH, HASH, { number: 5n, stateRoot: HASH })).rejects.toThrow(
      "north: the node answers eth_getProof with what is no proof, for block 5",
    );
  }
});

it("takes a proof only of the state that the block's header names", async () => {
  const [root, other] = ["0xc0", "0xc1c0"];
  const proof = { accountProof: [root, other], storageProof: [{ proof: [] }] };
  const read = (stateRoot: string) => readRootProof(asked(proof), HASH, HASH, { number: 5n, stateRoot });
  expect(await read(keccak256(root))).toEqual({
    account: HASH,
    slot: HASH,
    accountProof: [root, other],
    storageProof: [],
  });
  expect(await read(`0x${keccak256(root).slice(2).toUpperCase()}`)).toMatchObject({ accountProof: [root, other] });
  await expect(read(keccak256(other))).rejects.toThrow(
    new NodeError("north", `the node's proof of ${HASH} is not of the state of block 5`),
  );
  await expect(
    readRootProof(asked({ ...proof, accountProof: [] }), HASH, HASH, { number: 5n, stateRoot: keccak256(root) }),
  ).rejects.toThrow("is not of the state of block 5");
});
