/**
 * Asks daemons: bounded in time and length, without following anybody elsewhere, and without ever showing a URL.
 *
 * @module
 */
import { NodeError } from "../base/errors.ts";

export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Milliseconds and bytes that an answer may take; by default what a signature needs. */
interface Limits {
  readonly timeout?: number;
  readonly length?: number;
}


const TIMEOUT = 5_000;
const LENGTH = 16 * 1024;

/**
 * GET of a path under a base URL.
 *
 * @param who is asked, for errors: `attestors[1]`
 * @throws NodeError when it can't be reached, takes too long or says too much
 */
export async function get(who: string, base: string, path: string, { timeout = TIMEOUT, length: most = LENGTH }: Limits = {}): Promise<Answer> {
  const { url, headers } = withCredentials(base, path);
  const failed = (cause: unknown): never => {
    throw new NodeError(who, `can't be reached${(cause as Error).name === "TimeoutError" ? ` within ${timeout / 1000} s` : ""}`, { cause });
  };
  const response = await fetch(url, { signal: AbortSignal.timeout(timeout), redirect: "error", headers }).catch(failed);
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read().catch(failed)) ?? { done: true, value: undefined };
    if (done || value === undefined) return { status: response.status, text: Buffer.concat(chunks).toString("utf8") };
    chunks.push(value);
    length += value.length;
    if (length > most) {
      await reader?.cancel();
      throw new NodeError(who, `must answer with at most ${most} bytes`);
    }
  }
}

/** As {@link get}, of JSON. What is no JSON reads as null. */
export async function getJson(who: string, base: string, path: string, limits?: Limits): Promise<{ readonly status: number; readonly json: unknown }> {
  const { status, text } = await get(who, base, path, limits);
  try {
    return { status, json: JSON.parse(text) as unknown };
  } catch {
    return { status, json: null };
  }
}

/** fetch refuses URLs with a user in them: it goes into a header. A query, which may be a token, stays. */
function withCredentials(base: string, path: string): { url: URL; headers: Record<string, string> } {
  const url = new URL(base);
  const given = new URL(path, "http://localhost");
  url.pathname = `${url.pathname.replace(/\/+$/, "")}${given.pathname}`;
  for (const [name, value] of given.searchParams) url.searchParams.set(name, value);
  const { username, password } = url;
  url.username = url.password = "";
  if (username === "") return { url, headers: {} };
  const user = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { url, headers: { authorization: `Basic ${Buffer.from(user).toString("base64")}` } };
}
