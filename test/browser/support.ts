/**
 * The package as it is published, compiled from these sources; pages that use it, bundled and not; a server for them; and
 * Debian's Chromium, driven by playwright-core.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { builtinModules } from "node:module";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { promisify } from "node:util";
import { chromium, type BrowserContext } from "playwright-core";
import { build, type Plugin } from "vite";
import { compileKernel } from "../../kernel/emit/compile.ts";

const root = new URL("../../", import.meta.url).pathname;

/** A browser's program, if there is one: $PLIMSOLL_CHROMIUM or Debian's. */
export const CHROMIUM = [process.env["PLIMSOLL_CHROMIUM"], "/usr/bin/chromium"].find((path) => path !== undefined && existsSync(path));

/** Compiles the package into a folder of its own, from which node_modules is found, and returns it. */
export async function compilePackage(): Promise<string> {
  await mkdir(join(root, "build/test"), { recursive: true });
  const out = await mkdtemp(join(root, "build/test/package-"));
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", join(root, "tsconfig.build.json"), "--outDir", out]);
  await writeFile(join(out, "kernel/bn254.wasm"), await compileKernel());
  return out;
}

/** Bundles the page in page/ against a compiled package. Returns who asked for modules of Node. */
export async function bundle(packageFolder: string, outDir: string): Promise<{ readonly module: string; readonly importer: string }[]> {
  const asked: { module: string; importer: string }[] = [];
  const watch: Plugin = {
    name: "node-imports",
    enforce: "pre",
    resolveId(module, importer = "") {
      if (module.startsWith("node:") || builtinModules.includes(module)) asked.push({ module, importer });
    },
  };
  await build({
    root: join(root, "test/browser/page"), configFile: false, logLevel: "error", base: "./", plugins: [watch],
    resolve: { alias: { "plimsoll/prove": join(packageFolder, "prove.js"), "plimsoll/toolkit": join(packageFolder, "toolkit.js") } },
    build: { outDir, emptyOutDir: true, target: "es2022", chunkSizeWarningLimit: 4096 },
    worker: { format: "es", plugins: () => [watch] },
  });
  return asked;
}

/** A page without a bundler: the compiled modules as they are, packages found through an import map. */
const PLAIN_PAGE = `<!doctype html><meta charset="utf-8"><title>plain</title>
<script type="importmap">${JSON.stringify({
  imports: {
    "@noble/curves/": "/node_modules/@noble/curves/",
    "@noble/hashes/": "/node_modules/@noble/hashes/",
    valibot: "/node_modules/valibot/dist/index.mjs",
  },
})}</script>
<script type="module">import * as prove from "/package/prove.js"; globalThis.plimsoll = prove;</script>`;

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".json": "application/json", ".wasm": "application/wasm",
};

export interface Server {
  readonly origin: string;
  /** What the server was asked for: method and path. */
  readonly requests: string[];
  /** Changes files on their way out, by path. */
  readonly alter: Map<string, (bytes: Buffer) => Buffer>;
  close(): void;
}

/**
 * Serves folders by the first part of the path on 127.0.0.1, and PLAIN_PAGE at /plain.html.
 *
 * @param isolated sends the headers that make pages cross-origin isolated
 */
export async function serve(folders: Readonly<Record<string, string>>, isolated: boolean): Promise<Server> {
  const requests: string[] = [];
  const alter = new Map<string, (bytes: Buffer) => Buffer>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, "http://localhost").pathname);
    requests.push(`${request.method} ${path}`);
    const [, first, ...rest] = path.split("/");
    const folder = folders[first!];
    const bytes = path === "/plain.html" ? Promise.resolve(Buffer.from(PLAIN_PAGE)) : folder === undefined ? Promise.reject(new Error("no such folder")) : readFile(join(folder, ...rest));
    bytes.then((found) => {
      response.writeHead(200, {
        "content-type": TYPES[extname(path)] ?? "application/octet-stream", "cache-control": "no-store",
        "content-security-policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'",
        ...(isolated ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" } : {}),
      });
      response.end(alter.get(path)?.(found) ?? found);
    }, () => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests, alter, close: () => void server.close() };
}

/** A browser with an empty profile; `close` removes it. */
export async function openBrowser(): Promise<{ readonly context: BrowserContext; close(): Promise<void> }> {
  const profile = await mkdtemp(join(tmpdir(), "plimsoll-chromium-"));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM!, headless: true,
    args: [
      "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
  return {
    context,
    async close() {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
