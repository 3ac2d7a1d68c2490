/**
 * Notes to an owner among all that a ledger's issuers gave: found by alias, so that keys alone restore them.
 *
 * @module
 */
import { depositSalt, ownerOf, type ProveKeys } from "../account/keys.ts";
import { Note, noteNullifier } from "../account/note.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ownAliases, type OwnAliases } from "./aliases.ts";

/** Notes to this owner, spent ones too, in the order they were issued. */
export function receivedNotes(ledger: Ledger, keys: ProveKeys): Note[] {
  const { notes } = ledger.state;
  const own = new Map([...new Set(notes.map((note) => note.issuerId))].map((issuerId) => [issuerId, aliasesAt(ledger, keys, issuerId)]));
  return notes.flatMap(({ issuerId, recipient, legs, serial, blinding }) => {
    const salt = own.get(issuerId)!.salts.get(recipient);
    return salt === undefined ? [] : [new Note(issuerId, salt, legs, serial, blinding)];
  });
}

/** Notes to this owner that wait to be received. */
export function unspentNotes(ledger: Ledger, keys: ProveKeys): Note[] {
  const owner = ownerOf(keys);
  return receivedNotes(ledger, keys).filter((note) => !ledger.isSpent(noteNullifier(owner, note.leaf(owner))));
}

/** The salt of the next deposit at a vault: the first whose alias no note names. */
export const nextDepositSalt = (ledger: Ledger, keys: ProveKeys, issuerId: number): bigint =>
  depositSalt(keys.proveKey, issuerId, aliasesAt(ledger, keys, issuerId).nextCounter);

const aliasesAt = ({ state: { notes } }: Ledger, keys: ProveKeys, issuerId: number): OwnAliases =>
  ownAliases(keys, issuerId, new Set(notes.filter((note) => note.issuerId === issuerId).map(({ recipient }) => recipient)));
