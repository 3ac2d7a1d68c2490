/**
 * The prover in Chromium: bundled in a cross-origin isolated page, and as plain modules in one that isn't. What it proves
 * is verified here, in Node, by both verifiers.
 */
import { createHash } from "node:crypto";
import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { CHROMIUM, NO_BROWSER, openBrowser } from "../../scripts/browser/chromium.ts";
import { bundle, compilePackage } from "../../scripts/browser/package.ts";
import { serve, type Server } from "../../scripts/browser/server.ts";
import type * as prove from "../../src/prove.ts";
import { artifactsFolder, loadVerificationKey } from "../../src/prover/artifacts.ts";
import { nobleVerifier } from "../../src/groth16/nobleVerifier.ts";
import { parseProof, type AnyProof } from "../../src/groth16/proof.ts";
import type { ProofRequest } from "../../src/statements/request.ts";
import { snarkjsVerifier } from "../../src/prover/snarkjsVerifier.ts";
import { verify } from "../../src/groth16/verify.ts";
import { proofRequest } from "../../src/statements/statement.ts";
import type * as toolkit from "../../src/toolkit.ts";
import { HEDGED, honestExit, honestSolvency } from "../support/honest.ts";
import { DESK, tableTree, smallTable } from "../support/world.ts";

declare const plimsoll: typeof prove & typeof toolkit;

if (CHROMIUM === undefined) console.warn(`prover in a browser: skipped, ${NO_BROWSER}`);

const root = new URL("../../", import.meta.url).pathname;
const snarkjs = snarkjsVerifier();

let packageFolder: string;
let bundled: string;
let asked: Awaited<ReturnType<typeof bundle>>;
beforeAll(async () => {
  packageFolder = await compilePackage();
  bundled = join(packageFolder, "bundled");
  asked = await bundle(join(root, "test/browser/page"), packageFolder, bundled);
});
afterAll(() => rm(packageFolder, { recursive: true, force: true }));

describe("bundle for browsers", () => {
  it("has nothing that needs Node", () => {
    expect(asked).toEqual([]);
  });

  it("finds its worker and its code", async () => {
    const found = [expect.stringMatching(/^browser\.worker-.*\.js$/), expect.stringMatching(/^bn254-.*\.wasm$/)];
    expect(await readdir(join(bundled, "assets"))).toEqual(expect.arrayContaining(found));
  });
});

describe.skipIf(CHROMIUM === undefined)("prover in a browser", () => {
  let browser: Awaited<ReturnType<typeof openBrowser>>;
  const servers: Server[] = [];
  let isolated: Server;
  let open: Server;

  beforeAll(async () => {
    const folders = {
      bundled,
      page: join(root, "test/browser/page"),
      package: packageFolder,
      node_modules: join(root, "node_modules"),
      artifacts: artifactsFolder(),
    };
    isolated = await serve(folders, { isolated: true });
    open = await serve(folders);
    servers.push(isolated, open);
    browser = await openBrowser();
  });
  afterEach(() => servers.forEach(({ alter }) => alter.clear()));
  afterAll(async () => {
    await browser?.close();
    servers.forEach((server) => server.close());
    await snarkjs.close();
  });

  async function openPage(server: Server, path: string): Promise<Page> {
    const page = await browser.context.newPage();
    await page.goto(`${server.origin}${path}`);
    await page.waitForFunction(() => "plimsoll" in globalThis);
    return page;
  }

  /** Proves in the page and returns the proof's file, the stages and the downloads that it reported. */
  const proveIn = (page: Page, request: ProofRequest, threads: number) =>
    page.evaluate(
      async ([asked, count]) => {
        const stages: [string, number][] = [];
        const downloads: Record<string, [number, number]> = {};
        const prover = plimsoll.browserProver({
          artifacts: "/artifacts",
          threads: count,
          onDownload: (path, loaded, total) => void (downloads[path] = [loaded, total]),
        });
        const proof = await prover.prove(asked as ProofRequest, {
          onProgress: (stage, fraction) => stages.push([stage, fraction]),
        });
        await prover.close();
        return { text: plimsoll.formatProof(proof), stages, downloads };
      },
      [request as object, threads] as const,
    );

  async function check(text: string): Promise<AnyProof> {
    const proof = parseProof(text);
    const { verificationKey } = await loadVerificationKey(proof.circuit, proof.tier);
    await verify(proof, verificationKey, [nobleVerifier, snarkjs]);
    return proof;
  }

  const exit = proofRequest(honestExit().statement);
  const pages = [
    ["bundled, isolated", () => isolated, "/bundled/index.html"],
    ["plain modules, not isolated", () => open, "/page/plain.html"],
  ] as const;

  it.each(pages)("proves what both verifiers accept: %s", async (_, server, path) => {
    const page = await openPage(server(), path);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(server() === isolated);
    const solvency = proofRequest(honestSolvency(await tableTree("T")));
    for (const [request, threads] of [
      [exit, 1],
      [exit, 3],
      [solvency, 2],
    ] as const) {
      const { text, stages, downloads } = await proveIn(page, request, threads);
      const { circuit, signals } = await check(text);
      expect(circuit).toBe(request.circuit);
      for (const [name, value] of Object.entries(signals)) expect(value).toEqual(request.inputs[name]);
      expect([...new Set(stages.map(([stage]) => stage))]).toEqual(["witness", "prove", "verify"]);
      expect(stages.at(-1)).toEqual(["verify", 1]);
      expect(Object.keys(downloads).sort()).toEqual(
        ["circuit.wasm", "circuit.zkey", "vkey.json"].map((file) => `${circuit}.T/${file}`),
      );
      for (const [loaded, total] of Object.values(downloads)) expect(loaded).toBe(total);
    }
    await page.close();
  });

  it("makes a statement from keys to proof in the page, and asks the server for nothing but public files", async () => {
    const page = await openPage(isolated, "/bundled/index.html");
    isolated.requests.length = 0;
    const { text, context } = await page.evaluate(
      async (world) => {
        const [table, holdings, issuerId] = world as [toolkit.RiskTable, toolkit.Holding[], number];
        const {
          Account,
          TableTree,
          GrowingTree,
          browserProver,
          contextSignal,
          formatProof,
          proofRequest,
          protocol,
          publicKey,
          randomScalar,
          randomSpendKey,
          solvencyStatement,
          spendKeys,
        } = plimsoll;
        const keys = spendKeys(randomSpendKey());
        const account = Account.open("T", keys, holdings);
        const path = new GrowingTree(protocol.TIERS.T.depth, [1n, account.commitment, 3n]).path(account.commitment);
        const context = contextSignal({
          chainId: 31337n,
          contract: `0x${"11".repeat(20)}`,
          account: `0x${"22".repeat(20)}`,
          deadline: 1_900_000_000n,
        });
        const statement = solvencyStatement({
          account,
          keys,
          path,
          table: await TableTree.build(table, protocol.TIERS.T),
          coverage: 10_000,
          issuerId,
          context,
          committee: [publicKey(randomScalar()), publicKey(randomScalar()), publicKey(randomScalar())],
        });
        const prover = browserProver({ artifacts: new URL("/artifacts/", location.href) });
        const proof = await prover.prove(proofRequest(statement));
        await prover.close();
        return { text: formatProof(proof), context };
      },
      [smallTable(), HEDGED, DESK] as object,
    );
    expect((await check(text)).signals).toMatchObject({ context, tableRoot: (await tableTree("T")).root });
    const allowed =
      /^GET \/(artifacts\/(manifest\.json|solvency\.T\/(circuit\.wasm|circuit\.zkey|vkey\.json))|bundled\/assets\/[\w.-]+\.(js|wasm))$/;
    expect(isolated.requests.length).toBeGreaterThan(0);
    for (const request of isolated.requests) expect(request).toMatch(allowed);
    await page.close();
  });

  it("refuses inputs that no witness satisfies, naming template and line, and no value", async () => {
    const page = await openPage(open, "/page/plain.html");
    const spent = 123456789123456789n;
    const refusal = proveIn(page, { ...exit, inputs: { ...exit.inputs, spent } }, 2).catch(String);
    expect(await refusal).toMatch(/ProofError: inputs: break a constraint of template \w+, line \d+/);
    expect(await refusal).not.toContain(String(spent));
    await page.close();
  });

  it("stops when aborted, while downloading or midway, ends its workers, and proves again afterwards", async () => {
    const page = await openPage(isolated, "/bundled/index.html");
    const seen = await page.evaluate(async (request) => {
      const prover = plimsoll.browserProver({ artifacts: "/artifacts", threads: 2 });
      const stopAt = async (stage: string | undefined): Promise<string> => {
        const controller = new AbortController();
        const work = prover.prove(request as ProofRequest, {
          signal: controller.signal,
          onProgress: (at) => at === stage && controller.abort(new Error(`stopped at ${at}`)),
        });
        if (stage === undefined) controller.abort(new Error("stopped at once"));
        return work.then(() => "proved", String);
      };
      const stopped = [await stopAt(undefined), await stopAt("witness"), await stopAt("prove")];
      (globalThis as { prover?: unknown }).prover = prover;
      return stopped;
    }, exit as object);
    expect(seen).toEqual(["Error: stopped at once", "Error: stopped at witness", "Error: stopped at prove"]);
    await expect.poll(() => page.workers().length).toBe(0);
    const text = await page.evaluate(async (request) => {
      const { prover } = globalThis as unknown as { prover: prove.Prover };
      return plimsoll.formatProof(await prover.prove(request as ProofRequest));
    }, exit as object);
    await check(text);
    expect(page.workers()).toHaveLength(2);
    await page.evaluate(() => (globalThis as unknown as { prover: prove.Prover }).prover.close());
    await expect.poll(() => page.workers().length).toBe(0);
    await page.close();
  });

  it("leaves nothing behind when its tab is closed midway: another tab proves", async () => {
    const page = await openPage(isolated, "/bundled/index.html");
    const proving = page.waitForEvent("console", { predicate: (message) => message.text() === "proving" });
    const work = page
      .evaluate(async (request) => {
        const prover = plimsoll.browserProver({ artifacts: "/artifacts", threads: 2 });
        await prover.prove(request as ProofRequest, {
          onProgress: (stage) => stage === "prove" && console.log("proving"),
        });
      }, exit as object)
      .catch(() => "closed");
    await proving;
    await page.close();
    expect(await work).toBe("closed");
    const other = await openPage(isolated, "/bundled/index.html");
    await check((await proveIn(other, exit, 2)).text);
    await other.close();
  });

  const flip = (bytes: Buffer): Buffer => {
    const changed = Buffer.from(bytes);
    changed[changed.length >> 1]! ^= 1;
    return changed;
  };
  const longer = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc(1)]);
  const shorter = (bytes: Buffer): Buffer => bytes.subarray(0, -1);
  const half = (bytes: Buffer): Buffer => bytes.subarray(0, bytes.length >> 1);
  const foreign = (bytes: Buffer): Buffer => Buffer.from(String(bytes).replaceAll("exit.T", "exit.X"));
  it.each([
    [
      "a changed key",
      "/artifacts/exit.T/circuit.zkey",
      flip,
      /ArtifactError: exit\.T\/circuit\.zkey: must have SHA-256 \w{64}, has \w{64}/,
    ],
    ["a longer key", "/artifacts/exit.T/circuit.zkey", longer, /circuit\.zkey: must have \d+ bytes, has more/],
    ["a shorter circuit", "/artifacts/exit.T/circuit.wasm", shorter, /circuit\.wasm: must have \d+ bytes, has \d+/],
    ["a changed circuit", "/artifacts/exit.T/circuit.wasm", flip, /circuit\.wasm: must have SHA-256/],
    ["a changed verification key", "/artifacts/exit.T/vkey.json", flip, /vkey\.json: must have SHA-256/],
    ["a changed kernel", "/package/kernel/bn254.wasm", flip, /bn254\.wasm: must have SHA-256/],
    ["a manifest without the circuit", "/artifacts/manifest.json", foreign, /has no exit\.T/],
    ["a manifest that is none", "/artifacts/manifest.json", half, /manifest\.json: must be JSON/],
  ])("refuses %s", async (_, path, change, message) => {
    const page = await openPage(open, "/page/plain.html");
    open.alter.set(path, change);
    expect(await proveIn(page, exit, 2).then(() => "proved", String)).toMatch(message);
    open.alter.clear();
    await check((await proveIn(page, exit, 2)).text);
    await page.close();
  });

  it("refuses a manifest that isn't the pinned one, and a server that has none", async () => {
    const page = await openPage(open, "/page/plain.html");
    const refused = await page.evaluate(async (request) => {
      const tried = (options: Parameters<typeof plimsoll.browserProver>[0]) =>
        plimsoll
          .browserProver(options)
          .prove(request as ProofRequest)
          .then(() => "proved", String);
      return [
        await tried({ artifacts: "/artifacts", manifestSha256: "00".repeat(32) }),
        await tried({ artifacts: "/nowhere" }),
      ];
    }, exit as object);
    expect(refused[0]).toMatch(/ArtifactError: manifest\.json: must have SHA-256 0{64}/);
    expect(refused[1]).toMatch(/ArtifactError: manifest\.json: can't be fetched: status 404/);
    await page.close();
  });

  it("takes artifacts that the page has as bytes", async () => {
    const page = await openPage(open, "/page/plain.html");
    const text = await page.evaluate(async (request) => {
      const files = new Map<string, ArrayBuffer>();
      for (const path of ["manifest.json", "exit.T/circuit.wasm", "exit.T/circuit.zkey", "exit.T/vkey.json"]) {
        files.set(path, await (await fetch(`/artifacts/${path}`)).arrayBuffer());
      }
      const prover = plimsoll.browserProver({ artifacts: async (path) => new Response(files.get(path)) });
      const proof = plimsoll.formatProof(await prover.prove(request as ProofRequest));
      await prover.close();
      return proof;
    }, exit as object);
    await check(text);
    await page.close();
  });

  it("returns no proof that does not verify: an error, or the fallback that the page gives", async () => {
    const page = await openPage(open, "/page/plain.html");
    const { text } = await proveIn(page, exit, 1);
    // α in the key is another point, and the manifest vouches for it: the kernel can't know, the verification key does.
    const spoil = (key: Buffer): Buffer => {
      const changed = Buffer.from(key);
      changed[ALPHA_AT]! ^= 1;
      return changed;
    };
    const key = await readFile(join(artifactsFolder(), "exit.T/circuit.zkey"));
    const hash = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
    open.alter.set("/artifacts/exit.T/circuit.zkey", spoil);
    open.alter.set("/artifacts/manifest.json", (manifest) =>
      Buffer.from(String(manifest).replace(hash(key), hash(spoil(key)))),
    );
    const outcome = await page.evaluate(
      async ([request, good]) => {
        const { points } = plimsoll.parseProof(good);
        const { publicSignals: signals } = plimsoll.calldata(plimsoll.parseProof(good));
        const told: string[] = [];
        const fallback: prove.Backend<prove.WebArtifacts> = {
          name: "spare",
          run: async () => ({ signals, proof: points }),
          close: async () => undefined,
        };
        const alone = plimsoll.browserProver({ artifacts: "/artifacts", threads: 1 });
        const safe = plimsoll.browserProver({
          artifacts: "/artifacts",
          threads: 1,
          fallback,
          onFallback: (...names) => told.push(names.join(" ")),
        });
        return {
          alone: await alone.prove(request as ProofRequest).then(() => "proved", String),
          safe: plimsoll.formatProof(await safe.prove(request as ProofRequest)),
          told,
        };
      },
      [exit as object, text] as const,
    );
    expect(outcome.alone).toMatch(/^ProofError: proof/);
    expect(outcome.told).toEqual([expect.stringMatching(/^plimsoll ProofError: proof.* spare$/)]);
    await check(outcome.safe);
    await page.close();
  });
});

/** Of alpha1 in a key: after file head, section 1, and section 2's head, primes and counts. */
const ALPHA_AT = 12 + (12 + 4) + 12 + 2 * (4 + 32) + 3 * 4;
