/**
 * What a desk or venue keeps of its aliases, read at one block: standings, and who is due to be marked as lapsed or made
 * final.
 *
 * @module
 */
import { EventLog } from "../chain/events.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import type { Call } from "../chain/sender.ts";
import { STATUSES, standingContract, type Standing, type Status } from "../chain/standing.ts";

/** Where a standing is on the way to default: `due` to be marked as lapsed or, once its notice is over, made final. */
type Lapse = "good" | "grace" | "due" | "lapsed" | "due to be final" | "over";

/** One alias's line. Times are Unix seconds, lots of the issuer's credit instrument. */
export interface IssuerLine {
  readonly alias: bigint;
  readonly status: Status;
  readonly operator: string;
  readonly validUntil: number;
  readonly graceEnd: number;
  readonly lapsedAt: number;
  /** When a lapsed line may be made final. */
  readonly finalAt: number | undefined;
  readonly lapse: Lapse;
  readonly booked: bigint;
  readonly released: bigint;
  readonly folded: bigint;
  readonly usableLots: bigint;
  /** Desks: debt with interest, in token units. */
  readonly owed: bigint | undefined;
}

/** Every alias that ever had a standing: open ones first, of these the one whose grace ends first. */
export async function readLines(node: Node, issuer: NetworkIssuer, cache?: string): Promise<{ readonly block: Block; readonly lines: readonly IssuerLine[] }> {
  const name = standingContract(issuer);
  const log = await EventLog.open(node, [{ name, address: issuer.contract }], cache);
  const block = await log.sync();
  const aliases = new Set(log.events.filter(({ event }) => event === "StandingAuthorised").map((event) => event.indexed(0)));
  const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> => node.read<T>(name, issuer.contract, method, ...args, { blockTag: block.number });
  const notice = await read<bigint>("notice");
  const lines: IssuerLine[] = [];
  for (const alias of aliases) {
    const [standing, graceEnd, usableLots, owed] = await Promise.all([
      read<Standing>("standingOf", alias), read<bigint>("graceEnd", alias), read<bigint>("usableLots", alias),
      issuer.kind === "desk" ? read<bigint>("owed", alias) : undefined,
    ]);
    const { operator, booked, released, folded } = standing;
    const [validUntil, lapsedAt] = [Number(standing.validUntil), Number(standing.lapsedAt)];
    const status = STATUSES[Number(standing.status)] ?? "none";
    const finalAt = lapsedAt === 0 ? undefined : lapsedAt + Number(notice);
    const times = { status, validUntil, graceEnd: Number(graceEnd), finalAt };
    lines.push({ alias, operator, booked, released, folded, usableLots, owed, lapsedAt, ...times, lapse: lapseOf(times, block.time) });
  }
  const key = (line: IssuerLine): number => (line.status === "open" ? line.finalAt ?? line.graceEnd : Infinity);
  return { block, lines: lines.sort((a, b) => key(a) - key(b) || (a.alias < b.alias ? -1 : 1)) };
}

function lapseOf({ status, validUntil, graceEnd, finalAt }: Pick<IssuerLine, "status" | "validUntil" | "graceEnd" | "finalAt">, now: number): Lapse {
  if (status !== "open") return "over";
  if (finalAt !== undefined) return now >= finalAt ? "due to be final" : "lapsed";
  if (now > graceEnd) return "due";
  return now > validUntil ? "grace" : "good";
}

/** The call that is due for a line: anyone may make it, and the contract refuses where nothing but dust is open. */
export function dueCall(issuer: NetworkIssuer, { alias, lapse }: IssuerLine): Call | undefined {
  if (lapse !== "due" && lapse !== "due to be final") return undefined;
  return { name: standingContract(issuer), address: issuer.contract, method: lapse === "due" ? "lapse" : "finalise", args: [alias] };
}
