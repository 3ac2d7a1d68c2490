/**
 * Signed transactions of one address that may not be final yet, in a file. A transaction is written here before it is
 * sent, so that whoever crashes in between, or sees a reorg drop it, sends the very same one again: its nonce is used
 * once, so nothing happens twice.
 *
 * @module
 */
import { join } from "node:path";
import * as v from "valibot";
import { InputError } from "../base/errors.ts";
import { readJson, writeAtomic } from "../base/files.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";

const JOURNAL_FORMAT = "plimsoll-journal";

const hex = v.pipe(v.string("must be hex"), v.regex(/^0x([0-9a-f]{2})*$/, "must be hex bytes"));
const JOURNAL = exactly("a journal", {
  format: v.literal(JOURNAL_FORMAT, `must be "${JOURNAL_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  transactions: v.array(exactly("a transaction", {
    nonce: v.pipe(v.number("must be a number"), v.integer("must be a whole number"), v.minValue(0, "must not be negative")),
    hash: hex,
    /** As it is sent. */
    raw: hex,
    /** What it does, for people: `AccountRegistry.receiveNotes`. */
    what: v.string("must be text"),
  }), "must be a list"),
});

export type SignedTransaction = v.InferOutput<typeof JOURNAL>["transactions"][number];

/** Kept in a file, or in memory for tests and one-off scripts. */
export class Journal {
  private constructor(
    private readonly path: string | undefined,
    private list: readonly SignedTransaction[],
  ) {}

  /** Reads a folder's journal of one chain and address; empty when there is none. Without a folder nothing is kept. */
  static async open(chainId: number, address: string, folder?: string): Promise<Journal> {
    if (folder === undefined) return new Journal(undefined, []);
    const path = join(folder, `sent-${chainId}-${address.toLowerCase()}.json`);
    const json = await readJson(path).catch((error: unknown) => {
      if (error instanceof InputError && (error.cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT") return undefined;
      throw error;
    });
    return new Journal(path, json === undefined ? [] : validated(JOURNAL, json, "journal").transactions);
  }

  /** In the order of their nonces. */
  get transactions(): readonly SignedTransaction[] {
    return this.list;
  }

  add(transaction: SignedTransaction): Promise<void> {
    return this.write([...this.list, transaction].sort((a, b) => a.nonce - b.nonce));
  }

  remove(gone: readonly SignedTransaction[]): Promise<void> {
    return gone.length === 0 ? Promise.resolve() : this.write(this.list.filter((transaction) => !gone.includes(transaction)));
  }

  private async write(list: readonly SignedTransaction[]): Promise<void> {
    const json = { format: JOURNAL_FORMAT, version: PROTOCOL_VERSION, transactions: list };
    if (this.path !== undefined) await writeAtomic(this.path, `${JSON.stringify(json, null, 1)}\n`, { secret: true });
    this.list = list;
  }
}
