/**
 * The owner's lines at desks and venues, as their contracts keep them at one block.
 *
 * @module
 */
import { aliasOf } from "../account/keys.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import { STATUSES, lineContract, type Line } from "../chain/line.ts";
import type { BlockReader } from "./followedChain.ts";
import type { TraderLine } from "./traderView.ts";

/** What a desk or venue keeps of an owner's alias; undefined where it never had a line. */
export async function readLine(at: BlockReader, issuer: NetworkIssuer, owner: bigint): Promise<TraderLine | undefined> {
  const name = lineContract(issuer);
  const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> =>
    at.read<T>(name, issuer.contract, method, ...args);
  const alias = aliasOf(owner, issuer.id);
  const line = await read<Line>("lineOf", alias);
  const status = STATUSES[Number(line.status)];
  if (status === undefined || status === "none") return undefined;
  const [graceEnd, usableLots, credit, owed] = await Promise.all([
    read<bigint>("graceEnd", alias),
    read<bigint>("usableLots", alias),
    read<bigint>("creditInstrument"),
    issuer.kind === "desk" ? read<bigint>("owed", alias) : undefined,
  ]);
  const { operator, validUntil, booked, released, received, lapsedAt } = line;
  return {
    issuer,
    alias,
    status,
    operator,
    validUntil: Number(validUntil),
    graceEnd: Number(graceEnd),
    booked,
    released,
    received,
    lapsedAt: Number(lapsedAt),
    owed,
    usableLots,
    credit: Number(credit),
    release: Number(credit) + 1,
  };
}
