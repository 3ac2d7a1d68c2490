/**
 * Market files by the hash of their bytes, from a folder and from services that may lie.
 */
import { createHash } from "node:crypto";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { MarketFolder } from "../../src/services/marketFolder.ts";
import { marketJson } from "./market.ts";
import { recorder, rogue, tempFolder, writeMarket, type Line, type Served } from "./support.ts";

const text = (epoch: number, asOf = 1_761_350_700): string => JSON.stringify(marketJson(epoch, asOf));
const nameOf = (bytes: string): string => `${createHash("sha256").update(bytes).digest("hex")}.json`;

let folder: string;
let lines: Line[];
let files: Map<string, string>;
let listing: unknown;
let asked: string[];
let service: Served;
let markets: MarketFolder;

beforeEach(async () => {
  folder = await tempFolder();
  files = new Map();
  listing = undefined;
  asked = [];
  service = await rogue((path) => {
    asked.push(path);
    const file = files.get(path.replace("/markets/", ""));
    if (path === "/markets") return { body: JSON.stringify(listing ?? { markets: [...files.keys()] }) };
    return file === undefined ? { status: 404, body: "{}" } : { body: file };
  });
  const recorded = recorder();
  lines = recorded.lines;
  markets = new MarketFolder(folder, [service.url, "http://127.0.0.1:1"], recorded.log);
});
afterEach(() => service.close());

it("lists files by epoch, then by name", async () => {
  const names = await Promise.all(
    [text(2), text(1), text(1, 1_761_350_800), text(3)].map((bytes) => writeMarket(folder, bytes)),
  );
  expect((await markets.names(0)).map(({ name }) => name)).toEqual([
    ...[names[1]!, names[2]!].sort(),
    names[0],
    names[3],
  ]);
  expect((await markets.names(2)).map(({ epoch }) => epoch)).toEqual([2, 3]);
  await rm(join(folder, names[3]!));
  expect((await markets.names(2)).map(({ epoch }) => epoch)).toEqual([2]);
});

it("refuses a file of another name than that of its bytes, and what is no market, once", async () => {
  await writeFile(join(folder, nameOf(text(1))), text(2));
  await writeFile(join(folder, "market.json"), text(1));
  await writeMarket(folder, "{}");
  await writeFile(join(folder, "readme.txt"), "");
  expect(await markets.names(0)).toEqual([]);
  expect(await markets.names(0)).toEqual([]);
  expect(
    lines.map(({ event, fields }) => [event, String(fields["reason"]).replace(/^[0-9a-f]{64}/, "<hash>")]).sort(),
  ).toEqual([
    ["market refused", `<hash>.json: must be named by the SHA-256 of its bytes, got "${nameOf(text(2))}"`],
    ["market refused", 'market.format: must be present, got "nothing"'],
    ["market refused", `market.json: must be named by the SHA-256 of its bytes, got "${nameOf(text(1))}"`],
  ]);
});

it("fetches what isn't here, keeps what is needed, and lets no service stop it", async () => {
  for (const bytes of [text(1), text(5), text(6)]) files.set(nameOf(bytes), bytes);
  await markets.fetch(5);
  expect(await readdir(folder)).toEqual([nameOf(text(5)), nameOf(text(6))].sort());
  expect(lines).toEqual([
    {
      level: "warn",
      event: "market source skipped",
      fields: { source: 1, reason: "markets[1]: can't be reached (HTTP isn't spoken at such a port)" },
    },
  ]);
  await markets.names(5);
  asked = [];
  await markets.fetch(5);
  expect(asked).toEqual(["/markets"]);
});

it("keeps nothing that a service makes up", async () => {
  files.set(nameOf(text(1)), text(2));
  files.set(nameOf("{}"), "{}");
  files.set(nameOf("missing"), text(1));
  await markets.fetch(0);
  expect(await readdir(folder)).toEqual([]);
  expect(lines.filter(({ event }) => event === "market refused")).toHaveLength(3);
  for (const made of [
    { markets: ["../../etc/passwd"] },
    { markets: "all" },
    [],
    5,
    { markets: Array(1_001).fill(nameOf("x")) },
  ]) {
    listing = made;
    lines.splice(0);
    await markets.fetch(0);
    expect(lines).toContainEqual({
      level: "warn",
      event: "market source skipped",
      fields: { source: 0, reason: "markets[0]: must answer with a list of markets" },
    });
  }
  expect(await readdir(folder)).toEqual([]);
});

it("takes a file once it has been copied whole", async () => {
  const path = join(folder, nameOf(text(1)));
  await writeFile(path, text(1).slice(0, 1_000));
  expect(await markets.names(0)).toEqual([]);
  await writeFile(path, text(1));
  expect(await markets.names(0)).toEqual([{ name: nameOf(text(1)), epoch: 1 }]);
  await markets.refuse(nameOf(text(1)), "a rule");
  expect(await markets.names(0)).toEqual([]);
});

it("takes from one service what another has wrong", async () => {
  files.set(nameOf(text(1)), text(2));
  const honest = await rogue((path) => ({
    body: path === "/markets" ? JSON.stringify({ markets: [nameOf(text(1))] }) : text(1),
  }));
  const both = new MarketFolder(folder, [service.url, honest.url], () => undefined);
  await both.fetch(1);
  await both.fetch(1);
  expect(await both.names(1)).toEqual([{ name: nameOf(text(1)), epoch: 1 }]);
  await honest.close();
});

it("lets no service fill the disk", async () => {
  for (let i = 0; i < 100; i++) files.set(nameOf(text(1, 1_761_350_700 + i)), text(1, 1_761_350_700 + i));
  for (let i = 0; i < 10; i++) await markets.fetch(1);
  expect((await readdir(folder)).length).toBe(64);
});
