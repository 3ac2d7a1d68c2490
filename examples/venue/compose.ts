/**
 * A window's fills as a batch: one note for each trader whose line is good, in the format that `plimsoll notes post` and
 * `parseBatch` read.
 */
import type { IssuerLine } from "plimsoll/venue";

/** What a trader did in the window. */
export interface Fills {
  readonly alias: bigint;
  /** `venue-a:BTC-PERP=-2.5`: instrument and size in its units. */
  readonly legs: readonly string[];
  /** By the venue's own margin, in units of its release instrument: what positions that aren't received may need. */
  readonly unreceived: string;
  readonly exposed: boolean;
}

/** Units that each note releases: the least there is, so that release totals tell what was received. */
const RELEASED = "1";

/** @throws Error naming an alias that has traded without a line that may be used */
export function compose(id: string, lines: readonly IssuerLine[], fills: readonly Fills[]): object {
  const byAlias = new Map(lines.map((line) => [line.alias, line]));
  const postings = fills.map(({ alias, legs, unreceived, exposed }) => {
    const line = byAlias.get(alias);
    if (line?.status !== "open" || (line.lapse !== "good" && line.lapse !== "grace"))
      throw new Error(`alias ${alias} has no line that may be used`);
    return { alias: String(alias), legs, released: RELEASED, unreceived, exposed };
  });
  return { format: "plimsoll-batch", version: 1, id, postings };
}
