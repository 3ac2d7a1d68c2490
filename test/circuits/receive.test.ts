import { beforeAll, describe, expect, it } from "vitest";
import { Account, openingNullifier } from "../../src/account/account.ts";
import type { Holding } from "../../src/account/holdings.ts";
import { ownerOf, spendKeys } from "../../src/account/keys.ts";
import { Note, noteNullifier } from "../../src/account/note.ts";
import { GrowingTree, NotesTree } from "../../src/account/trees.ts";
import { TIERS } from "../../src/protocol/constants.ts";
import { receiveStatement } from "../../src/statements/receive.ts";
import { Circuit } from "../support/circuit.ts";
import { honestReceive, inputsOf, type Inputs } from "../support/honest.ts";
import {
  BTC,
  CASH,
  CONTEXT,
  CREDIT,
  Issuers,
  KEYS,
  PERP,
  PUT,
  RELEASE,
  USDC,
  VAULT,
  VENUE,
  accountWith,
} from "../support/world.ts";

let circuit: Circuit;
beforeAll(async () => {
  circuit = await Circuit.load("receive", "T");
});
const OWNER = ownerOf(KEYS);

describe("an honest owner", () => {
  it("receives two notes, one of which closes a holding and opens another", async () => {
    const { statement, account } = honestReceive();
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
    expect(account.holdings).toEqual([
      { instrument: BTC, size: 150n },
      { instrument: PUT, size: 5n },
      { instrument: CASH, size: 350n },
      { instrument: CREDIT, size: -1_000n },
    ]);
  });

  it("opens an account, empty or with its first note", async () => {
    const empty = honestReceive({ from: "T", notes: [] });
    expect(await circuit.verdict(inputsOf(empty.statement))).toBe("accepted");
    expect(empty.statement.signals.openingNullifier).toBe(openingNullifier(OWNER));
    expect(empty.account.version).toBe(0);
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, [{ instrument: USDC, size: 5n }]);
    const { statement } = receiveStatement({
      keys: KEYS,
      from: "T",
      notes: [issuers.receive(OWNER, note)],
      notesRoot: issuers.notes.root,
      context: CONTEXT,
    });
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
  });

  it("needs no margin: an account in trouble can be topped up and wound down", async () => {
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, [{ instrument: RELEASE, size: 1n }]);
    const { account: broke } = accountWith("T", [{ instrument: CREDIT, size: -40_000n }]);
    const { statement } = receiveStatement({
      keys: KEYS,
      from: broke,
      notes: [issuers.receive(OWNER, note)],
      notesRoot: issuers.notes.root,
      context: CONTEXT,
    });
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
  });

  it("swaps every holding of a full account in one note", async () => {
    const held = [1, 2, 3, 4].map((serial) => ({ instrument: VENUE * 65_536 + 100 + serial, size: 7n }));
    const legs = [
      ...held.map(({ instrument, size }) => ({ instrument, size: -size })),
      ...[5, 6, 7, 8].map((serial) => ({ instrument: VENUE * 65_536 + 100 + serial, size: -3n })),
    ];
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, legs);
    const { statement, account } = receiveStatement({
      keys: KEYS,
      from: accountWith("T", held).account,
      notes: [issuers.receive(OWNER, note)],
      notesRoot: issuers.notes.root,
      context: CONTEXT,
    });
    expect(await circuit.verdict(inputsOf(statement))).toBe("accepted");
    expect(account.holdings).toHaveLength(4);
  });
});

describe("a dishonest owner", () => {
  const stopped = (forge: (inputs: Inputs) => void, changes = {}): Promise<string> => {
    const inputs = inputsOf(honestReceive(changes).statement);
    forge(inputs);
    return circuit.verdict(inputs);
  };
  const becomes = (inputs: Inputs, from: Account, holdings: readonly Holding[]): void => {
    const next = from.next(holdings);
    Object.assign(inputs, {
      newCommitment: next.commitment,
      cipher: next.cipher,
      instruments: [0, 1, 2, 3].map((i) => BigInt(holdings[i]?.instrument ?? 0)),
      sizes: [0, 1, 2, 3].map((i) => holdings[i]?.size ?? 0n),
    });
  };

  it("can't receive half of a note", async () => {
    const forged = await stopped(
      (inputs) => (
        ((inputs["noteInstruments"] as bigint[][])[1]![0] = 0n),
        ((inputs["noteSizes"] as bigint[][])[1]![0] = 0n)
      ),
    );
    expect(forged).toMatch(/inUse \* \(root - notesRoot\) === 0|sums\[t\]/);
  });

  it("can't bring a note that its issuer didn't make", async () => {
    expect(await stopped((inputs) => ((inputs["noteNonce"] as bigint[])[0]! += 1n))).toContain(
      "inUse * (root - notesRoot) === 0",
    );
    expect(await stopped((inputs) => ((inputs["noteSalt"] as bigint[])[0]! += 1n))).toContain(
      "inUse * (root - notesRoot) === 0",
    );
  });

  it("can't use the empty place of an issuer as a tree, by a depth beyond it", async () => {
    const phantom = new Note(9, 0n, [{ instrument: 9 * 65_536 + 1, size: 1_000_000n }], 1n, 0n);
    const path = { root: 0n, depth: 9, index: 0n, siblings: [0n, 0n, 0n, 0n] };
    const notes = new NotesTree(new Map());
    const { statement } = receiveStatement({
      keys: KEYS,
      from: "T",
      notesRoot: notes.root,
      context: CONTEXT,
      notes: [{ note: phantom, path, issuerSiblings: notes.siblings(9) }],
    });
    expect(await circuit.verdict(inputsOf(statement))).toContain("isZero === 0");
  });

  it("can't receive another owner's note", async () => {
    const other = spendKeys(5n);
    const issuers = new Issuers("T");
    const note = issuers.issue(ownerOf(other), [{ instrument: BTC, size: 9n }]);
    const { path } = issuers.receive(ownerOf(other), note);
    const { statement } = receiveStatement({
      keys: KEYS,
      from: "T",
      notesRoot: issuers.notes.root,
      context: CONTEXT,
      notes: [{ note, path, issuerSiblings: issuers.notes.siblings(VAULT) }],
    });
    expect(await circuit.verdict(inputsOf(statement))).toContain("inUse * (root - notesRoot) === 0");
  });

  it("and an issuer can't add to another's instruments", async () => {
    // The venue's tree holds a note whose leg is the vault's coin.
    const tree = new GrowingTree(TIERS.T.depth);
    const honest = new Note(VENUE, 0n, [{ instrument: CASH, size: 9n }], 1n, 0n);
    const forged = Object.create(honest, { legs: { value: [{ instrument: BTC, size: 9n }] } }) as Note;
    const leaf = forged.leaf(OWNER);
    tree.add(leaf);
    const notes = new NotesTree(new Map([[VENUE, tree.root]]));
    const { statement } = receiveStatement({
      keys: KEYS,
      from: "T",
      notesRoot: notes.root,
      context: CONTEXT,
      notes: [{ note: forged, path: tree.path(leaf), issuerSiblings: notes.siblings(VENUE) }],
    });
    expect(await circuit.verdict(inputsOf(statement))).toContain(
      "legs[l].instrument * (legIssuers[l] - issuerId) === 0",
    );
  });

  it("can't take the place of another issuer's tree", async () => {
    const statement = honestReceive().statement;
    const inputs = inputsOf(statement);
    (inputs["noteIssuer"] as bigint[])[0] = BigInt(VENUE);
    expect(await circuit.verdict(inputs)).toContain("legs[l].instrument * (legIssuers[l] - issuerId) === 0");
  });

  it("can't choose a nullifier, nor make an unused place look used", async () => {
    expect(await stopped((inputs) => ((inputs["nullifiers"] as bigint[])[0]! += 1n))).toContain(
      "nullifiers[n] === notes[n].nullifier",
    );
    const { statement } = honestReceive({ notes: [] });
    const real = noteNullifier(OWNER, new Note(VAULT, 0n, [{ instrument: BTC, size: 1n }], 1n, 0n).leaf(OWNER));
    const inputs = inputsOf(statement);
    (inputs["nullifiers"] as bigint[])[0] = real;
    expect(await circuit.verdict(inputs)).toContain("nullifiers[n] === notes[n].nullifier");
  });

  it("can't slip legs into an unused place", async () => {
    expect(
      await stopped((inputs) => {
        (inputs["noteUsed"] as bigint[])[0] = 0n;
      }),
    ).toContain("legs[l].instrument * (1 - inUse) === 0");
  });

  it("can't gain, lose or double a holding", async () => {
    const { account: from } = accountWith("T", []);
    const issuers = new Issuers("T");
    const note = issuers.issue(OWNER, [
      { instrument: BTC, size: 9n },
      { instrument: USDC, size: 4n },
    ]);
    const received = { from, notes: [issuers.receive(OWNER, note)], notesRoot: issuers.notes.root };
    const result = (holdings: readonly Holding[], spares: readonly number[] = []): Promise<string> =>
      stopped((inputs) => {
        becomes(inputs, from, holdings);
        inputs["spares"] = Array.from({ length: 8 }, (_, i) => BigInt(spares[i] ?? 0));
      }, received);
    const [coin, cash] = note.legs as [Holding, Holding];
    expect(await result([coin, cash])).toBe("accepted");
    expect(await result([{ ...coin, size: 10n }, cash])).toContain("sums[t] === slots[t].size");
    expect(await result([coin, cash, { instrument: PERP, size: 5n }])).toContain("sums[t] === slots[t].size");
    expect(await result([coin])).toContain("count === 1 - empty[m]");
    expect(await result([coin], [USDC])).toContain("sums[t] === 0");
  });

  it("can't keep the old state's key, or open twice under two keys", async () => {
    expect(await stopped((inputs) => (inputs["openingNullifier"] = 1n), { from: "T", notes: [] })).toContain(
      "openingNullifier === opens * opening",
    );
    expect(await stopped((inputs) => (inputs["readKey"] = 1n))).toContain(
      "(1 - opens) * (before - oldCommitment) === 0",
    );
    expect(
      await stopped(
        (inputs) => {
          const versioned = new Account("T", OWNER, 5, Account.open("T", KEYS).readKey, []);
          Object.assign(inputs, { newCommitment: versioned.commitment, cipher: versioned.cipher, version: 4n });
        },
        { from: "T", notes: [] },
      ),
    ).toContain("after === newCommitment");
  });

  it("can't open with holdings from nowhere", async () => {
    expect(
      await stopped(
        (inputs) => {
          inputs["oldInstruments"] = [BigInt(BTC), 0n, 0n, 0n];
          inputs["oldSizes"] = [5n, 0n, 0n, 0n];
        },
        { from: "T", notes: [] },
      ),
    ).toContain("opens * oldHoldings[i].instrument === 0");
  });
});
