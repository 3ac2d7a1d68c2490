/**
 * Signed transactions of one address that may not be final yet, in a store. A transaction is written here before it is
 * sent, so that whoever crashes in between, or sees a reorg drop it, sends the very same one again: its nonce is used
 * once, so nothing happens twice. Processes that send from one address share it: none takes out what another put in.
 *
 * @module
 */
import * as v from "valibot";
import { jsonOf } from "../base/text.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";
import { getText } from "../store/json.ts";
import { StoreConflict, type Store } from "../store/store.ts";

const JOURNAL_FORMAT = "plimsoll-journal";

const hex = v.pipe(v.string("must be hex"), v.regex(/^0x([0-9a-f]{2})*$/, "must be hex bytes"));
const JOURNAL = exactly("a journal", {
  format: v.literal(JOURNAL_FORMAT, `must be "${JOURNAL_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  transactions: v.array(
    exactly("a transaction", {
      nonce: v.pipe(
        v.number("must be a number"),
        v.integer("must be a whole number"),
        v.minValue(0, "must not be negative"),
      ),
      hash: hex,
      /** As it is sent. */
      raw: hex,
      /** What it does, for people: `AccountRegistry.receiveNotes`. */
      what: v.string("must be text"),
    }),
    "must be a list",
  ),
});

export type SignedTransaction = v.InferOutput<typeof JOURNAL>["transactions"][number];

/** How often others may write at the same moment. */
const ATTEMPTS = 16;

/** Kept in a store, or in memory for tests and one-off scripts. */
export class Journal {
  private constructor(
    private readonly store: Store | undefined,
    private readonly key: string,
    private list: readonly SignedTransaction[],
  ) {}

  /** Reads a store's journal of one chain and address; empty when there is none. Without a store nothing is kept. */
  static async open(chainId: number, address: string, store?: Store): Promise<Journal> {
    const journal = new Journal(store, `sent-${chainId}-${address.toLowerCase()}.json`, []);
    if (store !== undefined) journal.list = journal.parse(await getText(store, journal.key));
    return journal;
  }

  /** In the order of their nonces. */
  get transactions(): readonly SignedTransaction[] {
    return this.list;
  }

  add(transaction: SignedTransaction): Promise<void> {
    return this.change((list) =>
      [...list.filter(({ hash }) => hash !== transaction.hash), transaction].sort((a, b) => a.nonce - b.nonce),
    );
  }

  async remove(gone: readonly SignedTransaction[]): Promise<void> {
    const hashes = new Set(gone.map(({ hash }) => hash));
    if (hashes.size > 0) await this.change((list) => list.filter(({ hash }) => !hashes.has(hash)));
  }

  /** Changes what is there now, whoever wrote it. */
  private async change(change: (list: readonly SignedTransaction[]) => readonly SignedTransaction[]): Promise<void> {
    if (this.store === undefined) return void (this.list = change(this.list));
    for (let attempt = 1; ; attempt++) {
      const before = await getText(this.store, this.key);
      const list = change(this.parse(before));
      const value = `${JSON.stringify({ format: JOURNAL_FORMAT, version: PROTOCOL_VERSION, transactions: list }, null, 1)}\n`;
      try {
        await this.store.transaction([{ key: this.key, value, expected: before ?? null }]);
        return void (this.list = list);
      } catch (error) {
        if (!(error instanceof StoreConflict) || attempt === ATTEMPTS) throw error;
      }
    }
  }

  private parse(text: string | undefined): readonly SignedTransaction[] {
    return text === undefined
      ? []
      : validated(JOURNAL, jsonOf(text, this.store!.where(this.key)), "journal").transactions;
  }
}
