import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { loadArtifacts } from "../../src/prover/artifacts.ts";
import { emptyManifest } from "../../src/groth16/manifest.ts";
import { fetchArtifacts } from "../../src/setup/fetchArtifacts.ts";
import { readManifest, writeEntry } from "../../src/groth16/manifestFile.ts";
import { BUILT } from "../support/artifacts.ts";

const FILES = ["r1cs", "sym", "wasm", "zkey", "vkey"] as const;

let temporary: string;
let source: string;
let folder: string;
let server: Server;
let address: string;
/** What the server answers instead of the file. */
let instead: ((path: string) => Buffer | number | undefined) | undefined;
const hash = async (): Promise<string> =>
  createHash("sha256")
    .update(await readFile(join(source, "manifest.json")))
    .digest("hex");

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "plimsoll-fetch-"));
  source = join(temporary, "source");
  await cp(join(BUILT, "exit.T"), join(source, "exit.T"), { recursive: true });
  await writeEntry(source, "exit.T", (await readManifest(BUILT)).instances["exit.T"]!);
  server = createServer((request, response) => {
    const path = request.url!.replace(/^\/keys\//, "").replace(/\?.*$/, "");
    const other = instead?.(path);
    if (typeof other === "number") return response.writeHead(other).end();
    if (other !== undefined) return response.end(other);
    createReadStream(join(source, path))
      .on("error", () => response.writeHead(404).end())
      .pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys?token=secret`;
});
afterAll(async () => {
  server.close();
  await rm(temporary, { recursive: true });
});
beforeEach(async () => {
  instead = undefined;
  folder = join(await mkdtemp(join(temporary, "out-")), "artifacts");
});

test.each(["a folder", "an address"])(
  "brings from %s what the manifest names, and does not ask again for what is there",
  async (from) => {
    const place = from === "a folder" ? source : address;
    const seen: string[] = [];
    const options = { manifestSha256: await hash(), onProgress: (file: string) => void seen.push(file) };
    expect(await fetchArtifacts(place, folder, options)).toEqual(["exit.T"]);
    expect(new Set(seen).size).toBe(FILES.length);
    await loadArtifacts("exit", "T", FILES, folder);
    instead = (path) => (path === "manifest.json" ? undefined : 500);
    expect(await fetchArtifacts(place, folder, options)).toEqual(["exit.T"]);
  },
);

test("refuses a manifest that is another, and an instance that it lacks", async () => {
  await expect(fetchArtifacts(source, folder, { manifestSha256: "0".repeat(64) })).rejects.toThrow(
    /^manifest\.json: must have SHA-256 0{64}, has [0-9a-f]{64}/,
  );
  await expect(fetchArtifacts(source, folder, { manifestSha256: "abc" })).rejects.toThrow("must be a SHA-256 in hex");
  await expect(fetchArtifacts(source, folder, { manifestSha256: await hash(), tiers: ["L"] })).rejects.toThrow(
    "has no instance of tier L",
  );
  await expect(fetchArtifacts(join(source, "nowhere"), folder, { manifestSha256: await hash() })).rejects.toThrow(
    "manifest.json: is missing at the source",
  );
});

test("refuses a file with a byte changed, missing or too many, leaves none of it, and never shows the address", async () => {
  const right = await readFile(join(source, "exit.T/circuit.zkey"));
  const changed = Buffer.from(right);
  changed[right.length >> 1]! ^= 1;
  const wrong: readonly (readonly [Buffer | number, string])[] = [
    [changed, "must have SHA-256"],
    [right.subarray(1), `must have ${right.length} bytes, has ${right.length - 1}`],
    [Buffer.concat([right, Buffer.of(0)]), `must have ${right.length} bytes, has more`],
    [404, "can't be fetched: status 404"],
  ];
  for (const [answer, rule] of wrong) {
    instead = (path) => (path === "exit.T/circuit.zkey" ? answer : undefined);
    const error = await fetchArtifacts(address, folder, { manifestSha256: await hash() }).then(
      () => undefined,
      (reason: Error) => reason,
    );
    expect(error?.message).toContain(`exit.T/circuit.zkey: ${rule}`);
    expect(JSON.stringify([error, String(error?.cause)])).not.toContain("secret");
    expect(await readdir(join(folder, "exit.T"))).not.toContain("circuit.zkey");
    expect((await readdir(join(folder, "exit.T"))).filter((name) => name.endsWith(".tmp"))).toEqual([]);
    await expect(readManifest(folder)).rejects.toThrow("plimsoll artifacts fetch brings it");
  }
});

test("a development key replaces a ceremony's only by force", async () => {
  const entry = (await readManifest(source)).instances["exit.T"]!;
  await mkdir(folder, { recursive: true });
  const zeros = "0".repeat(128);
  const ceremony = {
    ...entry,
    key: {
      kind: "ceremony" as const,
      r1cs: entry.key.r1cs,
      ptau: zeros,
      circuitHash: zeros,
      contributions: [{ name: "Ada", hash: zeros }],
    },
  };
  await writeFile(
    join(folder, "manifest.json"),
    JSON.stringify({ ...emptyManifest(), instances: { "exit.T": ceremony } }),
  );
  const options = { manifestSha256: await hash() };
  await expect(fetchArtifacts(source, folder, options)).rejects.toThrow("holds a ceremony's key");
  expect(await fetchArtifacts(source, folder, { ...options, force: true })).toEqual(["exit.T"]);
  expect((await readManifest(folder)).instances["exit.T"]!.key.kind).toBe("development");
});
