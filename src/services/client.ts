/**
 * Asks daemons: bounded in time and length, without following anybody elsewhere, and without ever showing a URL.
 *
 * @module
 */
import { Endpoint, type Answer } from "../base/endpoint.ts";

export interface JsonAnswer {
  readonly status: number;
  /** Null for what is no JSON. */
  readonly json: unknown;
  /** `answered HTTP 502 (why)`, for logs. */
  readonly shown: string;
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
export const get = (
  who: string,
  base: string,
  path: string,
  { timeout = TIMEOUT, length = LENGTH }: Limits = {},
): Promise<Answer> => new Endpoint(who, base).get(path, { timeout, length });

/** As {@link get}, of JSON. */
export async function askJson(who: string, base: string, path: string, limits?: Limits): Promise<JsonAnswer> {
  const answer = await get(who, base, path, limits);
  const shown = `answered ${new Endpoint(who, base).refused(answer)}`;
  try {
    return { status: answer.status, json: JSON.parse(answer.text) as unknown, shown };
  } catch {
    return { status: answer.status, json: null, shown };
  }
}
