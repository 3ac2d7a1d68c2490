/**
 * The HTTP side of daemons: a few GET paths with JSON answers, bounded in every way, for anyone to call. What they say is
 * public and signed, so there is nothing to log in to; TLS is a proxy's business.
 *
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toJson } from "../base/json.ts";
import { InputError, PlimsollError } from "../base/errors.ts";
import type { Health } from "./daemon.ts";
import { reasonOf, type Fields, type Log } from "./log.ts";

/** An answer that says no: its status, and fields that programs act on beside the sentence. */
export class HttpRefusal extends PlimsollError {
  override readonly name = "HttpRefusal";
  constructor(
    readonly status: number,
    message: string,
    readonly fields: Fields = {},
  ) {
    super(message);
  }
}

/** What was asked for breaks a rule. Any other InputError is of a file of ours, and none of a stranger's business. */
export const badRequest = (path: string, rule: string, value?: string): HttpRefusal =>
  new HttpRefusal(400, new InputError(path, rule, value).message);

/** Answers a path, given as its parts, with a JSON text; undefined when it is none of its own. May throw an HttpRefusal. */
export type Handler = (parts: readonly string[], query: URLSearchParams) => Promise<string | undefined>;

export interface Service {
  readonly host: string;
  readonly port: number;
  close(): Promise<void>;
}

const URL_LENGTH = 500;
const MOST_AT_ONCE = 64;
const MOST_CONNECTIONS = 512;
const REQUEST_TIMEOUT = 10_000;

/** `127.0.0.1:8080`, `[::1]:8080`; port 0 takes a free one. Throws an InputError. */
export function parseListen(text: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535)
    throw new InputError("listen", "must be host:port, such as 127.0.0.1:8801", text);
  return { host: match[1] ?? match[2]!, port };
}

/**
 * Serves until closed. A request is answered by the first handler that knows its path.
 *
 * @param listen `127.0.0.1:8080` or `[::1]:8080`; port 0 takes a free one
 * @throws InputError when the address is none, is taken or isn't this machine's
 *
 * @example
 * ```ts
 * import { serve } from "plimsoll/services";
 *
 * const service = await serve("127.0.0.1:0", [async ([path]) => (path === "version" ? '"1"' : undefined)], log);
 * console.log(await (await fetch(`http://127.0.0.1:${service.port}/version`)).json());
 * await service.close();
 * ```
 */
export async function serve(listen: string, handlers: readonly Handler[], log: Log): Promise<Service> {
  const { host, port } = parseListen(listen);
  let atWork = 0;
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT, headersTimeout: REQUEST_TIMEOUT },
    (request, response) => {
      if (atWork >= MOST_AT_ONCE) return reply(response, 503, refusalText("is busy"));
      atWork += 1;
      void answer(request, handlers, log)
        .then(([status, body]) => reply(response, status, body))
        .finally(() => (atWork -= 1));
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) =>
      reject(new InputError("listen", `can't be listened on (${cause.code})`, listen, { cause })),
    );
    server.listen(port, host, resolve);
  });
  return {
    host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

/**
 * GET /health: 200 while all is well, 503 otherwise, and the state of each task.
 *
 * @example
 * ```ts
 * import { Daemon, healthHandler, serve } from "plimsoll/services";
 *
 * const daemon = new Daemon([], { log, interval: 15_000, longestPause: 300_000 });
 * await serve("127.0.0.1:8800", [healthHandler(() => daemon.health())], log);
 * ```
 */
export const healthHandler =
  (health: () => Health): Handler =>
  (parts) => {
    if (parts.join("/") !== "health") return Promise.resolve(undefined);
    const state = health();
    const { ok, tasks } = state;
    if (!ok) throw new HttpRefusal(503, "a task hasn't succeeded for too long", { ok, tasks });
    return Promise.resolve(toJson(state));
  };

async function answer(
  request: IncomingMessage,
  handlers: readonly Handler[],
  log: Log,
): Promise<[status: number, body: string]> {
  if (request.method !== "GET" && request.method !== "HEAD")
    return [405, refusalText("only GET and HEAD are answered")];
  const text = request.url ?? "/";
  const base = "http://localhost";
  if (text.length > URL_LENGTH || !text.startsWith("/") || !URL.canParse(text, base))
    return [400, refusalText("is no path of this service")];
  const { pathname, searchParams } = new URL(text, base);
  try {
    for (const handler of handlers) {
      const body = await handler(
        pathname.split("/").filter((part) => part !== ""),
        searchParams,
      );
      if (body !== undefined) return [200, body];
    }
    return [404, refusalText("is no path of this service")];
  } catch (error) {
    if (error instanceof HttpRefusal) return [error.status, refusalText(error.message, error.fields)];
    log("warn", "request failed", { path: pathname, reason: reasonOf(error) });
    return [500, refusalText("failed; the log says why")];
  }
}

const refusalText = (error: string, fields: Fields = {}): string => toJson({ error, ...fields });

function reply(response: ServerResponse, status: number, body: string): void {
  // Public data: a page in a browser may read it.
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "access-control-allow-origin": "*",
    "cache-control": "no-store",
  });
  response.end(body);
}
