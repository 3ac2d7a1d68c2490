/**
 * What a transaction offers a gas, in wei: enough for blocks to come, more under the same nonce when they cost more than it
 * was signed for, and never above a ceiling.
 *
 * @module
 */
import { Transaction } from "ethers";
import { NodeError } from "../base/errors.ts";
import type { Block, Node } from "./node.ts";
import { NodeRefusal } from "./rpc.ts";

export interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

const GWEI = 1_000_000_000n;
/**
 * Most that a gas may cost, unless a caller says otherwise: 500 gwei, which Ethereum has passed for hours only, in rushes for
 * new tokens; a receipt then costs a third of an ether.
 */
export const FEE_CEILING = 500n * GWEI;
/** Nodes take another transaction of a nonce when it offers 10 % more on both counts; an eighth is more everywhere. */
const REPLACEMENT = { numerator: 9n, denominator: 8n };
/** The base fee may rise by an eighth a block: twice it lasts for six. */
const HEADROOM = 2n;

/**
 * What to offer now.
 *
 * @param block the newest one
 * @throws NodeError when that is above the ceiling, or the chain has no base fee
 */
export async function feesNow(node: Node, block: Block, ceiling: bigint): Promise<Fees> {
  if (block.baseFee === undefined)
    throw new NodeError(node.chain.name, "the node's blocks have no base fee: it must be of a chain with EIP-1559");
  const maxPriorityFeePerGas = await tipNow(node);
  if (block.baseFee + maxPriorityFeePerGas > ceiling)
    throw tooDear(node, "a transaction", block.baseFee + maxPriorityFeePerGas, ceiling);
  return { maxFeePerGas: least(HEADROOM * block.baseFee + maxPriorityFeePerGas, ceiling), maxPriorityFeePerGas };
}

/** Whether a block that costs as much as `block` may include it: what is left above the base fee pays a tip. */
export const canBeMined = ({ maxFeePerGas }: Fees, { baseFee = 0n }: Block): boolean => maxFeePerGas > baseFee;

/**
 * What must be offered in place of `signed`, under its nonce.
 *
 * @param what names the transaction in errors
 * @throws NodeError when that is above the ceiling: it waits until fees fall
 */
export async function replacementFees(
  node: Node,
  what: string,
  signed: Fees,
  block: Block,
  ceiling: bigint,
): Promise<Fees> {
  const maxPriorityFeePerGas = most(await tipNow(node), raised(signed.maxPriorityFeePerGas));
  const needed = most((block.baseFee ?? 0n) + maxPriorityFeePerGas, raised(signed.maxFeePerGas));
  if (needed > ceiling) throw tooDear(node, `${what}, signed at ${gwei(signed.maxFeePerGas)}`, needed, ceiling);
  return {
    maxFeePerGas: most(needed, least(HEADROOM * (block.baseFee ?? 0n) + maxPriorityFeePerGas, ceiling)),
    maxPriorityFeePerGas,
  };
}

/** What a signed transaction offers. */
export function feesOf(raw: string): Fees {
  const { maxFeePerGas, maxPriorityFeePerGas } = Transaction.from(raw);
  return { maxFeePerGas: maxFeePerGas ?? 0n, maxPriorityFeePerGas: maxPriorityFeePerGas ?? 0n };
}

/** What the node suggests; not every node does. */
const tipNow = (node: Node): Promise<bigint> =>
  node.quantity("eth_maxPriorityFeePerGas").catch((error: unknown) => {
    if (error instanceof NodeRefusal) return GWEI;
    throw error;
  });

const tooDear = ({ chain }: Node, what: string, needed: bigint, ceiling: bigint): NodeError =>
  new NodeError(
    chain.name,
    `${what} would need ${gwei(needed)} a gas, above the ceiling of ${gwei(ceiling)}; try again when fees have fallen`,
  );

/** Rounded up, by at least a wei. */
const raised = (fee: bigint): bigint => (fee * REPLACEMENT.numerator) / REPLACEMENT.denominator + 1n;
const gwei = (wei: bigint): string => `${Number((wei * 100n) / GWEI) / 100} gwei`;
const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const least = (a: bigint, b: bigint): bigint => (a < b ? a : b);
