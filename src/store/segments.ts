/**
 * A log in files that grow at their end alone: `<log>.000000000000.segment` and so on, each named by the number of its first
 * record. They are read as a stream, so a log may be of any size.
 *
 *   frame   length of the record (4 bytes, little-endian), SHA-256 of the hash before it and the record, the record
 *
 * The first frame of a file takes the file's name for the hash before it. So what is damaged, cut off or from elsewhere is
 * noticed where it begins, and loses what follows it and nothing before it.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { fileError, systemCode } from "../base/fileError.ts";
import { InputError } from "../base/errors.ts";
import { syncFolder } from "../base/files.ts";
import { checkLength, type Entry } from "./store.ts";

/** After so many bytes, or so many records, a log goes on in another file: dropping its end costs no more than these. */
export const SEGMENT_BYTES = 64 * 2 ** 20;
const SEGMENT_RECORDS = 1_024;
/** Longest record. */
const RECORD_BYTES = 256 * 2 ** 20;

const LENGTH_BYTES = 4;
const HASH_BYTES = 32;
const HEAD_BYTES = LENGTH_BYTES + HASH_BYTES;
const DIGITS = 12;

interface Segment {
  readonly path: string;
  /** Number of its first record. */
  readonly first: number;
}

interface Frame {
  readonly length: number;
  readonly hash: Buffer;
}

/** The log's records from an offset on, up to one that isn't sound. */
export async function* readSegments(log: string, from: number): AsyncIterable<Entry> {
  const segments = await segmentsOf(log);
  const start = segments.findLastIndex(({ first }) => first <= from);
  if (start < 0) return;
  let offset = segments[start]!.first;
  for (const { path, first } of segments.slice(start)) {
    // Records before this file are missing.
    if (first !== offset) return;
    const file = await open(path).catch((error: unknown) => {
      // Dropped since the files were listed.
      if (systemCode(error) === "ENOENT") return undefined;
      throw fileError(path, error);
    });
    if (file === undefined) return;
    try {
      const { size } = await file.stat();
      let [position, before] = [0, seedOf(path)];
      while (position < size) {
        const frame = await frameAt(file, position, size);
        if (frame === undefined) return;
        if (offset >= from) {
          const value = await bytesAt(file, position + HEAD_BYTES, frame.length);
          if (value === undefined || !hashOf(before, value).equals(frame.hash)) return;
          yield { offset, value };
        }
        offset++;
        [position, before] = [position + HEAD_BYTES + frame.length, frame.hash];
      }
    } finally {
      await file.close();
    }
  }
}

/**
 * Makes a log its first `at` records and then `records`; one caller at a time. Returns its length.
 *
 * @throws StoreConflict when it has fewer
 * @throws InputError for a record that is too long, or what the system refuses
 */
export async function appendSegments(
  log: string,
  at: number,
  records: readonly Uint8Array[],
  segmentBytes: number,
): Promise<number> {
  for (const { length } of records)
    if (length > RECORD_BYTES) throw new InputError(log, `must have records of at most ${RECORD_BYTES} bytes`, length);
  try {
    await mkdir(dirname(log), { recursive: true });
    const segments = await segmentsOf(log);
    const kept = segments.filter(({ first }) => first < at).at(-1);
    // Before anything is dropped: a log that is too short stays as it is.
    const end = kept === undefined ? { length: 0, position: 0, hash: Buffer.alloc(0) } : await endOf(kept, at);
    checkLength(log, at, end.length);
    // From the end, so that a crash leaves a beginning.
    for (const { path } of segments.filter(({ first }) => first >= at).reverse()) await rm(path);
    await write(log, at, records, kept, end, segmentBytes);
    await syncFolder(dirname(log));
    return at + records.length;
  } catch (error) {
    throw fileError(log, error);
  }
}

interface End {
  readonly length: number;
  /** Behind the last record that stays, and its hash. */
  readonly position: number;
  readonly hash: Buffer;
}

async function write(
  log: string,
  at: number,
  records: readonly Uint8Array[],
  kept: Segment | undefined,
  { position, hash }: End,
  segmentBytes: number,
): Promise<void> {
  let segment = kept;
  let [size, before, count] = [position, hash, at];
  let file = segment === undefined ? undefined : await open(segment.path, "r+");
  try {
    await file?.truncate(position);
    for (const record of records) {
      if (segment === undefined || size >= segmentBytes || count - segment.first >= SEGMENT_RECORDS) {
        await file?.sync();
        await file?.close();
        file = undefined;
        segment = { path: `${log}.${String(count).padStart(DIGITS, "0")}.segment`, first: count };
        // What a crash left there goes.
        file = await open(segment.path, "w", 0o600);
        [size, before] = [0, seedOf(segment.path)];
      }
      const digest = hashOf(before, record);
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeUInt32LE(record.length);
      digest.copy(head, LENGTH_BYTES);
      await writeAll(file!, [head, record], size);
      [size, before, count] = [size + HEAD_BYTES + record.length, digest, count + 1];
    }
    await file?.sync();
  } finally {
    await file?.close();
  }
}

/** How far a segment goes, up to the record `at`. Records aren't read, nor therefore checked. */
async function endOf({ path, first }: Segment, at: number): Promise<End> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    let [length, position, hash] = [first, 0, seedOf(path)];
    while (length < at) {
      const frame = await frameAt(file, position, size);
      if (frame === undefined) break;
      [length, position, hash] = [length + 1, position + HEAD_BYTES + frame.length, frame.hash];
    }
    return { length, position, hash };
  } finally {
    await file.close();
  }
}

/** Ascending by their first records. */
async function segmentsOf(log: string): Promise<Segment[]> {
  const folder = dirname(log);
  const names = await readdir(folder).catch((error: unknown) => {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
    throw fileError(folder, error);
  });
  const pattern = new RegExp(`^\\.(\\d{${DIGITS}})\\.segment$`);
  return names
    .flatMap((name) => {
      const number = name.startsWith(basename(log)) ? pattern.exec(name.slice(basename(log).length))?.[1] : undefined;
      return number === undefined ? [] : [{ path: join(folder, name), first: Number(number) }];
    })
    .sort((a, b) => a.first - b.first);
}

/** Undefined where no whole frame is. */
async function frameAt(file: FileHandle, position: number, size: number): Promise<Frame | undefined> {
  const head = size - position < HEAD_BYTES ? undefined : await bytesAt(file, position, HEAD_BYTES);
  if (head === undefined) return undefined;
  const length = head.readUInt32LE();
  return length > RECORD_BYTES || position + HEAD_BYTES + length > size
    ? undefined
    : { length, hash: head.subarray(LENGTH_BYTES) };
}

async function bytesAt(file: FileHandle, position: number, length: number): Promise<Buffer | undefined> {
  const bytes = Buffer.allocUnsafeSlow(length);
  for (let read = 0; read < length;) {
    const { bytesRead } = await file.read(bytes, read, length - read, position + read);
    // Dropped since its length was asked.
    if (bytesRead === 0) return undefined;
    read += bytesRead;
  }
  return bytes;
}

async function writeAll(file: FileHandle, parts: readonly Uint8Array[], position: number): Promise<void> {
  let at = position;
  for (const part of parts) {
    for (let written = 0; written < part.length;) {
      const { bytesWritten } = await file.write(part, written, part.length - written, at);
      [written, at] = [written + bytesWritten, at + bytesWritten];
    }
  }
}

const seedOf = (path: string): Buffer => createHash("sha256").update(basename(path)).digest();
const hashOf = (before: Uint8Array, record: Uint8Array): Buffer =>
  createHash("sha256").update(before).update(record).digest();
