/**
 * The contributions inside a proving key, and the hashes by which contributors recognise their own. Layout and hash:
 * snarkjs 0.7.6, src/zkey_utils.js (readContribution, hashPubKey).
 *
 * @module
 */
import { numberToBytesBE } from "@noble/curves/utils.js";
import { createHash } from "node:crypto";
import { ArtifactError } from "../base/errors.ts";
import type { Contribution } from "../groth16/manifest.ts";
import { coordinates } from "./points.ts";
import { readZkeySummary } from "./zkey.ts";

const HASH_BYTES = 64;
const G1_BYTES = 64;
const G2_BYTES = 128;
const BEACON = 1;
/** Parameters of a contribution, each one byte of type, then its value. */
const NAME = 1;
const ITERATIONS = 2;
const BEACON_HASH = 3;

export interface Transcript {
  /** Hex of snarkjs's circuit hash. */
  readonly circuitHash: string;
  /** In the order they were made. */
  readonly contributions: readonly Contribution[];
}

/** @throws ArtifactError if the key's last section is malformed */
export async function readTranscript(zkeyPath: string): Promise<Transcript> {
  const { transcript: bytes } = await readZkeySummary(zkeyPath);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  const take = (length: number): Uint8Array => {
    if (at + length > bytes.byteLength) throw new ArtifactError(zkeyPath, "has a truncated list of contributions");
    return bytes.subarray(at, (at += length));
  };
  const takeNumber = (): number => {
    take(4);
    return view.getUint32(at - 4, true);
  };
  const circuitHash = hex(take(HASH_BYTES));
  const contributions = Array.from({ length: takeNumber() }, (): Contribution => {
    const hash = createHash("blake2b512");
    for (const size of [G1_BYTES, G1_BYTES, G1_BYTES, G2_BYTES]) hash.update(uncompressed(take(size)));
    hash.update(take(HASH_BYTES));
    const isBeacon = takeNumber() === BEACON;
    const { name, ...beacon } = readParameters(take(takeNumber()));
    return { name, hash: hash.digest("hex"), ...(isBeacon ? { beacon } : {}) };
  });
  return { circuitHash, contributions };
}

function readParameters(bytes: Uint8Array): { name: string; hash: string; iterationsExp: number } {
  const found = { name: "", hash: "", iterationsExp: 0 };
  for (let at = 0; at < bytes.byteLength; ) {
    const [type, size] = [bytes[at], bytes[at + 1]!];
    const value = bytes.subarray(at + 2, at + 2 + size);
    if (type === NAME) found.name = new TextDecoder().decode(value);
    else if (type === BEACON_HASH) found.hash = hex(value);
    else if (type === ITERATIONS) found.iterationsExp = size;
    at += type === ITERATIONS ? 2 : 2 + size;
  }
  return found;
}

/** A point as snarkjs hashes it: big-endian coordinates, the imaginary part of each before the real one. */
function uncompressed(point: Uint8Array): Buffer {
  const values = coordinates(point);
  const ordered = values.length === 2 ? values : [values[1]!, values[0]!, values[3]!, values[2]!];
  return Buffer.concat(ordered.map((value) => numberToBytesBE(value, 32)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
