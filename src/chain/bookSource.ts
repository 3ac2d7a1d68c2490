/**
 * Risk books by their root: from a folder, or from reporters, who are asked in turn. Nobody is believed: what doesn't
 * hash to the root is refused. The root binds rows, correlations and ω; an epoch's number and times are the chain's to
 * say, and names, lots and reasons are the word of whoever served the book.
 *
 * @module
 */
import { join } from "node:path";
import { InputError, NodeError, PlimsollError } from "../errors.ts";
import { readText, writeAtomic } from "../files.ts";
import { TIERS, type TierName } from "../protocol.ts";
import { BOOK_LENGTH, decodeBook } from "../risk/bookFile.ts";
import type { ListedBook } from "../risk/listing.ts";
import { BookTree } from "../risk/tree.ts";

export interface BookSources {
  /** Of reporters: each serves `/books/<root>`. They may hold an access token, so they are never shown. */
  readonly urls: readonly string[];
  /** Where books are kept once they were checked. */
  readonly folder?: string;
}

interface CheckedBook {
  readonly listed: ListedBook;
  readonly tree: BookTree;
}

/** Milliseconds that a reporter may take to send a book. */
const TIMEOUT = 60_000;
/** Books that stay in memory: the newest and the one before, on two chains. */
const KEPT = 4;
const kept = new Map<string, Promise<CheckedBook>>();

/**
 * The book of a root.
 *
 * @param tier of the accounts that prove on it: books of M and L share their roots, T's are its own
 * @throws NodeError when no source has it: says why of each
 */
export function fetchBook(root: bigint, sources: BookSources, tier: TierName): Promise<CheckedBook> {
  const name = `${tier} ${root}`;
  const known = kept.get(name);
  if (known !== undefined) return known;
  const fetching = find(root, sources, tier);
  kept.set(name, fetching);
  fetching.catch(() => kept.delete(name));
  for (const oldest of [...kept.keys()].slice(0, -KEPT)) kept.delete(oldest);
  return fetching;
}

async function find(root: bigint, { urls, folder }: BookSources, tier: TierName): Promise<CheckedBook> {
  const file = folder === undefined ? undefined : join(folder, `${root}.json`);
  // A file that is gone or damaged is fetched again.
  const cached = file === undefined ? undefined : await readText(file, BOOK_LENGTH).then((text) => checked(text, root, tier)).catch(refused);
  if (cached !== undefined && !(cached instanceof PlimsollError)) return cached;

  const reasons = cached === undefined || isMissing(cached) ? [] : [`${root}.json: ${cached.message}`];
  for (const [i, url] of urls.entries()) {
    const book = await download(`${url.replace(/\/+$/, "")}/books/${root}`)
      .then(async (text) => ({ text, found: await checked(text, root, tier) })).catch(refused);
    if (book instanceof PlimsollError) {
      reasons.push(`reporters[${i}]: ${book.message}`);
    } else {
      if (file !== undefined) await writeAtomic(file, book.text);
      return book.found;
    }
  }
  throw new NodeError("reporters", `none has the book of root ${root} (${reasons.length === 0 ? "none is known" : reasons.join("; ")})`);
}

async function checked(text: string, root: bigint, tier: TierName): Promise<CheckedBook> {
  const listed = decodeBook(text);
  const tree = await BookTree.build(listed.book, TIERS[tier]);
  if (tree.root !== root) throw new InputError("book", `must have the root ${root}`, tree.root);
  return { listed, tree };
}

async function download(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT) }).catch(unreachable);
  if (!response.ok || response.body === null) throw new NodeError("reporter", `answered ${response.status}`);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read().catch(unreachable);
    if (done) return Buffer.concat(chunks).toString("utf8");
    chunks.push(value);
    length += value.length;
    if (length > BOOK_LENGTH) {
      await reader.cancel();
      throw new InputError("book", `must be at most ${BOOK_LENGTH} bytes`);
    }
  }
}

const isMissing = ({ cause }: PlimsollError): boolean => (cause as NodeJS.ErrnoException | undefined)?.code === "ENOENT";

/** What fetch says may show the URL. */
const unreachable = (cause: unknown): never => {
  throw new NodeError("reporter", "can't be reached", { cause });
};

/** Passes our own errors on as values; all others are defects. */
const refused = (error: unknown): PlimsollError => {
  if (error instanceof PlimsollError) return error;
  throw error;
};
