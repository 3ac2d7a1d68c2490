/**
 * What was signed under each number, in a store: a number is signed for one statement, ever. It is written before a
 * signature leaves, so neither a crash nor a chain that changed its mind leads to a second one. It stays small: low
 * numbers are forgotten, and what isn't remembered is refused.
 *
 * @module
 */
import * as v from "valibot";
import { jsonOf } from "../base/text.ts";
import { InputError, PlimsollError } from "../base/errors.ts";
import { PROTOCOL_VERSION } from "../protocol/constants.ts";
import { exactly, validated } from "../base/schema.ts";
import { Turns } from "../base/turns.ts";
import { getText } from "../store/json.ts";
import { StoreConflict, type Store } from "../store/store.ts";

const SIGNED_FORMAT = "plimsoll-signed";

const number = v.pipe(
  v.number("must be a number"),
  v.integer("must be a whole number"),
  v.minValue(-1, "must be at least -1"),
);
const SIGNED = exactly("a record of what was signed", {
  format: v.literal(SIGNED_FORMAT, `must be "${SIGNED_FORMAT}"`),
  version: v.literal(PROTOCOL_VERSION, `must be ${PROTOCOL_VERSION}`),
  /** Whose signatures of what. */
  of: v.string("must be text"),
  /** Highest number that was forgotten; -1 while none was. */
  floor: number,
  signed: v.array(
    v.strictTuple([number, v.string("must be text")], "must be a number and a statement"),
    "must be a list",
  ),
});

/** Thrown instead of signing a second statement under a number, or one under a number that was forgotten. */
export class SignedBefore extends PlimsollError {
  override readonly name = "SignedBefore";
  constructor(
    readonly number: number,
    /** What was signed; undefined for a number below the floor. */
    readonly statement: string | undefined,
  ) {
    super(
      statement === undefined
        ? `${number}: is below what is remembered of signatures`
        : `${number}: was signed for another statement`,
    );
  }
}

export class SignedOnce {
  private readonly turns = new Turns();

  private constructor(
    private readonly store: Store,
    private readonly key: string,
    private readonly of: string,
    private readonly keep: number,
    private floor: number,
    /** Ascending by number. */
    private signed: ReadonlyMap<number, string>,
    /** The record as we left it. */
    private text: string | undefined,
  ) {}

  /**
   * Reads a record; one that isn't there begins empty.
   *
   * @param of whose signatures of what; a record that says otherwise is refused
   * @param keep most numbers that are remembered
   */
  static async open(store: Store, key: string, of: string, keep: number): Promise<SignedOnce> {
    const text = await getText(store, key);
    if (text === undefined) return new SignedOnce(store, key, of, keep, -1, new Map(), undefined);
    const { floor, signed, of: found } = validated(SIGNED, jsonOf(text, store.where(key)), "signed");
    if (found !== of) throw new InputError("signed.of", `must be "${of}"`, found);
    const record = new Map(signed.toSorted(([a], [b]) => a - b));
    if (record.size !== signed.length) throw new InputError("signed.signed", "must have each number once");
    return new SignedOnce(store, key, of, keep, floor, record, text);
  }

  /** Highest number signed, and what for. */
  get newest(): readonly [number: number, statement: string] | undefined {
    return [...this.signed].at(-1);
  }

  get all(): ReadonlyMap<number, string> {
    return this.signed;
  }

  /**
   * Commits to a statement for good: once this returns, signing it is safe. Again for the same one changes nothing.
   *
   * @throws SignedBefore for another statement than the first
   * @throws InputError when another process writes the record
   */
  commit(number: number, statement: string): Promise<void> {
    return this.turns.run(() => this.commitNow(number, statement));
  }

  private async commitNow(number: number, statement: string): Promise<void> {
    const known = this.signed.get(number);
    if (known === statement) return;
    if (known !== undefined || number <= this.floor) throw new SignedBefore(number, known);
    const all = [...this.signed, [number, statement] as const].sort(([a], [b]) => a - b);
    const forgotten = all.slice(0, Math.max(0, all.length - this.keep));
    const floor = forgotten.at(-1)?.[0] ?? this.floor;
    // Below the floor from the start: it would be forgotten at once.
    if (number <= floor) throw new SignedBefore(number, undefined);
    const signed = all.slice(forgotten.length);
    const text = `${JSON.stringify({ format: SIGNED_FORMAT, version: PROTOCOL_VERSION, of: this.of, floor, signed })}\n`;
    await this.store
      .transaction([{ key: this.key, value: text, expected: this.text ?? null }])
      .catch((cause: unknown) => {
        throw cause instanceof StoreConflict
          ? new InputError(this.store.where(this.key), "must be written by one process alone", undefined, { cause })
          : cause;
      });
    [this.floor, this.signed, this.text] = [floor, new Map(signed), text];
  }
}
