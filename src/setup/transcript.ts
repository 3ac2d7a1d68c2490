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
import { affineCoordinates } from "./points.ts";
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

/** A contribution's points, as bytes of the file: δ after it, and the keys by which it shows that it knew its secret. */
export interface ContributionPoints {
  readonly deltaAfter: Uint8Array;
  readonly keyG1: readonly [Uint8Array, Uint8Array];
  readonly keyG2: Uint8Array;
}

/** @throws ArtifactError if the key's last section is malformed, or a contribution doesn't follow from those before */
export async function readTranscript(zkeyPath: string): Promise<Transcript> {
  const { circuitHash, contributions } = await readContributions(zkeyPath);
  return { circuitHash, contributions: contributions.map(({ contribution }) => contribution) };
}

/** As {@link readTranscript}, each contribution with its points. */
export async function readContributions(zkeyPath: string): Promise<{
  readonly circuitHash: string;
  readonly contributions: readonly { readonly contribution: Contribution; readonly points: ContributionPoints }[];
}> {
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
  const circuitHash = take(HASH_BYTES);
  // Each contribution signs what it builds on: the circuit and every contribution before it.
  const before = createHash("blake2b512").update(circuitHash);
  const contributions = Array.from({ length: takeNumber() }, (_, i) => {
    const points: ContributionPoints = {
      deltaAfter: take(G1_BYTES),
      keyG1: [take(G1_BYTES), take(G1_BYTES)],
      keyG2: take(G2_BYTES),
    };
    const link = before.copy();
    for (const point of points.keyG1) link.update(uncompressed(point));
    const linked = take(HASH_BYTES);
    if (!link.digest().equals(linked))
      throw new ArtifactError(zkeyPath, `has a contribution ${i} that doesn't follow from what is before it`);
    const parts = [...[points.deltaAfter, ...points.keyG1, points.keyG2].map(uncompressed), linked];
    const hash = createHash("blake2b512");
    for (const part of parts) {
      before.update(part);
      hash.update(part);
    }
    const isBeacon = takeNumber() === BEACON;
    const { name, ...beacon } = readParameters(take(takeNumber()));
    const contribution: Contribution = { name, hash: hash.digest("hex"), ...(isBeacon ? { beacon } : {}) };
    return { contribution, points };
  });
  return { circuitHash: hex(circuitHash), contributions };
}

function readParameters(bytes: Uint8Array): { name: string; hash: string; iterationsExp: number } {
  const found = { name: "", hash: "", iterationsExp: 0 };
  for (let at = 0; at < bytes.byteLength;) {
    const [type, size] = [bytes[at], bytes[at + 1]!];
    const value = bytes.subarray(at + 2, at + 2 + size);
    if (type === NAME) found.name = new TextDecoder().decode(value);
    else if (type === BEACON_HASH) found.hash = hex(value);
    else if (type === ITERATIONS) found.iterationsExp = size;
    at += type === ITERATIONS ? 2 : 2 + size;
  }
  return found;
}

/** A point as snarkjs hashes it: big-endian affineCoordinates, the imaginary part of each before the real one. */
function uncompressed(point: Uint8Array): Buffer {
  const values = affineCoordinates(point);
  const ordered = values.length === 2 ? values : [values[1]!, values[0]!, values[3]!, values[2]!];
  return Buffer.concat(ordered.map((value) => numberToBytesBE(value, 32)));
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
