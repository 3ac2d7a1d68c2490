/**
 * The context of a proof: where it counts, for whom and until when, so that a copied proof is useless.
 *
 * @module
 */
import { AbiCoder, getAddress, keccak256 } from "ethers";
import { InputError } from "../base/errors.ts";

export interface Context {
  /** EIP-155 chain id. */
  readonly chainId: bigint;
  /** Contract that takes the proof, and who may submit it (or is paid by it). */
  readonly contract: string;
  readonly account: string;
  /** Unix seconds after which the proof is refused. */
  readonly deadline: bigint;
}

/**
 * The first 31 bytes of keccak256(abi.encode(chainId, contract, account, deadline)): 248 bits, below the field's order
 * without a reduction that two values could share.
 *
 * @throws InputError naming an address that isn't one, or a number out of range
 *
 * @example
 * ```ts
 * import { contextSignal } from "plimsoll/toolkit";
 *
 * const deadline = BigInt(Math.floor(Date.now() / 1000) + 3_600);
 * const context = contextSignal({ chainId: 1n, contract: address, account: signer.address, deadline });
 * ```
 */
export function contextSignal({ chainId, contract, account, deadline }: Context): bigint {
  const address = (path: string, value: string): string => {
    try {
      return getAddress(value);
    } catch (cause) {
      throw new InputError(path, "must be an Ethereum address", value, { cause });
    }
  };
  if (chainId < 0n || chainId >> 64n !== 0n)
    throw new InputError("context.chainId", "must be from 0 to 2^64 − 1", chainId);
  if (deadline < 0n || deadline >> 64n !== 0n)
    throw new InputError("context.deadline", "must be from 0 to 2^64 − 1", deadline);
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["uint256", "address", "address", "uint256"],
    [chainId, address("context.contract", contract), address("context.account", account), deadline],
  );
  return BigInt(keccak256(encoded)) >> 8n;
}
