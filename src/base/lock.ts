/**
 * One holder at a time, across processes. The system holds the lock on an open file and lets go of it when the process
 * ends, however it ends: what stands in the file, how old it is and which process numbers were used again decide nothing.
 *
 * The holder removes the file, and only while it holds it; a taker that got the lock of a removed file begins again. So
 * of all who think they have it, only the one whose file is still there goes in. On network drives it is as good as the
 * drive's own locks.
 *
 * @module
 */
import { mkdir, open, rm, stat, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { InputError } from "./errors.ts";
import { fileError } from "./fileError.ts";

/** Milliseconds between two tries. */
const RETRY = 50;
/** The locked byte, far behind the text, which stays readable where a lock keeps others from reading. */
const LOCKED_BYTE = 2 ** 40;
const HOLDER_BYTES = 1024;

/** Who has a lock, as the lock file says. */
export interface Holder {
  /** Number of the process. */
  readonly pid: number;
  /** What it calls itself, such as `plimsoll relay`. */
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly since: string;
}

export interface LockOptions {
  /** What the holder calls itself to those who wait for it. */
  readonly name?: string;
  /**
   * Told once for each holder that is waited for, in words: where the lock is, who has it and since when.
   * Nothing by default.
   */
  readonly onWaiting?: ((what: string) => void) | undefined;
}

export interface Lock {
  /** Lets the next one in. */
  release(): Promise<void>;
}

/**
 * Runs `work` while holding the folder's lock, as long as it takes others to let go of it.
 *
 * @throws InputError naming the lock file, when it can't be made or this system has no locks
 */
export async function withLock<T>(folder: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  return withLockFile(join(folder, ".lock"), work, options);
}

/** As {@link withLock}, with the path of the lock file itself. */
export async function withLockFile<T>(
  path: string,
  work: () => Promise<T>,
  { name = "plimsoll", onWaiting }: LockOptions = {},
): Promise<T> {
  let told: string | undefined;
  let lock = await tryLockFile(path, name);
  while (lock === undefined) {
    const holder = await holderOf(path);
    // A file without its text is held by one who is about to write it, or about to leave.
    if (holder !== undefined && told !== (told = inWords(holder))) onWaiting?.(`${path}, which ${told}`);
    await setTimeout(RETRY);
    lock = await tryLockFile(path, name);
  }
  try {
    return await work();
  } finally {
    await lock.release();
  }
}

/**
 * Takes a lock file's lock, or returns undefined when another has it: {@link holderOf} tells who.
 *
 * @param name what the holder calls itself
 * @throws InputError as {@link withLock} does
 */
export async function tryLockFile(path: string, name = "plimsoll"): Promise<Lock | undefined> {
  const { tryLock } = await import("fs-native-extensions").catch((cause: unknown) => {
    throw new InputError(
      path,
      `can't be locked: fs-native-extensions has no build for ${process.platform} ${process.arch}`,
      undefined,
      { cause },
    );
  });
  for (;;) {
    const file = await opened(path);
    try {
      if (!tryLock(file.fd, LOCKED_BYTE, 1)) {
        await file.close();
        return undefined;
      }
      if (await isAt(file, path)) {
        await describe(file, { pid: process.pid, name, since: new Date().toISOString() });
        return { release: () => release(file, path) };
      }
    } catch (error) {
      await file.close();
      throw fileError(path, error);
    }
    // Its holder removed it between our opening it and our having it.
    await file.close();
  }
}

/** Who has a lock file's lock; undefined when nobody says. What an older version or a crash left may say anything. */
export async function holderOf(path: string): Promise<Holder | undefined> {
  const file = await open(path, "r").catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await file?.read(Buffer.alloc(HOLDER_BYTES), 0, HOLDER_BYTES, 0)) ?? {
      buffer: Buffer.alloc(0),
      bytesRead: 0,
    };
    const { pid, name, since } = JSON.parse(buffer.toString("utf8", 0, bytesRead)) as Partial<Holder>;
    return typeof pid === "number" && typeof name === "string" && typeof since === "string"
      ? { pid, name, since }
      : undefined;
  } catch {
    return undefined;
  } finally {
    await file?.close();
  }
}

/** `process 4711 (plimsoll relay) holds since 2026-03-01T12:00:00.000Z`. */
export const inWords = ({ pid, name, since }: Holder): string => `process ${pid} (${name}) holds since ${since}`;

async function opened(path: string): Promise<FileHandle> {
  try {
    await mkdir(dirname(path), { recursive: true });
    // Neither truncates what the holder says of itself nor fails on a file that is there.
    return await open(path, "a+", 0o600);
  } catch (error) {
    throw fileError(path, error);
  }
}

/** Whether a path still leads to the file that is open. */
async function isAt(file: FileHandle, path: string): Promise<boolean> {
  const [own, there] = await Promise.all([
    file.stat({ bigint: true }),
    stat(path, { bigint: true }).catch(() => undefined),
  ]);
  return there !== undefined && own.ino === there.ino && own.dev === there.dev;
}

async function describe(file: FileHandle, holder: Holder): Promise<void> {
  await file.truncate();
  await file.write(JSON.stringify(holder));
}

async function release(file: FileHandle, path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } finally {
    await file.close();
  }
}
