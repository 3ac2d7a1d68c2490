/**
 * The contracts' interfaces, typed: each is a constant that ethers, viem and abitype read calls, events and errors from.
 * Import it as `plimsoll/contracts`; the Solidity itself is `plimsoll/contracts/*.sol`.
 *
 * @example
 * ```ts
 * import { Contract } from "ethers";
 * import { creditDeskAbi } from "plimsoll/contracts";
 *
 * const desk = new Contract(address, creditDeskAbi, provider); // ethers
 * const owed = await client.readContract({ address, abi: creditDeskAbi, functionName: "owed", args: [alias] }); // viem
 * ```
 *
 * @module
 */
export * from "./chain/abi.ts";
