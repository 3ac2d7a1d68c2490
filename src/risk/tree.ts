/**
 * The tree that commits to a risk table: 8-ary levels under a cap whose nodes, with ω and the correlations, hash to the
 * root. Rows keep the order of their ids, but a proof shows membership, not position: the id is inside the row.
 *
 * @module
 */
import { InputError } from "../base/errors.ts";
import { bulkHasher } from "../protocol/bulkHash.ts";
import {
  BASIS_POINTS,
  TABLE_ARITY,
  CORRELATION_BITS,
  CORRELATIONS_PER_WORD,
  SERIAL_BITS,
  tableRows,
  type Tier,
} from "../protocol/constants.ts";
import { EMPTY_ROW, checkRow, rowSignals, type Row } from "./row.ts";

/** What circuits know about an epoch. Rows ascend by instrument, without the empty row. */
export interface RiskTable {
  /** Number of the epoch. */
  readonly epoch: number;
  /** Unix seconds: when the prices were taken, and until when the table may be used. */
  readonly asOf: number;
  readonly notAfter: number;
  /** Names of the risk groups, at most 8, in the order rows refer to them. */
  readonly groups: readonly string[];
  /** Correlations between the groups in basis points, groups × groups. */
  readonly correlations: readonly (readonly number[])[];
  /** Share of Σ|S_g| that must remain after offsets across groups, basis points. */
  readonly omega: number;
  readonly rows: readonly Row[];
}

/** A row with the 8 children of each node above it; the last node is in the cap. */
export interface RowOpening {
  readonly row: Row;
  readonly levels: readonly (readonly bigint[])[];
}

/** ω and the correlations above the diagonal, row by row, as ρ + 10,000: 15 bits each, 16 to a word. */
export function riskWords(table: RiskTable, groups: number): bigint[] {
  const values = [table.omega];
  for (let g = 0; g < groups; g++) {
    for (let h = g + 1; h < groups; h++) values.push((table.correlations[g]?.[h] ?? 0) + BASIS_POINTS);
  }
  const words: bigint[] = [];
  for (let i = 0; i < values.length; i += CORRELATIONS_PER_WORD) {
    const word = values.slice(i, i + CORRELATIONS_PER_WORD);
    words.push(word.reduce((acc, value, j) => acc + (BigInt(value) << BigInt(CORRELATION_BITS * j)), 0n));
  }
  return words;
}

/**
 * A table under the root that chains know. Building it takes the hashes, opening a row none.
 *
 * @example
 * ```ts
 * import { TableTree, protocol } from "plimsoll/toolkit";
 *
 * const tree = await TableTree.build(listed.table, protocol.TIERS.M);
 * const { row } = tree.open(listed.listings[0]!.instrument);
 * console.log(tree.root, row.mark);
 * ```
 */
export class TableTree {
  private constructor(
    readonly table: RiskTable,
    readonly tier: Tier,
    readonly words: readonly bigint[],
    /** levels[0] holds the rows' hashes, the last one the cap. */
    private readonly levels: readonly (readonly bigint[])[],
    readonly root: bigint,
    private readonly positions: ReadonlyMap<number, number>,
  ) {}

  /** Hashes a table: about 2 s for 4,095 rows. Throws an InputError for rows out of range, unsorted or too many. */
  static async build(table: RiskTable, tier: Tier): Promise<TableTree> {
    const rows = [EMPTY_ROW, ...table.rows];
    if (rows.length > tableRows(tier)) {
      throw new InputError("rows", `a table holds at most ${tableRows(tier) - 1} rows`, table.rows.length);
    }
    if (table.groups.length > tier.groups) {
      throw new InputError("groups", `a table has at most ${tier.groups} risk groups`, table.groups.length);
    }
    const positions = new Map<number, number>();
    rows.forEach((row, i) => {
      const path = `rows[${i - 1}]`;
      checkRow(row, path);
      if (i > 0 && row.instrument < 2 ** SERIAL_BITS) {
        throw new InputError(
          `${path}.instrument`,
          "must be of an issuer from 1 to 255: issuer 0 is the empty slots'",
          row.instrument,
        );
      }
      if (i > 0 && row.instrument <= rows[i - 1]!.instrument) {
        throw new InputError(`${path}.instrument`, "rows must ascend by instrument, each once", row.instrument);
      }
      if (row.group < 0 || row.group >= tier.groups) {
        throw new InputError(`${path}.group`, `must name one of ${tier.groups} groups`, row.group);
      }
      positions.set(row.instrument, i);
    });

    const { hash, hashList } = await bulkHasher();
    let level = rows.map((row) => hash("ROW", ...rowSignals(row)));
    const levels: bigint[][] = [];
    for (let depth = 0; depth < tier.tableLevels; depth++) {
      level = pad(level, tableRows(tier) / TABLE_ARITY ** depth);
      levels.push(level);
      level = Array.from({ length: level.length / TABLE_ARITY }, (_, i) => {
        const children = level.slice(i * TABLE_ARITY, (i + 1) * TABLE_ARITY);
        return children.every((child) => child === 0n) ? 0n : hash("TABLE_NODE", ...children);
      });
    }
    levels.push(level);
    const words = riskWords(table, tier.groups);
    return new TableTree(table, tier, words, levels, hashList("TABLE", [...words, ...level]), positions);
  }

  /** Nodes of the cap, left to right. */
  get cap(): readonly bigint[] {
    return this.levels.at(-1)!;
  }

  has(instrument: number): boolean {
    return this.positions.has(instrument);
  }

  /** Opens one row. Throws an InputError if the table has none for the instrument. */
  open(instrument: number, path = "instrument"): RowOpening {
    const position = this.positions.get(instrument);
    if (position === undefined) throw new InputError(path, "must be in the risk table", instrument);
    let at = position;
    const levels = this.levels.slice(0, -1).map((nodes) => {
      at = Math.floor(at / TABLE_ARITY);
      return nodes.slice(at * TABLE_ARITY, (at + 1) * TABLE_ARITY);
    });
    return { row: position === 0 ? EMPTY_ROW : this.table.rows[position - 1]!, levels };
  }
}

const pad = (nodes: bigint[], length: number): bigint[] => [...nodes, ...Array<bigint>(length - nodes.length).fill(0n)];
