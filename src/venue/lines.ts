/**
 * What a desk or venue keeps of its aliases, read at one block: lines, and who is due to be marked as lapsed or made
 * final.
 *
 * @module
 */
import { EventLog } from "../chain/events.ts";
import type { NetworkIssuer } from "../chain/network.ts";
import type { Block, Node } from "../chain/node.ts";
import type { Call } from "../chain/sender.ts";
import type { Store } from "../store/store.ts";
import { STATUSES, lineContract, type Line, type Status } from "../chain/line.ts";

/** Where a line is on the way to default: `due` to be marked as lapsed or, once its notice is over, declared in default. */
type Lapse = "good" | "grace" | "due" | "lapsed" | "due to default" | "over";

/** One alias's line. Times are Unix seconds, lots of the issuer's credit instrument. */
export interface IssuerLine {
  readonly alias: bigint;
  readonly status: Status;
  readonly operator: string;
  readonly validUntil: number;
  readonly graceEnd: number;
  readonly lapsedAt: number;
  /** When a lapsed line may be declared in default. */
  readonly defaultAt: number | undefined;
  readonly lapse: Lapse;
  readonly booked: bigint;
  readonly released: bigint;
  readonly received: bigint;
  readonly usableLots: bigint;
  /** Desks: debt with interest, in token units. */
  readonly owed: bigint | undefined;
}

/**
 * Every alias that ever had a line: open ones first, of these the one whose grace ends first. All are of one block.
 *
 * @param store where the issuer's events are kept between two calls; nowhere by default
 * @throws NodeError when the node doesn't answer, InputError for a vault, which has no lines
 *
 * @example
 * ```ts
 * import { issuerNamed, readLines } from "plimsoll/venue";
 *
 * const { block, lines } = await readLines(node, issuerNamed(network, "venue-a", "venue"), store);
 * for (const { alias, validUntil } of lines) console.log(alias, validUntil - block.time); // seconds left
 * ```
 */
export async function readLines(
  node: Node,
  issuer: NetworkIssuer,
  store?: Store,
): Promise<{ readonly block: Block; readonly lines: readonly IssuerLine[] }> {
  const name = lineContract(issuer);
  const log = await EventLog.open(node, [{ name, address: issuer.contract }], store);
  const block = await log.sync();
  const aliases = new Set(
    log.events.filter(({ event }) => event === "LineAuthorised").map((event) => event.indexed(0)),
  );
  const read = <T>(method: string, ...args: readonly unknown[]): Promise<T> =>
    node.read<T>(name, issuer.contract, method, ...args, { blockTag: block.number });
  const notice = await read<bigint>("notice");
  const lines: IssuerLine[] = [];
  for (const alias of aliases) {
    const [line, graceEnd, usableLots, owed] = await Promise.all([
      read<Line>("lineOf", alias),
      read<bigint>("graceEnd", alias),
      read<bigint>("usableLots", alias),
      issuer.kind === "desk" ? read<bigint>("owed", alias) : undefined,
    ]);
    const { operator, booked, released, received } = line;
    const [validUntil, lapsedAt] = [Number(line.validUntil), Number(line.lapsedAt)];
    const status = STATUSES[Number(line.status)] ?? "none";
    const defaultAt = lapsedAt === 0 ? undefined : lapsedAt + Number(notice);
    const times = { status, validUntil, graceEnd: Number(graceEnd), defaultAt };
    lines.push({
      alias,
      operator,
      booked,
      released,
      received,
      usableLots,
      owed,
      lapsedAt,
      ...times,
      lapse: lapseOf(times, block.time),
    });
  }
  const key = (line: IssuerLine): number => (line.status === "open" ? (line.defaultAt ?? line.graceEnd) : Infinity);
  return { block, lines: lines.sort((a, b) => key(a) - key(b) || (a.alias < b.alias ? -1 : 1)) };
}

function lapseOf(
  { status, validUntil, graceEnd, defaultAt }: Pick<IssuerLine, "status" | "validUntil" | "graceEnd" | "defaultAt">,
  now: number,
): Lapse {
  if (status !== "open") return "over";
  if (defaultAt !== undefined) return now >= defaultAt ? "due to default" : "lapsed";
  if (now > graceEnd) return "due";
  return now > validUntil ? "grace" : "good";
}

/**
 * The call that is due for a line: anyone may make it, and the contract refuses where nothing but dust is open.
 * Undefined where none is.
 *
 * @example
 * ```ts
 * import { dueCall, issuerNamed, readLines } from "plimsoll/venue";
 *
 * const desk = issuerNamed(network, "desk-a", "desk");
 * const { lines } = await readLines(node, desk, store);
 * const due = lines.flatMap((line) => dueCall(desk, line) ?? []);
 * for (const call of due) await sender.send(call);
 * ```
 */
export function dueCall(issuer: NetworkIssuer, { alias, lapse }: IssuerLine): Call | undefined {
  if (lapse !== "due" && lapse !== "due to default") return undefined;
  return {
    name: lineContract(issuer),
    address: issuer.contract,
    method: lapse === "due" ? "lapse" : "declareDefault",
    args: [alias],
  };
}
