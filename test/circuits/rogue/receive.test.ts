/**
 * Forgeries that only the circuit can refuse, each by its own guard: take the guard away and the forgery is accepted.
 * What a refusal says is the constraint that failed and the templates around it, innermost first.
 */
import { beforeAll, describe, expect, it } from "vitest";
import { ownerOf, spendKeys } from "../../../src/account/keys.ts";
import { hash } from "../../../src/protocol/hash.ts";
import type { TableTree } from "../../../src/risk/tree.ts";
import { Circuit } from "../../support/circuit.ts";
import { honestReceive, inputsOf, type Inputs } from "../../support/honest.ts";
import { coin, element, holdingInputs, inverse, put, rogueReceive, rogueSpend } from "../../support/rogue.ts";
import { BTC, Issuers, KEYS, USDC, VENUE, accountWith, tableTree } from "../../support/world.ts";

let table: TableTree;
beforeAll(async () => {
  table = await tableTree("T");
});

describe("receive", () => {
  let circuit: Circuit;
  beforeAll(async () => {
    circuit = await Circuit.load("receive", "T");
  });
  const verdict = (inputs: Inputs): Promise<string> => circuit.verdict(inputs);
  const OWNER = ownerOf(KEYS);
  /** One deposit of 50 coins. */
  const deposit = () => {
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, [coin(50n)], 777n);
    return { notes: [issuers.receive(OWNER, note)], notesRoot: issuers.notes.root };
  };

  it("takes what is honest from a rogue too", async () => {
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [coin(50n)] }))).toBe("accepted");
    expect(await verdict(rogueReceive({ ...deposit(), after: [coin(50n)] }))).toBe("accepted");
  });

  it("spends one nullifier twice where one note is received twice, so that the registry refuses it", async () => {
    const { notes, notesRoot } = deposit();
    const forged = rogueReceive({ old: [], after: [coin(100n)], notes: [notes[0]!, notes[0]!], notesRoot });
    expect(await verdict(forged)).toBe("accepted");
    expect(new Set(forged["nullifiers"] as bigint[]).size).toBe(1);
  });

  it("refuses more or other than the notes bring", async () => {
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [coin(51n)] }))).toBe(
      "Conserve: sums[t] === slots[t].size;\nReceive: Conserve(nHoldings + nNotes * NOTE_LEGS(), nHoldings, NOTE_LEGS())(items, holdings, spares);",
    );
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [{ instrument: USDC, size: 50n }] }))).toMatch(
      /^Conserve: count === 1 - empty\[m\];/,
    );
    expect(await verdict(rogueReceive({ ...deposit(), old: [], after: [], spares: [BTC] }))).toMatch(
      /^Conserve: sums\[t\] === 0;/,
    );
    expect(await verdict(rogueReceive({ old: [coin(5n)], after: [coin(6n)] }))).toMatch(
      /^Conserve: sums\[t\] === slots\[t\]\.size;/,
    );
  });

  it("refuses a sum that leaves the range of sizes", async () => {
    const most = (1n << 38n) - 1n;
    // A note of 50 into an account one lot short of the range, as if it held one lot only and then as much as it would.
    const small = rogueReceive({ ...deposit(), old: [coin(1n)], after: [coin(51n)] });
    const full = accountWith("T", [coin(most)]).account;
    const empty = rogueReceive({ old: [coin(most)], after: [coin(most)] });
    const nullifiers = put(empty["nullifiers"], 0, (small["nullifiers"] as bigint[])[0]!);
    const forged = {
      ...small,
      ...holdingInputs("oldInstruments", "oldSizes", full.holdings),
      oldCommitment: full.commitment,
      nullifiers,
    };
    expect(await verdict({ ...forged, sizes: put(small["sizes"], 0, most + 50n) })).toMatch(
      /\nReadHolding: .*Signed\(LOTS_BITS\(\)\)\(size\);/,
    );
  });

  it("refuses a note half used, or used twice over", async () => {
    const honest = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    for (const used of [2n, inverse(2n)]) {
      expect(await verdict({ ...honest, noteUsed: put(honest["noteUsed"], 0, used) })).toMatch(
        /^Bit: .*\nReceiveNote: .*Bit\(\)\(used\);/,
      );
    }
  });

  it("refuses a path deeper than the tree, of negative depth, or with a place beyond it", async () => {
    const honest = inputsOf(honestReceive().statement);
    const deep = (name: string, value: bigint): Promise<string> =>
      verdict({ ...honest, [name]: put(honest[name], 0, element(value)) });
    expect(await deep("noteDepth", -1n)).toMatch(/NonZero|BinaryMerkleRoot|notesRoot/);
    expect(await deep("noteDepth", 5n)).toMatch(/^NonZero: /);
    expect(await deep("noteIndex", (honest["noteIndex"] as bigint[])[0]! + 16n)).toMatch(/BinaryMerkleRoot/);
  });

  it("refuses an opening nullifier beside a change, and an opening without one", async () => {
    const changes = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    expect(await verdict({ ...changes, openingNullifier: hash("NULLIFIER", OWNER, 0n) })).toBe(
      "Receive: openingNullifier === opens * opening;",
    );
    expect(await verdict({ ...rogueReceive({ after: [] }), openingNullifier: 0n })).toBe(
      "Receive: openingNullifier === opens * opening;",
    );
  });

  it("refuses the holdings of another owner's account", async () => {
    const theirs = accountWith("T", [coin(5n)], spendKeys(5n)).account;
    const mine = rogueReceive({ old: [coin(5n)], after: [coin(5n)] });
    expect(await verdict({ ...mine, oldCommitment: theirs.commitment })).toBe(
      "Receive: (1 - opens) * (before - oldCommitment) === 0;",
    );
  });

  it("refuses an issuer of nine bits, whose place would be another's", async () => {
    const honest = rogueReceive({ ...deposit(), old: [], after: [coin(50n)] });
    const issuer = (honest["noteIssuer"] as bigint[])[0]!;
    expect(await verdict({ ...honest, noteIssuer: put(honest["noteIssuer"], 0, issuer + 256n) })).toMatch(
      /legIssuers\[l\] - issuerId/,
    );
    const unused = rogueReceive({ old: [coin(1n)], after: [coin(1n)] });
    expect(await verdict({ ...unused, noteIssuer: put(unused["noteIssuer"], 0, BigInt(VENUE) + 256n) })).toMatch(
      /\nReceiveNote: bits\.in <== issuerId;/,
    );
  });

  it("lets anyone open under one key's lock and another's prove key: such an account can only be received into", async () => {
    const mixed = { spendLock: KEYS.spendLock, proveKey: spendKeys(77n).proveKey };
    expect(await verdict(rogueReceive({ after: [], keys: mixed }))).toBe("accepted");
    const spend = await Circuit.load("spend", "T");
    const { account: from } = accountWith("T", [coin(100n)], { ...mixed, spendKey: KEYS.spendKey });
    const forged = rogueSpend(table, {
      old: [coin(100n)],
      after: [coin(80n)],
      move: "collateral",
      target: BTC,
      lots: 20n,
    });
    expect(await spend.verdict({ ...forged, oldCommitment: from.commitment, readKey: from.readKey })).toBe(
      "Spend: before === oldCommitment;",
    );
  });
});
