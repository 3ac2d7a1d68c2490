/**
 * Block headers and storage proofs as RootMirror takes them.
 *
 * @module
 */
import { encodeRlp, keccak256, toBeArray } from "ethers";
import { NodeError } from "../base/errors.ts";
import type { Node } from "./node.ts";
import { said } from "../base/said.ts";

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
  readonly stateRoot: string;
  readonly rlp: string;
}

/** Fields in the order of the header; `true` for numbers, which RLP writes without leading zeros. */
const FIELDS: readonly (readonly [name: string, isNumber: boolean])[] = [
  ["parentHash", false],
  ["sha3Uncles", false],
  ["miner", false],
  ["stateRoot", false],
  ["transactionsRoot", false],
  ["receiptsRoot", false],
  ["logsBloom", false],
  ["difficulty", true],
  ["number", true],
  ["gasLimit", true],
  ["gasUsed", true],
  ["timestamp", true],
  ["extraData", false],
  ["mixHash", false],
  ["nonce", false],
  ["baseFeePerGas", true],
  ["withdrawalsRoot", false],
  ["blobGasUsed", true],
  ["excessBlobGas", true],
  ["parentBeaconBlockRoot", false],
  ["requestsHash", false],
];

/** What a block has beside its header. */
const BESIDE = new Set(["hash", "size", "totalDifficulty", "transactions", "uncles", "withdrawals"]);
/** Fields that every header has; later forks added the others, one after the other. */
const FIRST_FORK = 15;

const NUMBER = /^0x[0-9a-f]+$/i;
const BYTES = /^0x([0-9a-f]{2})*$/i;

/** Whatever answers for a chain. */
type Asked = Pick<Node, "chain" | "rpc">;

/**
 * The header of a block, from its fields.
 *
 * @throws NodeError when the fields don't hash to what the node calls the block's hash: it names those of a fork that this
 *   code doesn't know
 */
export async function readHeader(node: Asked, number: bigint): Promise<Header> {
  const { name: chain } = node.chain;
  const block = await node.rpc<Record<string, unknown> | null>("eth_getBlockByNumber", [
    `0x${number.toString(16)}`,
    false,
  ]);
  if (block === null) throw new NodeError(chain, `the node has no block ${number}`);
  const hash = block["hash"];
  // A field of a later fork is left out, or null; some nodes fill it in. The hash tells how many there are.
  const known = FIELDS.filter(([name]) => block[name] !== undefined && block[name] !== null);
  const fields = known.map(([name, isNumber]) => {
    const value = block[name];
    if (!(isNumber ? NUMBER : BYTES).test(String(value)))
      throw new NodeError(chain, `the node gives block ${number} a ${name} that is no hex`);
    return isNumber ? toBeArray(BigInt(value as string)) : (value as string);
  });
  for (let count = fields.length; count >= Math.min(FIRST_FORK, fields.length); count--) {
    const rlp = encodeRlp(fields.slice(0, count));
    if (keccak256(rlp) === hash) return { number, hash, stateRoot: block["stateRoot"] as string, rlp };
  }
  const strange = Object.entries(block)
    .filter(([name, value]) => value !== null && !BESIDE.has(name) && !FIELDS.some(([field]) => field === name))
    .map(([name]) => name);
  const why =
    strange.length === 0 ? "" : `; it has fields that this version doesn't know (${said(strange.join(", "))})`;
  throw new NodeError(chain, `the header of block ${number} doesn't hash to the block's hash${why}`);
}

/**
 * Proof of what a contract keeps at a slot in one block.
 *
 * @throws NodeError when the node has none, as some prove only of their last blocks; or when it proves of another state,
 *   as a node may while it takes in the next block: a contract's refusal of that would blame nobody
 */
export async function readRootProof(
  node: Asked,
  account: string,
  slot: string,
  { number, stateRoot }: Pick<Header, "number" | "stateRoot">,
): Promise<RootProof> {
  const proof = await node.rpc<{
    readonly accountProof?: unknown;
    readonly storageProof?: readonly { readonly proof?: unknown }[];
  } | null>("eth_getProof", [account, [slot], `0x${number.toString(16)}`]);
  const [accountProof, storageProof] = [proof?.accountProof, proof?.storageProof?.[0]?.proof];
  if (!isList(accountProof) || !isList(storageProof))
    throw new NodeError(node.chain.name, `the node answers eth_getProof with what is no proof, for block ${number}`);
  if (accountProof[0] === undefined || keccak256(accountProof[0]) !== stateRoot.toLowerCase())
    throw new NodeError(node.chain.name, `the node's proof of ${account} is not of the state of block ${number}`);
  return { account, slot, accountProof, storageProof };
}

const isList = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string" && BYTES.test(item));
