/**
 * The manifest beside the artifacts: what each file's hash is, what it was made from, and whether its key may be
 * trusted by anyone but its maker. Nothing is loaded that the manifest doesn't vouch for.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import * as v from "valibot";
import { ArtifactError } from "../errors.ts";
import { readJson, writeAtomic } from "../files.ts";
import { CIRCUITS, TIERS, type TierName } from "../protocol.ts";

const MANIFEST_FORMAT = "plimsoll-artifacts";
const MANIFEST_VERSION = 1;
const MANIFEST_FILE = "manifest.json";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in hex"));
const blake2b = v.pipe(v.string(), v.regex(/^[0-9a-f]{128}$/, "must be a BLAKE2b-512 in hex"));
const file = v.strictObject({ name: v.pipe(v.string(), v.regex(/^[\w.-]+$/)), bytes: count, sha256 });

const contribution = v.strictObject({
  name: v.string(),
  /** What snarkjs prints as the contribution hash; contributors compare it with what they were shown. */
  hash: blake2b,
  /** Hex, and log2 of the number of hashes over it, if the contribution is a public beacon. */
  beacon: v.optional(v.strictObject({ hash: v.string(), iterationsExp: count })),
});
export type Contribution = v.InferOutput<typeof contribution>;

const key = v.variant("kind", [
  v.strictObject({ kind: v.literal("development"), r1cs: sha256 }),
  v.strictObject({
    kind: v.literal("ceremony"),
    /** SHA-256 of the constraint system that the key was made for. */
    r1cs: sha256,
    /** BLAKE2b-512 of the powers of tau, and snarkjs's circuit hash. */
    ptau: blake2b,
    circuitHash: blake2b,
    contributions: v.pipe(v.array(contribution), v.minLength(1)),
  }),
]);
export type KeyRecord = v.InferOutput<typeof key>;

const entry = v.strictObject({
  circuit: v.picklist(CIRCUITS),
  tier: v.picklist(Object.keys(TIERS) as TierName[]),
  /** Hash of everything the compiler's result depends on: see compileInputs. */
  inputs: sha256,
  tools: v.record(v.string(), v.string()),
  constraints: count,
  wires: count,
  publicSignals: count,
  domain: count,
  files: v.strictObject({ r1cs: file, sym: file, wasm: file, zkey: file, vkey: file }),
  key,
});
export type ManifestEntry = v.InferOutput<typeof entry>;

const manifest = v.strictObject({
  format: v.literal(MANIFEST_FORMAT),
  version: v.literal(MANIFEST_VERSION),
  /** By instance, `solvency.M`. */
  instances: v.record(v.string(), entry),
});
export type Manifest = v.InferOutput<typeof manifest>;

export const emptyManifest = (): Manifest => ({ format: MANIFEST_FORMAT, version: MANIFEST_VERSION, instances: {} });

/** Reads a folder's manifest. Throws an ArtifactError when it is missing or breaks its format. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const json = await readJson(path).catch((cause: unknown) => {
    throw new ArtifactError(path, "is missing or not JSON; npm run build makes it", { cause });
  });
  const parsed = v.safeParse(manifest, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new ArtifactError(`${path}: ${v.getDotPath(issue) ?? "manifest"}`, issue.message);
}

/** Replaces one entry of a folder's manifest, which is created if it isn't there. Callers hold the folder's lock. */
export async function writeEntry(folder: string, name: string, value: ManifestEntry): Promise<void> {
  const old = await readManifest(folder).catch(() => emptyManifest());
  const instances = Object.entries({ ...old.instances, [name]: value }).sort(([a], [b]) => (a < b ? -1 : 1));
  const text = JSON.stringify({ ...old, instances: Object.fromEntries(instances) }, null, 2);
  await writeAtomic(join(folder, MANIFEST_FILE), `${text}\n`);
}

/** Size and hash of a file, for the manifest. */
export async function describeFile(folder: string, name: string): Promise<ManifestEntry["files"]["r1cs"]> {
  const path = join(folder, name);
  return { name, bytes: (await stat(path)).size, sha256: await hashFile(path) };
}

export async function hashFile(path: string, algorithm: "sha256" | "blake2b512" = "sha256"): Promise<string> {
  const hash = createHash(algorithm);
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}
