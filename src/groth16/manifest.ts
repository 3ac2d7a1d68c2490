/**
 * The manifest beside the artifacts: what each file's hash is, what it was made from, and whether its key may be
 * trusted by anyone but its maker. Nothing is loaded that the manifest doesn't vouch for.
 *
 * @module
 */
import * as v from "valibot";
import { ArtifactError } from "../base/errors.ts";
import { CIRCUITS, TIERS, type CircuitName, type TierName } from "../protocol/constants.ts";
import type { VerificationKey } from "./groth16.ts";
import { count, hex } from "../base/schema.ts";
import { parseVerificationKey } from "./verificationKey.ts";

export const MANIFEST_FILE = "manifest.json";
/** How to come by artifacts, for errors. */
export const WHENCE =
  "plimsoll artifacts build makes it, plimsoll artifacts fetch brings it, PLIMSOLL_ARTIFACTS says where else it is";
const MANIFEST_FORMAT = "plimsoll-artifacts";
const MANIFEST_VERSION = 1;

const whole = count(0, Number.MAX_SAFE_INTEGER);
const sha256 = hex(32);
const blake2b = hex(64);
const file = v.strictObject({ name: v.pipe(v.string(), v.regex(/^[\w.-]+$/)), bytes: whole, sha256 });

const contribution = v.strictObject({
  name: v.string(),
  /** What snarkjs prints as the contribution hash; contributors compare it with what they were shown. */
  hash: blake2b,
  /** Hex, and log2 of the number of hashes over it, if the contribution is a public beacon. */
  beacon: v.optional(v.strictObject({ hash: v.string(), iterationsExp: whole })),
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
  constraints: whole,
  wires: whole,
  publicSignals: whole,
  domain: whole,
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

/**
 * Reads a manifest.
 *
 * @param path what to call it in an error
 * @throws ArtifactError naming the field that breaks the format
 */
export function parseManifest(json: unknown, path: string): Manifest {
  const parsed = v.safeParse(manifest, json);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  throw new ArtifactError(`${path}: ${v.getDotPath(issue) ?? "manifest"}`, issue.message);
}

export const emptyManifest = (): Manifest => ({ format: MANIFEST_FORMAT, version: MANIFEST_VERSION, instances: {} });

/** A file of a circuit instance. */
export type ArtifactFile = keyof ManifestEntry["files"];

/** Exits of all tiers share one tree and need nothing of the account, so tier L has no exit circuit of its own. */
const tierOf = (circuit: CircuitName, tier: TierName): TierName => (circuit === "exit" && tier === "L" ? "M" : tier);

/**
 * What a manifest says of a circuit instance, and the folder that its files are in.
 *
 * @param place the manifest's folder or address, for errors
 * @throws ArtifactError when there is no such instance, or its key was made for another circuit
 */
export function findEntry(
  { instances }: Manifest,
  circuit: CircuitName,
  tier: TierName,
  place: string,
): { readonly entry: ManifestEntry; readonly folder: string } {
  const compiledTier = tierOf(circuit, tier);
  const folder = `${circuit}.${compiledTier}`;
  const entry = instances[folder];
  if (entry === undefined)
    throw new ArtifactError(
      place,
      `has no ${folder}; plimsoll artifacts build --tier ${compiledTier} makes it, plimsoll artifacts fetch brings it`,
    );
  if (entry.circuit !== circuit || entry.tier !== compiledTier) {
    throw new ArtifactError(`${place}/${folder}`, `is listed as ${entry.circuit}.${entry.tier}`);
  }
  if (entry.key.r1cs !== entry.files.r1cs.sha256) {
    throw new ArtifactError(`${place}/${folder}/${entry.files.zkey.name}`, "was made for another r1cs");
  }
  return { entry, folder };
}

/** The entry's verification key from its JSON. @throws ArtifactError */
export function readKey(json: unknown, path: string, { publicSignals }: ManifestEntry): VerificationKey {
  const key = parseVerificationKey(json, path);
  if (key.ic.length === publicSignals + 1) return key;
  throw new ArtifactError(`${path}.IC`, `must be for ${publicSignals} public signals, is for ${key.ic.length - 1}`);
}

/** A key for another circuit is refused even if somebody wrote its hash into the manifest. @throws ArtifactError */
export function checkShape(
  zkey: Readonly<Record<"wires" | "publicSignals" | "domain", number>>,
  path: string,
  entry: ManifestEntry,
): void {
  for (const name of ["wires", "publicSignals", "domain"] as const) {
    if (zkey[name] !== entry[name])
      throw new ArtifactError(path, `must have ${name} ${entry[name]}, has ${zkey[name]}: a key for another circuit`);
  }
}
