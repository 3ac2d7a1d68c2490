/**
 * The owner's standings at desks and venues, as their contracts keep them at one block.
 *
 * @module
 */
import { aliasOf } from "../account/keys.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import { STATUSES, standingContract, type Standing } from "../chain/standing.ts";
import type { BlockReader } from "./followedChain.ts";
import type { TraderLine } from "./traderView.ts";

/** What a desk or venue keeps of an owner's alias; undefined where it never had a standing. */
export async function readLine(at: BlockReader, issuer: NetworkIssuer, owner: bigint): Promise<TraderLine | undefined> {
  const name = standingContract(issuer);
  const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> => at.read<T>(name, issuer.contract, method, ...args);
  const alias = aliasOf(owner, issuer.id);
  const standing = await read<Standing>("standingOf", alias);
  const status = STATUSES[Number(standing.status)];
  if (status === undefined || status === "none") return undefined;
  const [graceEnd, usableLots, credit, owed] = await Promise.all([
    read<bigint>("graceEnd", alias), read<bigint>("usableLots", alias), read<bigint>("creditInstrument"),
    issuer.kind === "desk" ? read<bigint>("owed", alias) : undefined,
  ]);
  const { operator, validUntil, booked, released, folded, lapsedAt } = standing;
  return {
    issuer, alias, status, operator, validUntil: Number(validUntil), graceEnd: Number(graceEnd), booked, released, folded,
    lapsedAt: Number(lapsedAt), owed, usableLots, credit: Number(credit), release: Number(credit) + 1,
  };
}
