/**
 * Loads what `npm run build` or `plimsoll artifacts` made or brought: a file is used only if it is the one that the manifest names.
 *
 * @module
 */
import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { ArtifactError } from "../base/errors.ts";
import { environment } from "../base/environment.ts";
import { readJson } from "../base/files.ts";
import { fileSource } from "./threads/fileSource.ts";
import { readLayout } from "../groth16/zkey.ts";
import type { CircuitName, TierName } from "../protocol/constants.ts";
import { hashFile, readManifest } from "../groth16/manifestFile.ts";
import type { VerificationKey } from "../groth16/groth16.ts";
import {
  WHENCE,
  checkShape,
  findEntry,
  readKey,
  type ArtifactFile,
  type KeyRecord,
  type ManifestEntry,
} from "../groth16/manifest.ts";
import type { ProvingArtifacts } from "./prover.ts";

/** Checked files of one circuit instance, and what the manifest says of it. */
export interface Artifacts<F extends ArtifactFile> {
  readonly paths: Readonly<Record<F, string>>;
  readonly keyKind: KeyRecord["kind"];
  readonly entry: ManifestEntry;
  /** Throws an ArtifactError naming a file that changed since it was checked; a glance, no hashing. */
  checkUnchanged(): Promise<void>;
}

/** $PLIMSOLL_ARTIFACTS, else build/artifacts in a clone and ~/.plimsoll/artifacts where the package is installed. */
export function artifactsFolder(): string {
  const named = environment("PLIMSOLL_ARTIFACTS");
  if (named !== undefined) return named;
  const here = fileURLToPath(new URL("../../", import.meta.url));
  return here.includes(`${sep}node_modules${sep}`)
    ? join(homedir(), ".plimsoll/artifacts")
    : join(here, "build/artifacts");
}

/**
 * Checks files of a circuit instance against the manifest and returns where they are.
 *
 * @param files what is going to be used; only that is checked, since hashing a proving key takes a while
 * @param folder default {@link artifactsFolder}
 * @throws ArtifactError naming the file when the manifest or a file is missing, changed or foreign
 */
export async function loadArtifacts<F extends ArtifactFile>(
  circuit: CircuitName,
  tier: TierName,
  files: readonly F[],
  folder = artifactsFolder(),
): Promise<Artifacts<F>> {
  const { entry, folder: name } = findEntry(await readManifest(folder), circuit, tier, folder);
  const paths = files.map((file) => [file, join(folder, name, entry.files[file].name)] as const);
  const marks = await Promise.all(paths.map(([file, path]) => checkFile(path, entry.files[file])));
  for (const [file, path] of paths) if (file === "zkey") checkShape(readLayout(fileSource(path)), path, entry);
  const checkUnchanged = async (): Promise<void> => {
    for (const [i, [, path]] of paths.entries()) {
      const found = await look(path).catch(() => undefined);
      if (found?.mark !== marks[i]) throw new ArtifactError(path, "changed since it was checked");
    }
  };
  return { paths: Object.fromEntries(paths) as Record<F, string>, keyKind: entry.key.kind, entry, checkUnchanged };
}

/** What a prover needs; fits {@link createProver}'s `load`. */
export async function loadProvingArtifacts(
  circuit: CircuitName,
  tier: TierName,
  folder?: string,
): Promise<ProvingArtifacts> {
  const { paths, keyKind, entry, checkUnchanged } = await loadArtifacts(
    circuit,
    tier,
    ["wasm", "zkey", "vkey"],
    folder,
  );
  const verificationKey = readKey(await readJson(paths.vkey), paths.vkey, entry);
  return {
    wasmPath: paths.wasm,
    zkeyPath: paths.zkey,
    zkeySha256: entry.files.zkey.sha256,
    verificationKey,
    keyKind,
    checkUnchanged,
  };
}

/**
 * What a verifier needs of a circuit instance: its key, and whether a ceremony made it or one machine.
 *
 * @param folder $PLIMSOLL_ARTIFACTS by default, else where `npm run build` or `plimsoll artifacts` puts them
 * @throws ArtifactError naming the file when the manifest or the key is missing, changed or foreign
 *
 * @example
 * ```ts
 * import { loadVerificationKey, verify } from "plimsoll";
 *
 * const { verificationKey, keyKind } = await loadVerificationKey("solvency", "M");
 * if (keyKind !== "ceremony") console.warn("whoever made this key could forge proofs");
 * await verify(proof, verificationKey);
 * ```
 */
export async function loadVerificationKey(
  circuit: CircuitName,
  tier: TierName,
  folder?: string,
): Promise<{ readonly verificationKey: VerificationKey; readonly keyKind: KeyRecord["kind"] }> {
  const { paths, keyKind, entry } = await loadArtifacts(circuit, tier, ["vkey"], folder);
  return { verificationKey: readKey(await readJson(paths.vkey), paths.vkey, entry), keyKind };
}

/** Checks a file and returns its mark from before, so that a change while it is hashed shows afterwards. */
async function checkFile(
  path: string,
  { bytes, sha256 }: { readonly bytes: number; readonly sha256: string },
): Promise<string> {
  const { mark, size } = await look(path).catch((cause: unknown) => {
    throw new ArtifactError(path, `is missing; ${WHENCE}`, { cause });
  });
  if (size !== bytes)
    throw new ArtifactError(path, `must have ${bytes} bytes, has ${size}: changed since it was built`);
  const found = await hashFile(path);
  if (found !== sha256)
    throw new ArtifactError(path, `must have SHA-256 ${sha256}, has ${found}: changed since it was built`);
  return mark;
}

/** A file's size, and a mark that is another one once the file was written to or replaced. */
async function look(path: string): Promise<{ readonly mark: string; readonly size: number }> {
  const { size, mtimeNs, ino } = await stat(path, { bigint: true });
  return { mark: `${size} ${mtimeNs} ${ino}`, size: Number(size) };
}
