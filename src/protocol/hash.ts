/**
 * Poseidon over bn254's scalar field with circomlib's constants. Every hash names its domain: the tag is the first input.
 *
 * @module
 */
import {
  poseidon2,
  poseidon3,
  poseidon4,
  poseidon5,
  poseidon6,
  poseidon7,
  poseidon8,
  poseidon9,
  poseidon10,
  poseidon11,
  poseidon12,
  poseidon13,
  poseidon14,
  poseidon15,
  poseidon16,
} from "poseidon-lite";
import { CHUNK, TAGS, type TagName } from "./constants.ts";

const WIDTHS = [
  poseidon2,
  poseidon3,
  poseidon4,
  poseidon5,
  poseidon6,
  poseidon7,
  poseidon8,
  poseidon9,
  poseidon10,
  poseidon11,
  poseidon12,
  poseidon13,
  poseidon14,
  poseidon15,
  poseidon16,
] as const;

function poseidon(inputs: bigint[]): bigint {
  const width = WIDTHS[inputs.length - 2];
  if (width === undefined) throw new RangeError(`Poseidon takes 2 to 16 inputs, got ${inputs.length}`);
  return width(inputs);
}

/** P(TAG, inputs…), at most 15 inputs. */
export const hash = (tag: TagName, ...inputs: bigint[]): bigint => poseidon([TAGS[tag], ...inputs]);

/** P(…P(P(TAG, x_0..x_14), x_15..x_29)…): a list of fixed length, hashed in chunks of 15. */
export function hashList(tag: TagName, items: readonly bigint[]): bigint {
  let state = TAGS[tag];
  for (let i = 0; i < items.length; i += CHUNK) state = poseidon([state, ...items.slice(i, i + CHUNK)]);
  return state;
}

/**
 * Node of a binary tree: the one hash without a tag. Its inputs are hashes or 0, never a tag, so it collides with no
 * tagged hash; a third input would cost every contract that keeps a tree about 75 % more gas.
 */
export const hashPair = (left: bigint, right: bigint): bigint => poseidon2([left, right]);
