/**
 * What an engine keeps of a batch: written before it is sent, so that whoever crashes in between finds out what became of
 * it, and kept afterwards, so that a note can be handed to an alias that named no key for it. Secret: it has all legs.
 *
 * @module
 */
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import * as v from "valibot";
import { FIELD, NOTE_BLINDING_BITS, NOTE_SERIAL_BITS, PROTOCOL_VERSION, SIZE_BITS } from "../protocol/constants.ts";
import { decimal, exactly, validated } from "../base/schema.ts";
import { getJson } from "../store/json.ts";
import type { Store } from "../store/store.ts";
import type { Batch } from "./batch.ts";
import { batchId } from "./batchFile.ts";

const RECORD_FORMAT = "plimsoll-batch-record";

const element = decimal(FIELD, "the field's order");
const lots = decimal(1n << BigInt(SIZE_BITS), `2^${SIZE_BITS}`);
const signed = v.pipe(
  v.string("must be a whole number in a string"),
  v.regex(/^-?[1-9]\d{0,11}$/, "must be a whole number in a string"),
  v.transform((digits) => BigInt(digits)),
);
const RECORD = exactly("a batch record", {
  format: v.literal(RECORD_FORMAT, `must be "${RECORD_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  id: batchId,
  /** SHA-256 of what the batch file said. */
  digest: v.pipe(v.string("must be hex"), v.regex(/^[0-9a-f]{64}$/, "must be 32 bytes in hex")),
  /** That its serials are of: how many batches the contract had. */
  number: v.pipe(
    v.number("must be a number"),
    v.integer("must be a whole number"),
    v.minValue(0, "must not be negative"),
  ),
  root: element,
  postings: v.array(
    exactly("a posting", {
      alias_: element,
      released: lots,
      unreceived: lots,
      exposed: v.boolean("must be true or false"),
    }),
    "must be a list",
  ),
  encryptedNotes: v.pipe(
    v.string("must be hex"),
    v.regex(/^([0-9a-f]{2})*$/, "must be hex bytes"),
    v.transform((hex): Uint8Array => hexToBytes(hex)),
  ),
  /** Aliases that had named no usable key. */
  unencrypted: v.array(element, "must be a list"),
  /** In the order of the postings, for whoever has to hand one over. */
  notes: v.array(
    exactly("a note", {
      legs: v.array(exactly("a leg", { instrument: v.number("must be a number"), size: signed }), "must be a list"),
      serial: decimal(1n << BigInt(NOTE_SERIAL_BITS), `2^${NOTE_SERIAL_BITS}`),
      blinding: decimal(1n << BigInt(NOTE_BLINDING_BITS), `2^${NOTE_BLINDING_BITS}`),
      index: v.number("must be a number"),
      siblings: v.array(element, "must be a list"),
    }),
    "must be a list",
  ),
});

export type BatchRecord = Omit<v.InferOutput<typeof RECORD>, "format" | "version">;

/**
 * The records of one venue's engine, by the batches' ids: under `batches/<venue>/`.
 *
 * @example
 * ```ts
 * import { BatchRecords } from "plimsoll/venue";
 *
 * const record = await new BatchRecords(store, "venue-a").read("window-42");
 * console.log(record?.unencrypted); // aliases whose notes are to be handed over
 * ```
 */
export class BatchRecords {
  constructor(
    private readonly store: Store,
    private readonly venue: string,
  ) {}

  /** Undefined when there is none. Throws an InputError for one that was damaged. */
  async read(id: string): Promise<BatchRecord | undefined> {
    const json = await getJson(this.store, this.key(id));
    if (json === undefined) return undefined;
    const { format: _format, version: _version, ...record } = validated(RECORD, json, this.path(id));
    return record;
  }

  async write({ encryptedNotes, ...record }: BatchRecord): Promise<void> {
    const json = {
      format: RECORD_FORMAT,
      version: PROTOCOL_VERSION,
      ...record,
      encryptedNotes: bytesToHex(encryptedNotes),
    };
    await this.store.put(
      this.key(record.id),
      `${JSON.stringify(json, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 1)}\n`,
    );
  }

  /** Of a batch that was never signed. */
  remove(id: string): Promise<void> {
    return this.store.delete(this.key(id));
  }

  /** Where the record of a batch is, for people. */
  path(id: string): string {
    return this.store.where(this.key(id));
  }

  private key(id: string): string {
    return `batches/${this.venue}/${id}.json`;
  }
}

/** A record of a batch that is about to be sent. */
export const recordOf = (
  id: string,
  digest: string,
  number: number,
  { root, postings, encryptedNotes, notes }: Batch,
  unencrypted: bigint[],
): BatchRecord => ({
  id,
  digest,
  number,
  root,
  encryptedNotes,
  unencrypted,
  postings: [...postings],
  notes: notes.map(({ note: { legs, serial, blinding }, index, siblings }) => ({
    legs: [...legs],
    serial,
    blinding,
    index,
    siblings: [...siblings],
  })),
});
