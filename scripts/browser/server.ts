/**
 * A server for pages and artifacts on 127.0.0.1.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export interface Server {
  readonly origin: string;
  /** What the server was asked for: method and path. */
  readonly requests: string[];
  /** Changes files on their way out, by path. */
  readonly alter: Map<string, (bytes: Buffer) => Buffer>;
  close(): void;
}

export interface ServeOptions {
  /** Sends the headers that make pages cross-origin isolated. */
  readonly isolated?: boolean;
  /** What pages may load; by default what this package needs. */
  readonly policy?: string;
  /** Default: any free one. */
  readonly port?: number;
}

/** Of the page in web/: nothing that it holds can leave, for it may talk to this server alone. */
export const WEB_POLICY =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; form-action 'none'";
const POLICY = "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'";

/** Serves folders, by the first part of the path, to this machine. */
export async function serve(
  folders: Readonly<Record<string, string>>,
  { isolated = false, policy = POLICY, port = 0 }: ServeOptions = {},
): Promise<Server> {
  const requests: string[] = [];
  const alter = new Map<string, (bytes: Buffer) => Buffer>();
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, "http://localhost").pathname);
    requests.push(`${request.method} ${path}`);
    const [, first, ...rest] = path.split("/");
    const folder = folders[first!];
    const bytes = folder === undefined ? Promise.reject(new Error("no such folder")) : readFile(join(folder, ...rest));
    bytes.then(
      (found) => {
        response.writeHead(200, {
          "content-type": TYPES[extname(path)] ?? "application/octet-stream",
          "cache-control": "no-store",
          "content-security-policy": policy,
          ...(isolated
            ? { "cross-origin-opener-policy": "same-origin", "cross-origin-embedder-policy": "require-corp" }
            : {}),
        });
        response.end(alter.get(path)?.(found) ?? found);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    alter,
    close: () => void server.close(),
  };
}
