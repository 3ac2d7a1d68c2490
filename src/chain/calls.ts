/**
 * Statements of the contracts in TypeScript: names of storage slots, numbers of circuits and tiers, typed data that is
 * signed, and proofs as arguments of a call.
 *
 * @module
 */
import { id, type TypedDataDomain, type TypedDataField } from "ethers";
import { CIRCUITS, TIERS, type CircuitName, type TierName } from "../protocol/constants.ts";
import { calldata, type Proof } from "../groth16/proof.ts";

/** Where contracts keep the roots that other chains read. */
export const ROOT_SLOTS = {
  notes: id("plimsoll.notesRoot"),
  accounts: id("plimsoll.accountsRoot"),
  exits: id("plimsoll.exitsRoot"),
} as const;

/** A circuit and a tier as the contracts number them. */
export const circuitNumber = (circuit: CircuitName): number => CIRCUITS.indexOf(circuit);
export const tierNumber = (tier: TierName): number => Object.keys(TIERS).indexOf(tier);

/** The points of a proof as a contract takes them; its signals go beside it, by name. */
export function proofArgument(proof: Proof): {
  readonly a: readonly bigint[];
  readonly b: readonly (readonly bigint[])[];
  readonly c: readonly bigint[];
} {
  const { a, b, c } = calldata(proof);
  return { a, b, c };
}

type Types = Record<string, TypedDataField[]>;
const fields = (list: string): TypedDataField[] =>
  list.split(",").map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { type, name };
  });

/** What reporters sign of an epoch. */
export const EPOCH_TYPES: Types = {
  Epoch: fields("uint64 number,uint256 root,uint48 asOf,uint48 notAfter,uint32 largestMove,uint256 set"),
};

/** What attestors sign of a finalised block. */
export const ATTESTATION_TYPES: Types = {
  Attestation: fields("uint256 chainId,uint256 number,bytes32 blockHash,uint256 set"),
};

/** EIP-712 domain of a contract. */
export const signingDomain = (
  name: "RiskTable" | "RootMirror",
  chainId: bigint,
  verifyingContract: string,
): TypedDataDomain => ({
  name: `Plimsoll ${name}`,
  version: "1",
  chainId,
  verifyingContract,
});
