/**
 * Block headers and storage proofs as RootMirror takes them.
 *
 * @module
 */
import { encodeRlp, keccak256, toBeArray, type JsonRpcProvider } from "ethers";
import { InputError } from "../base/errors.ts";

/** One root at one storage slot, with the proofs that eth_getProof gave of it: an argument of RootMirror.mirror. */
export interface RootProof {
  readonly account: string;
  readonly slot: string;
  readonly accountProof: readonly string[];
  readonly storageProof: readonly string[];
}

export interface Header {
  readonly number: bigint;
  readonly hash: string;
  readonly rlp: string;
}

/** Fields in the order of the header; `true` for numbers, which RLP writes without leading zeros. */
const FIELDS: readonly (readonly [name: string, isNumber: boolean])[] = [
  ["parentHash", false], ["sha3Uncles", false], ["miner", false], ["stateRoot", false], ["transactionsRoot", false],
  ["receiptsRoot", false], ["logsBloom", false], ["difficulty", true], ["number", true], ["gasLimit", true],
  ["gasUsed", true], ["timestamp", true], ["extraData", false], ["mixHash", false], ["nonce", false],
  ["baseFeePerGas", true], ["withdrawalsRoot", false], ["blobGasUsed", true], ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false], ["requestsHash", false],
];

/**
 * The header of a block, from its fields.
 *
 * @throws InputError when the fields don't hash to what the node calls the block's hash: a fork added one, or the node
 * is wrong
 */
export async function readHeader(provider: JsonRpcProvider, number: bigint): Promise<Header> {
  const block = (await provider.send("eth_getBlockByNumber", [`0x${number.toString(16)}`, false])) as Record<string, string> | null;
  if (block === null) throw new InputError("block.number", "must be of a block that the node has", number);
  // Fields that later forks added are at the end, and absent before.
  const fields = FIELDS.filter(([name]) => block[name] !== undefined)
    .map(([name, isNumber]) => (isNumber ? toBeArray(BigInt(block[name]!)) : block[name]!));
  const rlp = encodeRlp(fields);
  if (keccak256(rlp) !== block["hash"]) throw new InputError("block", "must hash to its own hash", block["hash"]);
  return { number, hash: block["hash"], rlp };
}

/** Proof of what a contract keeps at a slot in one block. */
export async function readRootProof(provider: JsonRpcProvider, account: string, slot: string, number: bigint): Promise<RootProof> {
  const { accountProof, storageProof } = (await provider.send("eth_getProof", [account, [slot], `0x${number.toString(16)}`])) as {
    readonly accountProof: string[];
    readonly storageProof: readonly { readonly proof: string[] }[];
  };
  return { account, slot, accountProof, storageProof: storageProof[0]!.proof };
}
