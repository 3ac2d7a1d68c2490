/**
 * Notes to an owner among all that a ledger's issuers gave: found by alias, so that keys alone restore them.
 *
 * @module
 */
import { aliasOf, depositSalt, ownerOf, type ProveKeys } from "../account/keys.ts";
import { Note, noteNullifier } from "../account/note.ts";
import type { Ledger } from "../ledger/ledger.ts";

/** How many deposits in a row may be missing (made, say, and never confirmed) before the search ends. */
const GAP = 20;

/** Notes to this owner, spent ones too, in the order they were issued. */
export function receivedNotes(ledger: Ledger, keys: ProveKeys): Note[] {
  const { notes } = ledger.state;
  const owner = ownerOf(keys);
  const salts = new Map<bigint, bigint>();
  for (const issuerId of new Set(notes.map((note) => note.issuerId))) {
    const recipients = new Set(notes.filter((note) => note.issuerId === issuerId).map(({ recipient }) => recipient));
    salts.set(aliasOf(owner, issuerId), 0n);
    for (let counter = 0, missing = 0; missing < GAP; counter++) {
      const salt = depositSalt(keys.proveKey, issuerId, counter);
      const recipient = aliasOf(owner, issuerId, salt);
      missing = recipients.has(recipient) ? 0 : missing + 1;
      if (missing === 0) salts.set(recipient, salt);
    }
  }
  return notes.flatMap(({ issuerId, recipient, legs, serial, blinding }) => {
    const salt = salts.get(recipient);
    return salt === undefined ? [] : [new Note(issuerId, salt, legs, serial, blinding)];
  });
}

/** Notes to this owner that wait to be folded. */
export function unspentNotes(ledger: Ledger, keys: ProveKeys): Note[] {
  const owner = ownerOf(keys);
  return receivedNotes(ledger, keys).filter((note) => !ledger.isSpent(noteNullifier(owner, note.leaf(owner))));
}

/** The salt of the next deposit at a vault: the first whose alias no note names. */
export function nextDepositSalt(ledger: Ledger, keys: ProveKeys, issuerId: number): bigint {
  const owner = ownerOf(keys);
  const used = new Set(ledger.state.notes.map(({ recipient }) => recipient));
  for (let counter = 0; ; counter++) {
    const salt = depositSalt(keys.proveKey, issuerId, counter);
    if (!used.has(aliasOf(owner, issuerId, salt))) return salt;
  }
}
