/**
 * Brings circuits and keys that somebody else built, from a web address or a folder. The manifest's hash is all the trust
 * there is: it says what every file must be, so the place they come from need not be trusted.
 *
 * @module
 */
import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open as openFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ArtifactError, InputError } from "../base/errors.ts";
import { MANIFEST_FILE, emptyManifest, parseManifest, type Manifest, type ManifestEntry } from "../groth16/manifest.ts";
import type { TierName } from "../protocol/constants.ts";
import { withLock } from "../base/lock.ts";
import { hashFile, readManifest, writeEntry } from "../groth16/manifestFile.ts";

/** Most bytes that a manifest may have. */
const MANIFEST_BYTES = 4 * 1024 * 1024;

export interface FetchOptions {
  /** SHA-256 of the manifest in hex, from whoever you trust to have built it. */
  readonly manifestSha256: string;
  /** Tiers to bring; all that the manifest has by default. */
  readonly tiers?: readonly TierName[] | undefined;
  /** Puts development keys in place of a ceremony's. */
  readonly force?: boolean | undefined;
  /** Bytes that have come, and that there are in all; files that are there already count as come. */
  readonly onProgress?: ((file: string, loaded: number, total: number) => void) | undefined;
}

/**
 * Puts into `folder` what the manifest at `source` lists, each instance once all its files are there and right.
 *
 * @param source address of a folder, http or https, or a folder's path; may hold credentials, so errors name files alone
 * @returns the instances that were brought, or were there already
 * @throws InputError when the hash is no SHA-256
 * @throws ArtifactError naming the file that is missing or not the one that the manifest names, or an instance whose
 * ceremony's key a development key would replace
 *
 * @example
 * ```ts
 * await fetchArtifacts("https://example.org/plimsoll-keys", "artifacts", { manifestSha256, tiers: ["M"] });
 * ```
 */
export async function fetchArtifacts(
  source: string,
  folder: string,
  { manifestSha256, tiers, force = false, onProgress }: FetchOptions,
): Promise<readonly string[]> {
  if (!/^[0-9a-f]{64}$/i.test(manifestSha256))
    throw new InputError("manifest", "must be a SHA-256 in hex", manifestSha256);
  const manifest = await theManifest(source, manifestSha256.toLowerCase());
  const wanted = Object.entries(manifest.instances).filter(
    ([, { tier }]) => tiers === undefined || tiers.includes(tier),
  );
  if (wanted.length === 0)
    throw new ArtifactError(MANIFEST_FILE, `has no instance of tier ${tiers?.join(", ") ?? "any"}`);
  const total = wanted.flatMap(([, { files }]) => Object.values(files)).reduce((sum, { bytes }) => sum + bytes, 0);
  let before = 0;
  await withLock(folder, async () => {
    const old = (await readManifest(folder).catch(emptyManifest)).instances;
    for (const [name, entry] of wanted) {
      if (!force && old[name]?.key.kind === "ceremony" && entry.key.kind === "development") {
        throw new ArtifactError(
          join(folder, name),
          "holds a ceremony's key, which a development key would replace; --force does it",
        );
      }
      for (const file of Object.values(entry.files)) {
        const label = `${name}/${file.name}`;
        await bring(source, folder, name, file, (loaded) => onProgress?.(label, before + loaded, total));
        before += file.bytes;
        onProgress?.(label, before, total);
      }
      await writeEntry(folder, name, entry);
    }
  });
  return wanted.map(([name]) => name);
}

async function theManifest(source: string, expected: string): Promise<Manifest> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunksOf(source, MANIFEST_FILE)) {
    length += chunk.byteLength;
    if (length > MANIFEST_BYTES) throw new ArtifactError(MANIFEST_FILE, `must have at most ${MANIFEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  const bytes = Buffer.concat(chunks);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (found !== expected) throw new ArtifactError(MANIFEST_FILE, `must have SHA-256 ${expected}, has ${found}`);
  try {
    return parseManifest(JSON.parse(bytes.toString("utf8")), MANIFEST_FILE);
  } catch (cause) {
    throw cause instanceof ArtifactError ? cause : new ArtifactError(MANIFEST_FILE, "must be JSON", { cause });
  }
}

/** One file into its place, unless it is there; nothing half or wrong is ever left under its name. */
async function bring(
  source: string,
  folder: string,
  name: string,
  file: ManifestEntry["files"]["zkey"],
  onBytes: (loaded: number) => void,
): Promise<void> {
  const place = join(folder, name, file.name);
  if ((await hashFile(place).catch(() => "")) === file.sha256) return;
  const path = `${name}/${file.name}`;
  await mkdir(join(folder, name), { recursive: true });
  const draft = `${place}.${randomBytes(6).toString("hex")}.tmp`;
  const hash = createHash("sha256");
  let loaded = 0;
  try {
    await pipeline(
      async function* () {
        for await (const chunk of chunksOf(source, path)) {
          loaded += chunk.byteLength;
          if (loaded > file.bytes) throw new ArtifactError(path, `must have ${file.bytes} bytes, has more`);
          hash.update(chunk);
          onBytes(loaded);
          yield chunk;
        }
      },
      createWriteStream(draft, { flags: "wx" }),
    );
    if (loaded !== file.bytes) throw new ArtifactError(path, `must have ${file.bytes} bytes, has ${loaded}`);
    const found = hash.digest("hex");
    if (found !== file.sha256) throw new ArtifactError(path, `must have SHA-256 ${file.sha256}, has ${found}`);
    await rename(draft, place);
  } finally {
    await rm(draft, { force: true });
  }
}

/** A file of the source, chunk by chunk. What goes wrong on the way may quote the address, so it is no cause to keep. */
async function* chunksOf(source: string, path: string): AsyncGenerator<Buffer> {
  const stream = await open(source, path);
  try {
    for await (const chunk of stream) yield chunk as Buffer;
  } catch {
    throw new ArtifactError(path, "broke off");
  } finally {
    stream.destroy();
  }
}

async function open(source: string, path: string): Promise<Readable> {
  if (!/^https?:/i.test(source)) {
    const file = await openFile(join(source, path)).catch(() => {
      throw new ArtifactError(path, "is missing at the source");
    });
    return file.createReadStream();
  }
  const url = new URL(source);
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${path}`;
  const response = await fetch(url).catch(() => {
    throw new ArtifactError(path, "can't be fetched");
  });
  if (!response.ok || response.body === null)
    throw new ArtifactError(path, `can't be fetched: status ${response.status}`);
  return Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
}
