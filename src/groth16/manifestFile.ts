/**
 * The manifest as a file, and the hashes that go into it. Its format: src/groth16/manifest.ts.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { ArtifactError } from "../base/errors.ts";
import { readJson, writeAtomic } from "../base/files.ts";
import { MANIFEST_FILE, WHENCE, emptyManifest, parseManifest, type Manifest, type ManifestEntry } from "./manifest.ts";

/** Reads a folder's manifest. Throws an ArtifactError when it is missing or breaks its format. */
export async function readManifest(folder: string): Promise<Manifest> {
  const path = join(folder, MANIFEST_FILE);
  const json = await readJson(path).catch((cause: unknown) => {
    throw new ArtifactError(path, `is missing or not JSON; ${WHENCE}`, { cause });
  });
  return parseManifest(json, path);
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
