/**
 * Tables by their root, from reporters that may lie, fail or have nothing.
 */
import { mkdir, mkdtemp, readFile, readdir, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { fetchTable } from "../../src/chain/tableSource.ts";
import { encodeTable } from "../../src/risk/tableFile.ts";
import type { RiskTable } from "../../src/risk/tree.ts";
import { FileStore } from "../../src/store/fileStore.ts";
import { listed } from "../support/listed.ts";
import { tableTree, smallTable } from "../support/world.ts";

/** Each test has a table of its own: tables stay in memory by their root. */
let omega = 100;
let table: RiskTable;
let root: bigint;
let answer: (path: string) => { status?: number; body: string };
let asked: string[];
let server: Server;
let url: string;

const textOf = (of: RiskTable): string => encodeTable(listed(of));

beforeAll(async () => {
  server = createServer((request, response) => {
    asked.push(request.url!);
    const { status = 200, body } = answer(request.url!);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(async () => {
  table = smallTable({ omega: omega++ });
  root = (await tableTree("T", table)).root;
  asked = [];
});

it("asks reporters in turn until one has the table, and keeps it", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-tables-"));
  answer = (path) => (path.startsWith("/empty") ? { status: 404, body: "" } : { body: textOf(table) });
  const urls = ["http://127.0.0.1:1", `${url}/empty`, `${url}/`];
  const { tree, listed: found } = await fetchTable(root, { urls, store: new FileStore(folder) }, "T");
  expect(tree.root).toBe(root);
  expect(found).toEqual(listed(table));
  expect(asked).toEqual([`/empty/tables/${root}`, `/tables/${root}`]);
  expect(await readFile(join(folder, "cache", "tables", `${root}.json`), "utf8")).toBe(textOf(table));
  await fetchTable(root, { urls: [] }, "T");
  expect(asked).toHaveLength(2);
});

it("refuses a table of another root, and says so of each reporter without its URL", async () => {
  answer = () => ({ body: textOf(smallTable({ omega: 9_999 })) });
  const failed = await fetchTable(root, { urls: [url, "http://me:hunter2@127.0.0.1:1"] }, "T").catch(
    (error: Error) => error,
  );
  expect(String(failed)).toMatch(/reporters\[0\]: table: must have the root .*reporters\[1\]: can't be reached/);
  expect(String(failed)).not.toMatch(/127\.0\.0\.1|hunter2/);
  // A failure isn't remembered.
  answer = () => ({ body: textOf(table) });
  expect((await fetchTable(root, { urls: [url] }, "T")).tree.root).toBe(root);
});

it("refuses what is no table, and what is too long", async () => {
  answer = () => ({ body: "{}" });
  await expect(fetchTable(root, { urls: [url] }, "T")).rejects.toThrow("reporters[0]: table.format: must be present");
  answer = () => ({ body: "x".repeat(33 * 2 ** 20) });
  await expect(fetchTable(root, { urls: [url] }, "T")).rejects.toThrow("reporters[0]: must answer with at most");
});

it("fetches again what was damaged in the store", async () => {
  const folder = await mkdtemp(join(tmpdir(), "plimsoll-tables-"));
  for (const damaged of ["", "{", textOf(smallTable({ omega: 9_998 }))]) {
    const own = smallTable({ omega: omega++ });
    const its = (await tableTree("T", own)).root;
    await mkdir(join(folder, "cache", "tables"), { recursive: true });
    await writeFile(join(folder, "cache", "tables", `${its}.json`), damaged);
    answer = () => ({ body: textOf(own) });
    await fetchTable(its, { urls: [url], store: new FileStore(folder) }, "T");
    expect(await readFile(join(folder, "cache", "tables", `${its}.json`), "utf8")).toBe(textOf(own));
  }
  expect((await readdir(join(folder, "cache", "tables"))).filter((file) => file.endsWith(".tmp"))).toEqual([]);
});

it("says that there is nobody to ask", async () => {
  await expect(fetchTable(root, { urls: [] }, "T")).rejects.toThrow("none is known");
});
