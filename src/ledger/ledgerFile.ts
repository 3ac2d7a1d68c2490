/**
 * A ledger as JSON. Trees, roots and leaves are not stored but follow from what is.
 *
 * @module
 */
import { isAddress } from "ethers";
import * as v from "valibot";
import { checkHolding } from "../account/holdings.ts";
import { Note, noteLeaf } from "../account/note.ts";
import { InputError } from "../base/errors.ts";
import { readText, writeAtomic } from "../base/files.ts";
import {
  FIELD, INSTRUMENT_BITS, ISSUER_BITS, LOTS_BITS, NOTE_BLINDING_BITS, NOTE_LEGS, NOTE_SERIAL_BITS, PROTOCOL_VERSION,
  RECIPIENT_BITS, TIERS, accountWords, type TierName,
} from "../protocol/constants.ts";
import { decimal, exactly, validated } from "../base/schema.ts";
import { Ledger, type LoadKey } from "./ledger.ts";
import type { IssuedNote, LedgerState } from "./state.ts";

const LEDGER_FORMAT = "plimsoll-ledger";
/** Longest ledger file that is read, in bytes: some 40,000 changes of tier L. */
const LEDGER_BYTES = 64 * 2 ** 20;

const element = decimal(FIELD, "the field's order");
const below = (bits: number) => decimal(1n << BigInt(bits), `2^${bits}`);
const count = (bits: number) =>
  v.pipe(
    v.number("must be a number"), v.integer("must be a whole number"),
    v.minValue(0, "must not be negative"), v.maxValue(2 ** bits - 1, `must be below 2^${bits}`),
  );
const list = <const S extends v.GenericSchema>(item: S) => v.array(item, "must be a list");
const signed = v.pipe(
  v.string("must be a whole number in a string"),
  v.regex(/^-?[1-9]\d{0,11}$/, "must be a whole number in a string, not 0"),
  v.transform((digits) => BigInt(digits)),
);

const SECONDS = 40;
const DEPTHS = [...new Set(Object.values(TIERS).map(({ depth }) => depth))];
const LEDGER = exactly("a ledger file", {
  format: v.literal(LEDGER_FORMAT, `must be "${LEDGER_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  address: v.pipe(v.string("must be an address"), v.check(isAddress, "must be an Ethereum address")),
  depth: v.picklist(DEPTHS, `must be ${DEPTHS.join(" or ")}`),
  tables: list(exactly("a table", { root: element, epoch: count(SECONDS), notAfter: count(SECONDS) })),
  notes: list(exactly("a note", {
    issuerId: count(ISSUER_BITS),
    recipient: element,
    legs: v.pipe(
      list(exactly("a leg", { instrument: count(INSTRUMENT_BITS), size: signed })),
      v.minLength(1, "must not be empty"), v.maxLength(NOTE_LEGS, `must be at most ${NOTE_LEGS}`),
    ),
    serial: below(NOTE_SERIAL_BITS),
    blinding: below(NOTE_BLINDING_BITS),
  })),
  changes: list(exactly("a change", {
    slot: count(32),
    tier: v.picklist(Object.keys(TIERS) as TierName[], "must be a tier"),
    commitment: element,
    cipher: list(element),
    time: count(SECONDS),
  })),
  exits: list(element),
  payments: list(exactly("a payment", {
    spent: element, instrument: count(INSTRUMENT_BITS), lots: below(LOTS_BITS), recipient: below(RECIPIENT_BITS),
  })),
  nullifiers: list(element),
  openings: list(element),
});

/** JSON text of a ledger. */
export function encodeLedger(ledger: Ledger): string {
  const { notes, ...rest } = ledger.state;
  const file = { format: LEDGER_FORMAT, version: PROTOCOL_VERSION, ...rest, notes: notes.map(({ leaf: _, ...note }) => note) };
  return `${JSON.stringify(file, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value), 1)}\n`;
}

/** Reads {@link encodeLedger}'s JSON. Throws an InputError whose path starts with `ledger`. */
export function decodeLedger(text: string, loadKey?: LoadKey): Ledger {
  if (text.length > LEDGER_BYTES) throw new InputError("ledger", `must be at most ${LEDGER_BYTES} characters`, text.length);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new InputError("ledger", "must be JSON", undefined, { cause });
  }
  const { format: _format, version: _version, ...file } = validated(LEDGER, json, "ledger");
  const notes = file.notes.map((note, i) => withLeaf(note, `ledger.notes[${i}]`));
  file.changes.forEach(({ tier, cipher }, i) => {
    const words = 1 + accountWords(TIERS[tier]);
    if (cipher.length !== words) throw new InputError(`ledger.changes[${i}].cipher`, `must have ${words} elements`, cipher.length);
    if (TIERS[tier].depth !== file.depth) throw new InputError(`ledger.changes[${i}].tier`, `must have trees of depth ${file.depth}`, tier);
  });
  file.tables.forEach(({ epoch }, i) => {
    if (i > 0 && epoch <= file.tables[i - 1]!.epoch) throw new InputError(`ledger.tables[${i}].epoch`, "must ascend", epoch);
  });
  return takeUp({ ...file, notes }, loadKey);
}

/** Reads a ledger file. Throws an InputError when it is missing or breaks its format. */
export const readLedger = async (path: string, loadKey?: LoadKey): Promise<Ledger> => decodeLedger(await readText(path, LEDGER_BYTES), loadKey);

/** Writes a ledger file, atomically; for its owner's eyes, since it holds what issuers know of their notes. */
export const writeLedger = (path: string, ledger: Ledger): Promise<void> => writeAtomic(path, encodeLedger(ledger), { secret: true });

function withLeaf(note: Omit<IssuedNote, "leaf">, path: string): IssuedNote {
  note.legs.forEach((leg, i) => checkHolding(leg, `${path}.legs[${i}]`));
  try {
    return { ...note, leaf: noteLeaf(note.recipient, new Note(note.issuerId, 0n, note.legs, note.serial, note.blinding)) };
  } catch (cause) {
    if (cause instanceof InputError) throw new InputError(cause.path.replace(/^note/, path), cause.rule, cause.value, { cause });
    throw cause;
  }
}

function takeUp(state: LedgerState, loadKey: LoadKey | undefined): Ledger {
  try {
    return new Ledger(state, loadKey);
  } catch (cause) {
    if (cause instanceof InputError) throw new InputError(`ledger.${cause.path}`, cause.rule, cause.value, { cause });
    throw cause;
  }
}
