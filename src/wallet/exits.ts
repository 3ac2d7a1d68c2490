/**
 * Exits of an account, derived: what left between two versions, under the salt of the second. The one thing that keys don't
 * give is the recipient; it is whoever among some candidates gives the leaf that the registry has.
 *
 * @module
 */
import type { Account } from "../account/account.ts";
import { Exit, exitSalt, exitSpent } from "../account/exit.ts";
import { issuerOf } from "../protocol/instrument.ts";
import type { Node } from "../chain/node.ts";
import type { SlotChange } from "./homeView.ts";
import type { IssuerView } from "./issuerView.ts";
import { leftBetween } from "./versions.ts";

/** Collateral that left an account by one change, whoever it is for. */
export interface Departure {
  /** That it left by. */
  readonly version: number;
  readonly issuerId: number;
  readonly instrument: number;
  readonly lots: bigint;
  readonly leaf: bigint;
  readonly salt: bigint;
  /** By which the vault notes that it took it. */
  readonly spent: bigint;
}

/** Every exit of an account, in the order they left. `changes[v]` made `versions[v]`. */
export const departuresOf = (versions: readonly Account[], changes: readonly SlotChange[]): Departure[] =>
  versions.flatMap((after, version) => {
    const leaf = changes[version]?.exitLeaf;
    const left = version === 0 || leaf === undefined ? undefined : leftBetween(versions[version - 1]!, after)[0];
    if (left === undefined) return [];
    const salt = exitSalt(after.readKey);
    return [
      { version, issuerId: issuerOf(left.instrument), ...left, leaf: leaf!, salt, spent: exitSpent(leaf!, salt) },
    ];
  });

/** Finds out whom exits are for. */
export class Recipients {
  /** Exits that were found, by their leaves. */
  private readonly found = new Map<bigint, Exit>();
  /** Of transactions, by their hashes. */
  private readonly senders = new Map<string, bigint>();

  private readonly named: Set<bigint>;

  /** @param named addresses that the user says exits may have gone to */
  constructor(named: readonly bigint[]) {
    this.named = new Set(named);
  }

  /** Another such address. */
  add(recipient: bigint): void {
    this.named.add(recipient);
  }

  /**
   * Tries whom the vault owes it; else whom the user named, whom the vault ever had to pay, and who sent the slot's
   * transactions.
   *
   * @param home node of the home chain, asked for those transactions
   * @returns undefined when none of them gives the exit's leaf
   */
  async exitOf(
    departure: Departure,
    vault: IssuerView | undefined,
    home: Node,
    changes: readonly SlotChange[],
  ): Promise<Exit | undefined> {
    const { leaf, spent } = departure;
    const recipient = vault?.takenBy(spent)?.recipient;
    const exit =
      this.found.get(leaf) ??
      exitFor(departure, recipient === undefined ? [...this.named, ...(vault?.payees ?? [])] : [recipient]) ??
      exitFor(departure, await this.sendersOf(home, changes));
    if (exit !== undefined) this.found.set(leaf, exit);
    return exit;
  }

  private async sendersOf(node: Node, changes: readonly SlotChange[]): Promise<ReadonlySet<bigint>> {
    for (const {
      event: { transaction },
    } of changes) {
      if (this.senders.has(transaction)) continue;
      const sent = await node.rpc<{ from: string } | null>("eth_getTransactionByHash", [transaction]);
      if (sent !== null) this.senders.set(transaction, BigInt(sent.from));
    }
    return new Set(this.senders.values());
  }
}

/** The exit for the first candidate that gives its leaf. */
function exitFor({ instrument, lots, leaf, salt }: Departure, candidates: Iterable<bigint>): Exit | undefined {
  for (const recipient of candidates) {
    const exit = new Exit(instrument, lots, recipient, salt);
    if (exit.leaf === leaf) return exit;
  }
  return undefined;
}
