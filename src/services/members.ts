/**
 * Sets of signers as contracts keep them, and signatures of their members.
 *
 * @module
 */
import { Signature, verifyTypedData, type TypedDataDomain, type TypedDataField } from "ethers";
import type { Node } from "../chain/node.ts";

/** The set in force at a RiskTable or RootMirror. */
export interface SignerSet {
  readonly set: bigint;
  readonly members: readonly string[];
  readonly threshold: number;
}

/** An argument of `attest`, `publish` and `challenge`. */
export interface MemberSignature {
  readonly place: number;
  readonly data: string;
}

export async function currentSet(node: Node, name: "RiskTable" | "RootMirror", address: string): Promise<SignerSet> {
  const set = await node.read<bigint>(name, address, "currentSet");
  const [members, threshold] = await node.read<[readonly string[], bigint]>(name, address, "signersOf", set);
  return { set, members: [...members], threshold: Number(threshold) };
}

/**
 * A signature as contracts take it (65 bytes, low s), or undefined unless the member at the place made it. What a liar
 * made up must not reach a contract: one bad signature there spoils all the others.
 */
export function memberSignature(
  { members }: SignerSet,
  place: number,
  data: string,
  domain: TypedDataDomain,
  types: Record<string, TypedDataField[]>,
  message: Record<string, unknown>,
): MemberSignature | undefined {
  try {
    const { serialized } = Signature.from(data);
    return members[place] === verifyTypedData(domain, types, message, serialized)
      ? { place, data: serialized }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Signatures by statement, each place once: those with enough members, ascending by place as contracts want them. */
export class Ballots<T> {
  private readonly statements = new Map<string, { readonly statement: T; readonly signatures: Map<number, string> }>();

  add(key: string, statement: T, { place, data }: MemberSignature): void {
    const known = this.statements.get(key) ?? { statement, signatures: new Map<number, string>() };
    known.signatures.set(place, data);
    this.statements.set(key, known);
  }

  /** Statements that at least `threshold` members signed. */
  full(
    threshold: number,
  ): { readonly key: string; readonly statement: T; readonly signatures: readonly MemberSignature[] }[] {
    return [...this.statements]
      .filter(([, { signatures }]) => signatures.size >= threshold)
      .map(([key, { statement, signatures }]) => ({
        key,
        statement,
        signatures: [...signatures].sort(([a], [b]) => a - b).map(([place, data]) => ({ place, data })),
      }));
  }

  /** How many members signed the statement that most did. */
  get most(): number {
    return Math.max(0, ...[...this.statements.values()].map(({ signatures }) => signatures.size));
  }

  get all(): readonly T[] {
    return [...this.statements.values()].map(({ statement }) => statement);
  }
}
