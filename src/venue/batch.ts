/**
 * A venue's batch: a full subtree of notes, one for each alias, among random leaves. Which leaves are notes shows to
 * nobody but those whose notes they are.
 *
 * @module
 */
import { bytesToNumberBE } from "@noble/curves/utils.js";
import { concatBytes, randomBytes } from "@noble/hashes/utils.js";
import type { Holding } from "../account/holdings.ts";
import { NOTE_KEY_BYTES, isNoteKey } from "../account/noteKey.ts";
import { Note, noteLeaf } from "../account/note.ts";
import { GrowingTree } from "../account/trees.ts";
import { InputError } from "../base/errors.ts";
import { FIELD, LOTS_BITS, NOTE_BLINDING_BITS, NOTE_LEGS, SIZE_BITS } from "../protocol/constants.ts";
import { batchSerial, encryptNote, encryptedNoteBytes, type PlacedNote } from "../account/encryptedNotes.ts";

/** What one alias gets in a batch. */
export interface BatchPosting {
  readonly alias: bigint;
  /** What the alias's operator named; undefined where that was nothing. */
  readonly noteKey: Uint8Array | undefined;
  /** Positions, cash, fees and funding of the window: at most 7 legs beside the release, none of the venue's own pair. */
  readonly legs: readonly Holding[];
  /** Lots of the line that the note releases, at least one; its leg is added. */
  readonly released: bigint;
  /** Lots of the line that what isn't received after this batch may need. */
  readonly unreceived: bigint;
  /** Whether positions or negative cash remain, received or not. */
  readonly exposed: boolean;
}

export interface BatchRequest {
  readonly issuerId: number;
  /** Of the venue's contract: 2^batchDepth leaves. */
  readonly batchDepth: number;
  /** How many batches the venue posted before this one: the contract numbers them from 0. */
  readonly batchNumber: bigint;
  /** The venue's release instrument; its credit is one less. */
  readonly release: number;
  /** From 1 to 2^batchDepth, each alias once. */
  readonly postings: readonly BatchPosting[];
  /** Random bytes; only tests choose them. */
  readonly random?: (length: number) => Uint8Array;
}

export interface Batch {
  readonly root: bigint;
  /** As VenueOutbox.post takes them. */
  readonly postings: readonly {
    readonly alias_: bigint;
    readonly released: bigint;
    readonly unreceived: bigint;
    readonly exposed: boolean;
  }[];
  readonly encryptedNotes: Uint8Array;
  /** In the order of the postings: what the venue keeps. */
  readonly notes: readonly PlacedNote[];
}

const BLINDING_BYTES = NOTE_BLINDING_BITS / 8;
/** Reduced modulo p, so that no bias can be seen. */
const FIELD_BYTES = 48;

/**
 * Builds a batch. An alias that named no usable key gets an entry of random bytes: its note counts all the same, or
 * nobody's losses could be posted against their will; the venue has to hand such a note over itself.
 *
 * @throws InputError naming the posting that breaks a rule of notes or of the contract
 *
 * @example
 * ```ts
 * import { buildBatch, type BatchPosting } from "plimsoll/venue";
 *
 * const [issuerId, release, legs] = [16, 0x100003, [{ instrument: 0x100004, size: -25n }]];
 * const posting: BatchPosting = { alias, noteKey: undefined, legs, released: 1n, unreceived: 0n, exposed: true };
 * const request = { issuerId, batchDepth: 5, batchNumber: 0n, release, postings: [posting] };
 * const { root, encryptedNotes } = await buildBatch(request);
 * ```
 */
export async function buildBatch(request: BatchRequest): Promise<Batch> {
  const { issuerId, batchDepth, batchNumber, postings, random = randomBytes } = request;
  check(request);
  const places = shuffled(2 ** batchDepth, random);
  const leaves = places.map(() => fieldElement(random));
  const notes = postings.map((posting, i) => {
    const index = places[i]!;
    const note = noteOf(
      posting,
      request,
      batchSerial(batchNumber, batchDepth, index),
      bytesToNumberBE(random(BLINDING_BYTES)),
      `postings[${i}]`,
    );
    leaves[index] = noteLeaf(posting.alias, note);
    return { note, index };
  });
  const tree = new GrowingTree(batchDepth, leaves);
  const placed = notes.map(({ note, index }) => ({ note, index, siblings: tree.path(leaves[index]!).siblings }));
  const entries = await Promise.all(
    placed.map((note, i) => {
      const { alias, noteKey } = postings[i]!;
      const ephemeral = random(NOTE_KEY_BYTES);
      const nobody = random(encryptedNoteBytes(batchDepth));
      const encrypted = noteKey !== undefined && isNoteKey(noteKey);
      return encrypted ? encryptNote(note, noteKey, { issuerId, alias, batchDepth }, i, ephemeral) : nobody;
    }),
  );
  return {
    root: tree.root,
    postings: postings.map(({ alias, released, unreceived, exposed }) => ({
      alias_: alias,
      released,
      unreceived,
      exposed,
    })),
    encryptedNotes: concatBytes(...entries),
    notes: placed,
  };
}

function check({ batchDepth, postings, release }: BatchRequest): void {
  if (postings.length === 0 || postings.length > 2 ** batchDepth)
    throw new InputError("postings", `must be 1 to ${2 ** batchDepth}`, postings.length);
  const aliases = new Set<bigint>();
  postings.forEach(({ alias, legs, released, unreceived }, i) => {
    if (aliases.has(alias)) throw new InputError(`postings[${i}].alias`, "must have one note in a batch", alias);
    aliases.add(alias);
    if (released <= 0n || released >> BigInt(LOTS_BITS) !== 0n)
      throw new InputError(`postings[${i}].released`, `must be from 1 to 2^${LOTS_BITS} − 1`, released);
    if (unreceived < 0n || unreceived >> BigInt(SIZE_BITS) !== 0n)
      throw new InputError(`postings[${i}].unreceived`, `must be below 2^${SIZE_BITS}`, unreceived);
    if (legs.length >= NOTE_LEGS)
      throw new InputError(`postings[${i}].legs`, `must be at most ${NOTE_LEGS - 1} beside the release`, legs.length);
    legs.forEach(({ instrument }, j) => {
      if (instrument === release || instrument === release - 1) {
        throw new InputError(
          `postings[${i}].legs[${j}].instrument`,
          "must not be of the venue's credit and release: releases are said by `released`",
          instrument,
        );
      }
    });
  });
}

function noteOf(
  { legs, released }: BatchPosting,
  { issuerId, release }: BatchRequest,
  serial: bigint,
  blinding: bigint,
  path: string,
): Note {
  try {
    return new Note(issuerId, 0n, [...legs, { instrument: release, size: released }], serial, blinding);
  } catch (cause) {
    if (cause instanceof InputError)
      throw new InputError(cause.path.replace("note", path), cause.rule, cause.value, { cause });
    throw cause;
  }
}

/** 0 to length − 1 in random order (Fisher and Yates), each order as likely as the next. */
function shuffled(length: number, random: (length: number) => Uint8Array): number[] {
  const places = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const j = Number(bytesToNumberBE(random(FIELD_BYTES)) % BigInt(i + 1));
    [places[i], places[j]] = [places[j]!, places[i]!];
  }
  return places;
}

/** What no one can tell from a hash. */
const fieldElement = (random: (length: number) => Uint8Array): bigint => bytesToNumberBE(random(FIELD_BYTES)) % FIELD;
