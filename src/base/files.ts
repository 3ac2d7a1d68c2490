/**
 * Files that are either whole or absent: written beside their place, then renamed.
 *
 * @module
 */
import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { InputError } from "./errors.ts";

/** Writes `data` to `path` atomically. `secret` files are readable by their owner alone (0600). */
export async function writeAtomic(
  path: string,
  data: string | Uint8Array,
  { secret = false }: { secret?: boolean } = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const draft = `${path}.${randomBytes(6).toString("hex")}.tmp`;
  const file = await open(draft, "wx", secret ? 0o600 : 0o644);
  try {
    await file.writeFile(data);
    await file.sync();
    await file.close();
    await rename(draft, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

/** Makes a renaming last through a power cut, where the system can: some have no handles of folders. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Reads a text file of at most `limit` bytes. Throws an {@link InputError} when it is missing or larger. */
export async function readText(path: string, limit = 16 * 1024 * 1024): Promise<string> {
  const size = await stat(path).then((s) => s.size, (cause: unknown) => {
    throw new InputError(path, "must be a readable file", undefined, { cause });
  });
  if (size > limit) throw new InputError(path, `must be at most ${limit} bytes`, size);
  return readFile(path, "utf8");
}

/** Reads a JSON file of at most `limit` bytes. Throws an {@link InputError} when it isn't JSON. */
export async function readJson(path: string, limit?: number): Promise<unknown> {
  const text = await readText(path, limit);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new InputError(path, "must be JSON", undefined, { cause });
  }
}
