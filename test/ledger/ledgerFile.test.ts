import { expect, it } from "vitest";
import { Note } from "../../src/account/note.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { Ledger } from "../../src/ledger/ledger.ts";
import { decodeLedger, encodeLedger } from "../../src/ledger/ledgerFile.ts";

const PERP = 2 * 2 ** 16 + 1;

function sample(): string {
  const ledger = Ledger.create("T");
  ledger.publish({ root: 77n, table: { epoch: 3, notAfter: 100 } as never });
  ledger.issue(new Note(2, 0n, [{ instrument: PERP, size: -90n }], 1n, 123n), 55n);
  ledger.issue(new Note(2, 0n, [{ instrument: PERP, size: 4n }], 2n, 0n), 56n);
  const { state } = ledger;
  const change = (slot: number, commitment: bigint) => ({ slot, tier: "T", commitment, cipher: [1n, 2n], time: 9 }) as const;
  return encodeLedger(new Ledger({
    ...state, openings: [8n, 9n], nullifiers: [4n, 5n], exits: [70n], payments: [{ spent: 71n, instrument: PERP, lots: 3n, recipient: 5n }],
    changes: [change(0, 10n), change(1, 11n), change(0, 12n)],
  }));
}

type Json = Record<string, never> & { [key: string]: unknown };
const changed = (change: (file: Json) => void): string => {
  const file = JSON.parse(sample()) as Json;
  change(file);
  return JSON.stringify(file);
};
const at = (file: Json, list: string, i: number): Record<string, unknown> => (file[list] as unknown as Record<string, unknown>[])[i]!;

it("reads what it wrote", () => {
  const text = sample();
  const ledger = decodeLedger(text);
  expect(encodeLedger(ledger)).toBe(text);
  expect(ledger.slotOf(12n)).toBe(0);
  expect(ledger.slotOf(10n)).toBeUndefined();
  expect(ledger.history(0).map(({ commitment }) => commitment)).toEqual([10n, 12n]);
  expect(ledger.nextSerial(2)).toBe(3n);
});

it.each<[string, string]>([
  ["not JSON", "ledger: must be JSON"],
  ["7", "ledger: must be a ledger file, got 7"],
  ["{}", "ledger.format: must be present"],
  [changed((file) => (file["version"] = 2 as never)), "ledger.version: must be 1, got 2"],
  [changed((file) => (file["more"] = 1 as never)), "ledger.more: is no field of a ledger file"],
  [changed((file) => (file["address"] = "0x12" as never)), "ledger.address: must be an Ethereum address"],
  [changed((file) => (file["depth"] = 7 as never)), "ledger.depth: must be 4 or 30, got 7"],
  [changed((file) => (file["depth"] = 30 as never)), "ledger.changes[0].tier: must have trees of depth 30"],
  [changed((file) => (at(file, "tables", 0)["root"] = "077")), "ledger.tables[0].root: must be decimal digits without leading zeros"],
  [changed((file) => (at(file, "tables", 0)["epoch"] = -1)), "ledger.tables[0].epoch: must not be negative, got -1"],
  [changed((file) => (file["tables"] as unknown as unknown[]).push(at(file, "tables", 0))), "ledger.tables[1].epoch: must ascend"],
  [changed((file) => (at(file, "notes", 0)["recipient"] = String(FIELD))), "ledger.notes[0].recipient: must be below the field's order"],
  [changed((file) => (at(file, "notes", 1)["serial"] = "1")), "ledger.notes[1].serial: must not repeat at its issuer"],
  [changed((file) => (at(file, "notes", 0)["legs"] = [])), "ledger.notes[0].legs: must not be empty"],
  [changed((file) => (at(file, "notes", 0)["legs"] = [{ instrument: 5, size: "1" }])), "ledger.notes[0].legs[0].instrument: must be of issuer 2, got 5"],
  [changed((file) => (at(file, "notes", 0)["legs"] = [{ instrument: PERP, size: "274877906944" }])), "ledger.notes[0].legs[0].size: must be below 2^38 lots"],
  [changed((file) => (at(file, "changes", 0)["cipher"] = ["1"])), "ledger.changes[0].cipher: must have 2 elements, got 1"],
  [changed((file) => (at(file, "changes", 1)["slot"] = 2)), "ledger.changes[1].slot: must be at most 1, the next to open, got 2"],
  [changed((file) => (at(file, "changes", 2)["commitment"] = "10")), "ledger.changes[2].commitment: must be new, got 10"],
  [changed((file) => (file["openings"] = ["8"] as never)), "ledger.openings: must be as many as accounts, got 1"],
  [changed((file) => (file["nullifiers"] = ["4", "4"] as never)), "ledger.nullifiers: must hold nothing twice"],
  [changed((file) => (file["exits"] = Array.from({ length: 17 }, (_, i) => String(i + 1)) as never)), "ledger.tree: must hold at most 2^4 leaves, got 17"],
])("refuses a broken file: %#", (text, message) => {
  expect(() => decodeLedger(text)).toThrow(message);
});
