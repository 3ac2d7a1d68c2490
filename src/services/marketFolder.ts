/**
 * Market files by what they are: each is named by the SHA-256 of its bytes, so that everybody who has a name has the same
 * file. They come from whoever proposes prices into a folder, or from services that serve `/markets`.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { BoundedMap } from "../base/bounded.ts";
import { InputError } from "../base/errors.ts";
import { writeAtomic } from "../base/files.ts";
import type { Market } from "../risk/market.ts";
import { MARKET_LENGTH, readMarket } from "../risk/marketFile.ts";
import { get, askJson } from "./client.ts";
import { reasonOf, type Log } from "./log.ts";

/** Name of a market file: the SHA-256 of its bytes. */
export const MARKET_NAME = /^[0-9a-f]{64}\.json$/;
const LISTING = v.object({ markets: v.pipe(v.array(v.pipe(v.string(), v.regex(MARKET_NAME))), v.maxLength(1_000)) });
const LISTING_LENGTH = 128 * 1024;
const TIMEOUT = 60_000;
/** Downloads of one visit to one service, and files that may wait for their epoch: a service can't fill the disk. */
const MOST_AT_ONCE = 16;
const MOST_WAITING = 64;
/** Names that are remembered: the oldest ones are looked at again. */
const MOST_REMEMBERED = 20_000;

/**
 * A folder of market files, filled by whoever proposes prices and from other services.
 *
 * @example
 * ```ts
 * import { MarketFolder } from "plimsoll/services";
 *
 * const markets = new MarketFolder("markets", ["https://reporter.example"], log);
 * await markets.fetch(1);
 * for (const { name } of await markets.names(1)) console.log((await markets.read(name)).asOf);
 * ```
 */
export class MarketFolder {
  /** Epochs of files that are what their name says. */
  private readonly epochs = new Map<string, number>();
  /** Files that are refused as they stand, by name: one that was still being copied is looked at again. */
  private readonly refused = new Map<string, string>();
  /** What a service needn't be asked for again, by its place and a name: another may well have the right bytes. */
  private readonly unwanted = new BoundedMap<string, true>(MOST_REMEMBERED);

  constructor(
    private readonly folder: string,
    private readonly urls: readonly string[],
    private readonly log: Log,
  ) {}

  /** Names of files of an epoch above `above`, or of epoch `above` itself, by epoch and then by name. */
  async names(above: number): Promise<readonly { readonly name: string; readonly epoch: number }[]> {
    await mkdir(this.folder, { recursive: true });
    const present = (await readdir(this.folder)).filter((name) => name.endsWith(".json")).sort();
    for (const known of [this.epochs, this.refused])
      for (const name of known.keys()) if (!present.includes(name)) known.delete(name);
    for (const name of present.filter((name) => !this.epochs.has(name))) {
      if (this.refused.get(name) === (await this.version(name))) continue;
      await this.read(name).catch((error: unknown) => this.refuse(name, reasonOf(error)));
    }
    return present
      .flatMap((name) => {
        const epoch = this.epochs.get(name);
        return epoch === undefined || epoch < above ? [] : [{ name, epoch }];
      })
      .sort((a, b) => a.epoch - b.epoch);
  }

  /** Reads a market. Throws an InputError when its name isn't that of its bytes, or it is no market. */
  async read(name: string): Promise<Market> {
    const market = parse(name, await this.bytes(name));
    this.epochs.set(name, market.epoch);
    this.refused.delete(name);
    return market;
  }

  async bytes(name: string): Promise<Buffer> {
    const path = join(this.folder, name);
    const { size } = await stat(path);
    if (size > MARKET_LENGTH) throw new InputError(name, `must be at most ${MARKET_LENGTH} bytes`, size);
    return readFile(path);
  }

  /** Looks at a file no more, as it stands. */
  async refuse(name: string, reason: string): Promise<void> {
    this.epochs.delete(name);
    this.refused.set(name, await this.version(name));
    this.log("warn", "market refused", { market: name, reason });
  }

  /** Fetches files that aren't here from every service; keeps those of epoch `from` or later. */
  async fetch(from: number): Promise<void> {
    if (this.urls.length > 0 && (await this.names(from)).length >= MOST_WAITING) return;
    await Promise.all(
      this.urls.map((url, i) =>
        this.fetchFrom(`markets[${i}]`, url, from).catch((error: unknown) =>
          this.log("warn", "market source skipped", { source: i, reason: reasonOf(error) }),
        ),
      ),
    );
  }

  private async fetchFrom(who: string, url: string, from: number): Promise<void> {
    const { status, json, shown } = await askJson(who, url, "/markets", { length: LISTING_LENGTH });
    if (status !== 200) throw new InputError(who, shown);
    const listing = v.safeParse(LISTING, json);
    if (!listing.success) throw new InputError(who, "must answer with a list of markets");
    const missing = listing.output.markets
      .filter((name) => !this.epochs.has(name) && !this.refused.has(name) && !this.unwanted.has(`${who} ${name}`))
      .slice(0, MOST_AT_ONCE);
    for (const name of missing) {
      const file = await get(who, url, `/markets/${name}`, { length: MARKET_LENGTH, timeout: TIMEOUT });
      if (file.status !== 200) continue;
      try {
        const { epoch } = parse(name, Buffer.from(file.text));
        // What nobody needs would fill the disk.
        if (epoch < from) this.unwanted.set(`${who} ${name}`, true);
        else await writeAtomic(join(this.folder, name), file.text);
      } catch (error) {
        this.unwanted.set(`${who} ${name}`, true);
        this.log("warn", "market refused", { market: name, reason: `${who}: ${reasonOf(error)}` });
      }
    }
  }

  private async version(name: string): Promise<string> {
    const { mtimeMs, size } = await stat(join(this.folder, name));
    return `${mtimeMs} ${size}`;
  }
}

function parse(name: string, bytes: Buffer): Market {
  const hash = createHash("sha256").update(bytes).digest("hex");
  if (name !== `${hash}.json`) throw new InputError(name, "must be named by the SHA-256 of its bytes", `${hash}.json`);
  return readMarket(bytes.toString("utf8"));
}
