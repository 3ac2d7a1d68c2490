/**
 * Files that are either whole or absent: written beside their place, then moved there. Whatever the system refuses is an
 * {@link InputError} that names the path.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { fileError, systemCode } from "./fileError.ts";
import { jsonOf, textOf } from "./text.ts";
import { InputError } from "./errors.ts";

export interface WriteOptions {
  /** Readable by its owner alone (0600). */
  readonly secret?: boolean;
  /** Never over a file that is there: of two who write one path at once, one is refused. */
  readonly exclusive?: boolean;
}

/**
 * Writes `data` to `path` atomically.
 *
 * @throws InputError when the system refuses it, or an exclusive path exists
 */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  { secret = false, exclusive = false }: WriteOptions = {},
): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeDraft(draft, data, secret);
    await (exclusive ? moveInto(draft, path) : rename(draft, path));
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined);
    throw fileError(path, error);
  }
}

/** A path that must be new, and isn't. */
export class PathTaken extends InputError {
  constructor(path: string, options?: ErrorOptions) {
    super(path, "must not exist yet", undefined, options);
  }
}

/** A path of its own beside another's. */
export const draftOf = (path: string): string => `${path}.${randomBytes(6).toString("hex")}.tmp`;

/** Writes a new file, and its folders, down to the disk. */
export async function writeDraft(draft: string, data: string | Uint8Array, secret: boolean): Promise<void> {
  await mkdir(dirname(draft), { recursive: true });
  const file = await open(draft, "wx", secret ? 0o600 : 0o644);
  try {
    await file.writeFile(data);
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Moves a whole file to a path that must not exist yet. The system decides between two who do so at once.
 *
 * @throws PathTaken when it exists
 */
export async function moveInto(draft: string, path: string): Promise<void> {
  try {
    await link(draft, path);
  } catch (error) {
    if (systemCode(error) === "EEXIST") throw new PathTaken(path, { cause: error });
    // Drives without links: the name is taken first, and then what is whole put in its place.
    if (!["EPERM", "ENOTSUP", "ENOSYS", "EMLINK"].includes(systemCode(error) ?? "")) throw error;
    await (
      await open(path, "wx").catch((cause: unknown) => {
        throw systemCode(cause) === "EEXIST" ? new PathTaken(path, { cause }) : cause;
      })
    ).close();
    return rename(draft, path);
  }
  await rm(draft, { force: true });
}

/** Makes a renaming last through a power cut, where the system can: some have no handles of folders. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/**
 * Reads a text file of at most `limit` bytes: UTF-8, with or without a byte order mark.
 *
 * @throws InputError when it is missing, larger, a folder, no text, or refused by the system
 */
export async function readText(path: string, limit = 16 * 1024 * 1024): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > limit) throw new InputError(path, `must be at most ${limit} bytes`, size);
    return textOf(await readFile(path), path);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Reads a JSON file as {@link readText} does. Throws an {@link InputError} when it isn't JSON, too. */
export const readJson = async (path: string, limit?: number): Promise<unknown> =>
  jsonOf(await readText(path, limit), path);

/** What a file that may be missing is read as: undefined for one that isn't there, all other errors as they are. */
export function missing(error: unknown): undefined {
  if (systemCode(error) === "ENOENT") return undefined;
  throw error;
}
