/**
 * Batches and their encrypted notes: what is encrypted opens for its alias, and for nobody and nothing else.
 */
import { bytesToHex, concatBytes } from "@noble/hashes/utils.js";
import { describe, expect, it } from "vitest";
import type { Holding } from "../../src/account/holdings.ts";
import { instrumentId } from "../../src/protocol/instrument.ts";
import { aliasOf } from "../../src/account/keys.ts";
import { Note, noteLeaf } from "../../src/account/note.ts";
import { noteKey, noteSecret } from "../../src/account/noteKey.ts";
import { GrowingTree } from "../../src/account/trees.ts";
import { hashPair } from "../../src/protocol/hash.ts";
import { FIELD } from "../../src/protocol/constants.ts";
import { buildBatch, type Batch, type BatchPosting, type BatchRequest } from "../../src/venue/batch.ts";
import {
  batchSerial,
  openEncryptedNotes,
  encryptNote,
  encryptedNoteBytes,
  type OpenedNote,
} from "../../src/account/encryptedNotes.ts";
import { Random } from "../support/random.ts";
import { CASH, PERP, PUT, VENUE } from "../support/world.ts";

const RELEASE = instrumentId(VENUE, 11);
const DEPTH = 3;
const LEGS: readonly Holding[] = [
  { instrument: PERP, size: -90n },
  { instrument: CASH, size: 54_500n },
];

const proveKeyOf = (i: number): bigint => 1_000n + BigInt(i);
const aliasAt = (i: number): bigint => aliasOf(proveKeyOf(i) + 7n, VENUE);
const secretOf = (i: number): Uint8Array => noteSecret(proveKeyOf(i), VENUE);
const posting = (i: number, changes: Partial<BatchPosting> = {}): BatchPosting => ({
  alias: aliasAt(i),
  noteKey: noteKey(secretOf(i)),
  legs: LEGS,
  released: 1n,
  unreceived: 0n,
  exposed: true,
  ...changes,
});
const bytesFrom =
  (random: Random) =>
  (length: number): Uint8Array =>
    Uint8Array.from({ length }, () => random.below(256));
const build = (postings: readonly BatchPosting[], changes: Partial<BatchRequest> = {}): Promise<Batch> =>
  buildBatch({ issuerId: VENUE, batchDepth: DEPTH, batchNumber: 5n, release: RELEASE, postings, ...changes });
const open = (encrypted: Uint8Array, i: number, batchDepth = DEPTH): Promise<readonly OpenedNote[]> =>
  openEncryptedNotes(encrypted, secretOf(i), { issuerId: VENUE, alias: aliasAt(i), batchDepth });

describe("a batch", () => {
  it("opens to each alias as its own note, with the path to the batch's root", async () => {
    const random = Random.named("batches");
    for (let round = 0; round < 12; round++) {
      const depth = random.below(5);
      const count = 1 + random.below(2 ** depth);
      const batchNumber = random.anySize(64 - depth - 1);
      const postings = Array.from({ length: count }, (_, i) =>
        posting(i, {
          legs: Array.from({ length: random.below(8) }, () => {
            const size = 1n + random.anySize(37);
            return { instrument: instrumentId(VENUE, 20 + random.below(1_000)), size: random.chance(2) ? size : -size };
          }),
          released: 1n + random.anySize(37),
          unreceived: random.anySize(39),
          exposed: random.chance(2),
        }),
      );
      const batch = await build(postings, { batchDepth: depth, batchNumber, random: bytesFrom(random) });
      expect(batch.encryptedNotes).toHaveLength(count * encryptedNoteBytes(depth));
      expect(batch.root).toBeLessThan(FIELD);
      const indices = new Set<number>();
      for (const [i, { alias, legs, released, unreceived, exposed }] of postings.entries()) {
        expect(batch.postings[i]).toEqual({ alias_: alias, released, unreceived, exposed });
        const opened = await open(batch.encryptedNotes, i, depth);
        expect(opened).toHaveLength(1);
        const { note, index, siblings, batch: number, leaf, root } = opened[0]!;
        expect(note.legs).toEqual([...legs, { instrument: RELEASE, size: released }]);
        expect([note.salt, number, root]).toEqual([0n, batchNumber, batch.root]);
        expect(note.serial).toBe(batchSerial(batchNumber, depth, index));
        expect(leaf).toBe(noteLeaf(alias, note));
        expect({ note, index, siblings }).toEqual(batch.notes[i]);
        indices.add(index);
      }
      expect(indices.size).toBe(count);
    }
  });

  it("has random leaves where no note is, and notes at random places", async () => {
    const random = Random.named("places");
    const places = new Set<number>();
    for (let i = 0; i < 40; i++) {
      const { notes, root } = await build([posting(0)], { random: bytesFrom(random) });
      places.add(notes[0]!.index);
      // Leaves and nodes beside it: none is 0, small or another's.
      expect(new Set([...notes[0]!.siblings, root]).size).toBe(DEPTH + 1);
      for (const sibling of notes[0]!.siblings) expect(sibling).toBeGreaterThan(2n ** 200n);
    }
    expect(places.size).toBe(2 ** DEPTH);
  });

  it("gives serials that never repeat, below those of the next batch", async () => {
    const serials = await Promise.all(
      [0n, 1n, 2n].map(async (batchNumber) =>
        (
          await build(
            Array.from({ length: 2 ** DEPTH }, (_, i) => posting(i)),
            { batchNumber },
          )
        ).notes.map(({ note }) => note.serial),
      ),
    );
    expect(serials.flat().sort((a, b) => Number(a - b))).toEqual(
      Array.from({ length: 3 * 2 ** DEPTH }, (_, i) => BigInt(i) + 1n),
    );
  });

  it("joins the issuer's tree as one node, and its notes' paths go on there", async () => {
    const roots = [11n, 22n, (await build([posting(0)])).root];
    const { notes, root } = await build([posting(0)]);
    const batches = new GrowingTree(4, [...roots, root, 33n]);
    const outer = batches.path(root);
    const { index, siblings, note } = notes[0]!;
    const path = [...siblings, ...outer.siblings.slice(0, outer.depth)];
    const place = BigInt(index) + (outer.index << BigInt(DEPTH));
    expect(
      path.reduce(
        (node, sibling, level) =>
          ((place >> BigInt(level)) & 1n) === 0n ? hashPair(node, sibling) : hashPair(sibling, node),
        noteLeaf(aliasAt(0), note),
      ),
    ).toBe(batches.root);
  });

  it("refuses what no receipt or contract would take, and names it", async () => {
    const refused = async (
      why: string,
      postings: readonly BatchPosting[],
      changes: Partial<BatchRequest> = {},
    ): Promise<void> => expect(build(postings, changes)).rejects.toThrow(why);
    await refused("postings: must be 1 to 8, got 0", []);
    await refused(
      "postings: must be 1 to 8, got 9",
      Array.from({ length: 9 }, (_, i) => posting(i)),
    );
    await refused("postings[1].alias: must have one note in a batch", [posting(0), posting(0)]);
    await refused("postings[0].released: must be from 1 to 2^38 − 1, got 0", [posting(0, { released: 0n })]);
    await refused("postings[0].released: must be from 1 to 2^38 − 1", [posting(0, { released: 2n ** 38n })]);
    await refused("postings[0].unreceived: must be below 2^39", [posting(0, { unreceived: 2n ** 39n })]);
    await refused("postings[0].legs: must be at most 7 beside the release, got 8", [
      posting(0, { legs: Array.from({ length: 8 }, () => LEGS[0]!) }),
    ]);
    await refused("postings[1].legs[1].instrument: must be of issuer 2", [
      posting(1),
      posting(0, { legs: [LEGS[0]!, { instrument: instrumentId(3, 1), size: 1n }] }),
    ]);
    await refused("postings[0].legs[0].size: must not be 0", [posting(0, { legs: [{ instrument: PUT, size: 0n }] })]);
    for (const instrument of [RELEASE, RELEASE - 1]) {
      await refused("postings[0].legs[0].instrument: must not be of the venue's credit and release", [
        posting(0, { legs: [{ instrument, size: 1n }] }),
      ]);
    }
    await refused("postings[0].serial: must be from 0 to 2^64 − 1", [posting(0)], { batchNumber: 2n ** 61n });
  });

  it("gives an alias without a usable key bytes that nobody opens, and its note all the same", async () => {
    const keys = [undefined, new Uint8Array(32), new Uint8Array(31).fill(3)];
    const batch = await build([posting(9), ...keys.map((key, i) => posting(i, { noteKey: key }))]);
    expect(batch.encryptedNotes).toHaveLength(4 * encryptedNoteBytes(DEPTH));
    expect(batch.notes).toHaveLength(4);
    for (const i of keys.keys()) expect(await open(batch.encryptedNotes, i)).toEqual([]);
    expect(await open(batch.encryptedNotes, 9)).toHaveLength(1);
  });
});

describe("an encrypted note", () => {
  it("has one size, however many legs", () => {
    expect(encryptedNoteBytes(0)).toBe(32 + 2 * 32 + 31 + 16);
    expect(encryptedNoteBytes(10)).toBe(encryptedNoteBytes(0) + 10 * 32);
  });

  it("opens for no other alias, issuer, depth, place or key", async () => {
    const { encryptedNotes } = await build([posting(0), posting(1)]);
    const size = encryptedNoteBytes(DEPTH);
    const at = { issuerId: VENUE, alias: aliasAt(0), batchDepth: DEPTH };
    expect(await openEncryptedNotes(encryptedNotes, secretOf(0), at)).toHaveLength(1);
    expect(await openEncryptedNotes(encryptedNotes, secretOf(1), at)).toEqual([]);
    expect(await openEncryptedNotes(encryptedNotes, secretOf(0), { ...at, alias: aliasAt(1) })).toEqual([]);
    expect(await openEncryptedNotes(encryptedNotes, secretOf(0), { ...at, issuerId: VENUE + 1 })).toEqual([]);
    const swapped = concatBytes(encryptedNotes.subarray(size), encryptedNotes.subarray(0, size));
    expect(await open(swapped, 0)).toEqual([]);
    for (const batchDepth of [0, 1, 2, 4])
      expect(await openEncryptedNotes(encryptedNotes, secretOf(0), { ...at, batchDepth })).toEqual([]);
  });

  it("doesn't open once any byte of it is changed", async () => {
    const { encryptedNotes } = await build([posting(0)], { batchDepth: 1 });
    expect(await open(encryptedNotes, 0, 1)).toHaveLength(1);
    const random = Random.named("tampering");
    for (let byte = 0; byte < encryptedNotes.length; byte++) {
      const changed = encryptedNotes.slice();
      // The ephemeral key's highest bit counts for nothing on the curve: only the key's derivation has it.
      changed[byte]! ^= byte === 31 ? 0x80 : 1 << random.below(8);
      expect(await open(changed, 0, 1), `byte ${byte}`).toEqual([]);
    }
  });

  it("is passed over when the row has a wrong length or is noise", async () => {
    const { encryptedNotes } = await build([posting(0)]);
    const random = bytesFrom(Random.named("noise"));
    for (const row of [
      new Uint8Array(0),
      encryptedNotes.subarray(1),
      concatBytes(encryptedNotes, Uint8Array.of(0)),
      random(encryptedNoteBytes(DEPTH)),
      new Uint8Array(encryptedNoteBytes(DEPTH)),
    ]) {
      expect(await open(row, 0)).toEqual([]);
    }
    expect(await open(concatBytes(random(encryptedNoteBytes(DEPTH)), encryptedNotes), 0)).toEqual([]);
  });

  it("is passed over when an engine encrypted what is no note", async () => {
    const where = { issuerId: VENUE, alias: aliasAt(0), batchDepth: 1 };
    const honest = new Note(VENUE, 0n, LEGS, 3n, 5n);
    const encrypt = (changes: { words?: bigint[]; nonce?: bigint; siblings?: bigint[] }): Promise<Uint8Array> =>
      encryptNote(
        {
          note: { words: honest.words, nonce: honest.nonce, ...changes } as Note,
          index: 0,
          siblings: changes.siblings ?? [9n],
        },
        noteKey(secretOf(0)),
        where,
        0,
        new Uint8Array(32).fill(4),
      );
    expect(await openEncryptedNotes(await encrypt({}), secretOf(0), where)).toHaveLength(1);
    const [word0, word1] = honest.words as [bigint, bigint];
    const empty = word1 & ((1n << 63n) - 1n);
    const bad = {
      "another issuer's leg": { words: new Note(3, 0n, [{ instrument: instrumentId(3, 1), size: 1n }], 1n, 0n).words },
      "no leg": { words: [word1, word1] },
      "a word beyond 252 bits": { words: [word0 + 2n ** 252n, word1] },
      "half a leg": { words: [word0 - (word0 & 0xffffffn), word1] },
      // An empty place before a leg: the same legs, but another leaf.
      "a gap": { words: [((word0 << 63n) & ((1n << 252n) - 1n)) + empty, word1] },
      "serial 0": { nonce: 5n },
      "a sibling that is no field element": { siblings: [FIELD] },
    };
    for (const [name, changes] of Object.entries(bad)) {
      expect(await openEncryptedNotes(await encrypt(changes), secretOf(0), where), name).toEqual([]);
    }
    // A path that leads elsewhere opens, and its root tells.
    const [lying] = await openEncryptedNotes(await encrypt({ siblings: [10n] }), secretOf(0), where);
    expect(lying!.root).not.toBe(hashPair(noteLeaf(where.alias, honest), 9n));
  });

  it("refuses to encrypt to what is no key", async () => {
    const note = { note: new Note(VENUE, 0n, LEGS, 1n, 0n), index: 0, siblings: [] };
    for (const key of [new Uint8Array(32), new Uint8Array(5)]) {
      await expect(
        encryptNote(note, key, { issuerId: VENUE, alias: 1n, batchDepth: 0 }, 0, new Uint8Array(32).fill(4)),
      ).rejects.toThrow("noteKey: must be an X25519 key of 32 bytes and not of low order");
    }
  });

  it("is what it was: a vector for other implementations", async () => {
    const random = bytesFrom(new Random(1));
    const { root, encryptedNotes } = await build([posting(0)], { batchDepth: 0, batchNumber: 0n, random });
    expect({ root, encrypted: bytesToHex(encryptedNotes) }).toMatchInlineSnapshot(`
      {
        "encrypted": "195c995af45b643e13bf7e240ac6a92390467ac87f92f896bd2cc41bd808ea48195e285d8476b7e7ca60ba50c1b27b6af7eaab31589f626cde3d42fa3350af536f9e45ab467552c4850486ad8a79abbeb166b9356ce446f6d71e9e4145b51c20fa675b4e27b6505b42a2266b8795705d4a7bb790ab279c3481e91ec48e5cc26189310978446a432e810d62245ee6eb",
        "root": 10314848353349793663189830518116308120761632178267247912718918852225560883960n,
      }
    `);
  });
});
