/**
 * Why a node doesn't take a transaction, by what it says, and what follows from it.
 *
 * @module
 */
import { NodeError } from "../base/errors.ts";
import type { NodeRefusal } from "./rpc.ts";

/** What kinds of refusal there are. */
export type UnsentKind = "nonce" | "replacement" | "fee" | "funds" | "size" | "gas" | "pool" | "method" | "other";

/** A transaction that a node doesn't take. It was not sent by this node. */
export class UnsentError extends NodeError {
  constructor(
    readonly kind: UnsentKind,
    chain: string,
    rule: string,
    options?: ErrorOptions,
  ) {
    super(chain, rule, options);
  }
}

/** In the order they are looked for: geth's, Erigon's, Nethermind's, Besu's, reth's and Anvil's words. */
const KINDS: readonly (readonly [
  kind: UnsentKind,
  words: RegExp,
  follows: (what: string, address: string) => string,
])[] = [
  [
    "replacement",
    /replac\w+ .*underpriced|underpriced.* replac|fee too low to (replace|compete)/i,
    (what, address) =>
      `another transaction of ${address} waits under the nonce of ${what}, at a price that this doesn't beat`,
  ],
  [
    "nonce",
    /nonce.* too low|old ?nonce|nonce .*(already|has been) (used|taken)|lower than the (current|next) nonce/i,
    (what, address) =>
      `another transaction of ${address} took the nonce of ${what}: something else sends with this key`,
  ],
  [
    "funds",
    /insufficient (funds|balance)|lack of funds|upfront cost exceeds|not enough (funds|balance)|lackoffund/i,
    (what, address) => `${address} can't pay the gas of ${what}`,
  ],
  [
    "fee",
    /base ?fee|underpriced|fee.*(too ?low|less than|below)|gas ?price.*(too ?low|below)/i,
    (what) => `its fee for ${what} is below what the node takes`,
  ],
  [
    "size",
    /oversized|too large|size (limit|exceed)|exceeds? (the )?max\w* (transaction|initcode|code)? ?size/i,
    (what) => `${what} is larger than any node takes: it can't be sent as it is`,
  ],
  [
    "gas",
    /(exceeds|above|over|too high).*gas limit|gas ?limit.*(exceed|too high|above)|intrinsic gas/i,
    (what) => `${what} needs more gas than a block, or a transaction, may take: it can't be sent as it is`,
  ],
  ["pool", /pool.*(full|limit|overflow)|too many|limit reached/i, () => "its pool is full"],
  [
    "method",
    /method.*(not|n't).*(found|exist|support|available|allowed)|not (whitelisted|supported|allowed)/i,
    () => "it takes no transactions: another endpoint must be given",
  ],
];

/** The error for a transaction that a node refused. */
export function unsent(refusal: NodeRefusal, what: string, address: string): UnsentError {
  const [kind, , follows] = KINDS.find(([, words]) => words.test(refusal.said)) ?? [
    "other" as const,
    undefined,
    () => `it doesn't take ${what}`,
  ];
  const rule =
    kind === "funds" ? follows(what, address) : `the node refuses the transaction: ${follows(what, address)}`;
  return new UnsentError(
    kind,
    refusal.chain,
    `${rule} (${refusal.said === "" ? "it doesn't say why" : refusal.said})`,
    { cause: refusal },
  );
}
