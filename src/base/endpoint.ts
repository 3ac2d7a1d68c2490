/**
 * Somebody's HTTP service, by a URL that nobody sees: its user, path and query may hold an access key, its host may be a
 * secret of its own. The URL stays in here, errors carry no cause that could show it, and what a service says is quoted
 * without whatever parts of the URL it repeats.
 *
 * @module
 */
import { InputError, NodeError } from "./errors.ts";
import { said } from "./said.ts";

export interface EndpointOptions {
  /** Milliseconds that an answer may take. */
  readonly timeout: number;
  /** Bytes that an answer may have. */
  readonly length: number;
  /** Milliseconds that a service which is asked too often may have us wait, all in all; none by default. */
  readonly patience?: number;
  /** Waits so many milliseconds; a test needn't. */
  readonly pause?: (milliseconds: number) => Promise<void>;
}

export interface Answer {
  readonly status: number;
  /** Lower case, without parameters; empty when the service doesn't say. */
  readonly type: string;
  readonly text: string;
}

/** Parts of a path or query below this length are words such as `v3`, which may be anywhere; so are shorter names of users. */
const SHORTEST_KEY = 8;
const SHORTEST_USER = 3;
const TOO_MANY = 429;
/** Least milliseconds before a service is asked again; doubled each time where it doesn't say how long. */
const FIRST_PAUSE = 500;

/** Whether a text is a URL that an {@link Endpoint} takes. */
export const isEndpoint = (text: string): boolean => /^https?:\/\//i.test(text) && URL.canParse(text);

export class Endpoint {
  readonly #url: URL;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #secrets: readonly string[];

  /**
   * @param who is asked, for errors: a chain's name, `attestors[1]`
   * @throws InputError without the URL when it is none of http or https
   */
  constructor(
    readonly who: string,
    url: string,
  ) {
    if (!isEndpoint(url)) throw new InputError(who, "must have an http or https URL");
    this.#url = new URL(url);
    const { username, password, host, hostname, pathname, searchParams } = this.#url;
    this.#url.username = this.#url.password = "";
    // fetch refuses URLs with a user in them: it goes into a header.
    const user = new TextEncoder().encode(`${plain(username)}:${plain(password)}`);
    this.#headers =
      username === "" && password === "" ? {} : { authorization: `Basic ${btoa(String.fromCharCode(...user))}` };
    const keys = [...pathname.split("/"), ...[...searchParams].flat()].filter((part) => part.length >= SHORTEST_KEY);
    const parts = [
      url,
      this.#url.href,
      host,
      hostname,
      ...keys,
      ...[username, password].filter((part) => part.length >= SHORTEST_USER),
    ];
    // The longest first: a short one may be part of it.
    this.#secrets = [...new Set(parts.flatMap((part) => [part, plain(part)]))].sort((a, b) => b.length - a.length);
  }

  /** GET of a path, with its query, under the URL. Throws as {@link post} does. */
  get(path: string, options: EndpointOptions): Promise<Answer> {
    const url = new URL(this.#url);
    const given = new URL(path, "http://localhost");
    url.pathname = `${url.pathname.replace(/\/+$/, "")}${given.pathname}`;
    for (const [name, value] of given.searchParams) url.searchParams.set(name, value);
    return this.ask(url, {}, options);
  }

  /**
   * POST of JSON to the URL itself. A service that is asked too often (429) is asked again when it says, within the
   * options' patience.
   *
   * @throws NodeError when it can't be reached, takes too long, says too much, or wants more patience
   */
  post(json: string, options: EndpointOptions): Promise<Answer> {
    return this.ask(
      this.#url,
      { method: "POST", body: json, headers: { "content-type": "application/json" } },
      options,
    );
  }

  /** A service's own words, for an error or a log: one short line, without any part of the URL. */
  quote(words: string): string {
    let shown = words;
    for (const secret of this.#secrets) shown = shown.replaceAll(secret, "…");
    return said(shown);
  }

  private async ask(url: URL, request: RequestInit, options: EndpointOptions): Promise<Answer> {
    let left = options.patience ?? 0;
    for (let pause = FIRST_PAUSE; ; pause *= 2) {
      const { response, text } = await this.once(url, request, options);
      const answer: Answer = {
        status: response.status,
        type: (response.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase(),
        text,
      };
      if (response.status !== TOO_MANY || options.patience === undefined) return answer;
      const wanted = retryAfter(response.headers.get("retry-after"));
      const wait = Math.max(wanted ?? pause, FIRST_PAUSE);
      if (wait > left) {
        const when =
          wanted === undefined ? "and doesn't say until when" : `and asks to wait ${Math.ceil(wanted / 1000)} s`;
        throw new NodeError(this.who, `HTTP ${TOO_MANY}: it is asked too often${this.#said(answer)}, ${when}`);
      }
      left -= wait;
      await (options.pause ?? sleep)(wait);
    }
  }

  private async once(
    url: URL,
    request: RequestInit,
    { timeout, length: most }: EndpointOptions,
  ): Promise<{ readonly response: Response; readonly text: string }> {
    const failed = (cause: unknown): never => {
      throw new NodeError(this.who, `can't be reached${this.#why(cause, timeout)}`);
    };
    const headers = { ...(request.headers as Record<string, string> | undefined), ...this.#headers };
    const response = await fetch(url, {
      ...request,
      headers,
      redirect: "manual",
      signal: AbortSignal.timeout(timeout),
    }).catch(failed);
    const chunks: Uint8Array[] = [];
    let length = 0;
    const reader = response.body?.getReader();
    for (;;) {
      const { done, value } = (await reader?.read().catch(failed)) ?? { done: true, value: undefined };
      if (done || value === undefined) return { response, text: decoded(chunks, length) };
      chunks.push(value);
      length += value.length;
      if (length > most) {
        await reader?.cancel();
        throw new NodeError(this.who, `must answer with at most ${most} bytes`);
      }
    }
  }

  /** What the system calls it, such as ECONNREFUSED: its message shows where. */
  #why(cause: unknown, timeout: number): string {
    const { name, cause: inner } = cause as { name?: string; cause?: { code?: unknown; message?: unknown } };
    if (name === "TimeoutError") return ` within ${timeout / 1000} s`;
    if (inner?.message === "bad port") return " (HTTP isn't spoken at such a port)";
    return typeof inner?.code === "string" ? ` (${inner.code})` : "";
  }

  #said(answer: Answer): string {
    const words = wordsIn(answer.text);
    return words === undefined ? "" : ` (${this.quote(words)})`;
  }

  /** `HTTP 502` and what the service says beside, for an answer that is no success. */
  refused(answer: Answer): string {
    return `HTTP ${answer.status}${this.#said(answer)}`;
  }
}

/** The sentence in a JSON error: `{"error": "…"}`, `{"error": {"message": "…"}}` or `{"message": "…"}`. */
function wordsIn(text: string): string | undefined {
  try {
    const { error, message } = JSON.parse(text) as { error?: unknown; message?: unknown };
    const words = (error as { message?: unknown } | null | undefined)?.message ?? error ?? message;
    return typeof words === "string" && words !== "" ? words : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds of a Retry-After header, which gives seconds or a date. */
function retryAfter(header: string | null): number | undefined {
  if (header === null) return undefined;
  const wanted = /^\d{1,9}$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return Number.isNaN(wanted) ? undefined : Math.max(0, wanted);
}

function decoded(chunks: readonly Uint8Array[], length: number): string {
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  // As it is: a byte order mark is part of what was hashed.
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

/** Without escapes, when it has any that can be undone. */
function plain(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds));
